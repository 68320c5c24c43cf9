import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { provisionStorage } from '../../local/provision.ts';
import { TEST_PSEUDONYM_KEY } from '../support/a-pipeline.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { HUBSPOT_KEY, StubHubSpot } from '../support/stub-hubspot.ts';
import { instead } from '../support/stub-server.ts';

// A breaker between two processes, in real time: it opens in one, is open in the other, and closes by itself once the
// service is well again.

const Heard = z.object({
  event: z.string().optional(),
  pull: z.object({ outcome: z.string(), detail: z.string() }).optional(),
});
type Pull = NonNullable<z.infer<typeof Heard>['pull']>;

export type BreakerReport = {
  /** Requests that the first process made until it opened. */
  readonly failures: number;
  /** Until the second process, which had just found the service well, left it alone. */
  readonly openInOtherAfterMs: number;
  readonly requestsWhileOpen: number;
  /** From its opening until one of the two had closed it by a request that was answered. */
  readonly closedAfterMs: number;
  /** Of the two that asked at the same moment when it was time. */
  readonly outcomes: readonly string[];
};

const DATASET = 'hubspot/lists';

export async function breakerOfTwo(): Promise<BreakerReport> {
  const hubspot = await StubHubSpot.open();
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const env = { DataStorage: storage, PII_KEY: TEST_PSEUDONYM_KEY, HUBSPOT_BASE_URL: hubspot.server.url };
  const [one, other] = await Promise.all([anInstance(env), anInstance(env)]);
  try {
    await other.pull();
    hubspot.server.fault = instead({ status: 503 });
    hubspot.server.requests.length = 0;
    await one.pull();
    const openedAt = Date.now();
    const failures = hubspot.server.requests.length;
    while (!isLeftAlone(await other.pull())) await sleep(100);
    const openInOtherAfterMs = Date.now() - openedAt;
    hubspot.server.reset();
    let pulls: Pull[];
    let requestsWhileOpen = 0;
    for (;;) {
      await sleep(1_000);
      pulls = await Promise.all([one.pull(), other.pull()]);
      if (!pulls.every(isLeftAlone)) break;
      requestsWhileOpen = hubspot.server.requests.length;
    }
    return {
      failures,
      openInOtherAfterMs,
      requestsWhileOpen,
      closedAfterMs: Date.now() - openedAt,
      outcomes: pulls.map((pull) => (isLeftAlone(pull) ? 'left alone' : pull.outcome)),
    };
  } finally {
    for (const { child } of [one, other]) child.kill();
    await hubspot.server.close();
  }
}

function isLeftAlone({ detail }: Pull): boolean {
  return detail.includes('is left alone until');
}

async function anInstance(settings: Readonly<Record<string, string>>): Promise<{
  readonly child: ChildProcess;
  readonly pull: () => Promise<Pull>;
}> {
  const child = fork(fileURLToPath(new URL('./one-instance.ts', import.meta.url)), {
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), HUBSPOT_API_KEY: HUBSPOT_KEY, ...settings },
    execArgv: ['--no-warnings'],
  });
  const heard = (is: (said: z.infer<typeof Heard>) => boolean): Promise<z.infer<typeof Heard>> =>
    new Promise((resolve, reject) => {
      const hear = (message: unknown): void => {
        const said = Heard.parse(message);
        if (!is(said)) return;
        child.off('message', hear);
        resolve(said);
      };
      child.on('message', hear);
      child.once('exit', () => reject(new Error('the instance has ended')));
    });
  await heard(({ event }) => event === 'ready');
  return {
    child,
    async pull() {
      const answered = heard(({ pull }) => pull !== undefined);
      child.send(DATASET);
      const { pull } = await answered;
      if (pull === undefined) throw new Error('there was no answer');
      return pull;
    },
  };
}
