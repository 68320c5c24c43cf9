import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Measure, Timed } from '../case-process.ts';
import type { Found } from '../measurement.ts';

/**
 * From the start of a process to the end of the first message that the built app handles: every function is registered
 * by then, the settings are read, the storage clients are loaded and have been answered. The message is one for an
 * attempt that has been overtaken, so the ledger is read and nothing else is done. The host around it is left out, but
 * for the few lines that hand the message over.
 */
export const measure: Measure = (_orders, timed) => started([], timed);

/** The same, and then everything that is loaded late as well. */
export async function started(args: readonly string[], timed: Timed): Promise<Found> {
  const storage = createServer((request, response) => {
    response.setHeader('content-type', 'application/json;odata=minimalmetadata');
    response.end(JSON.stringify(request.url?.includes('(PartitionKey=') === true ? ENTITY : { value: [] }));
  }).listen(0, '127.0.0.1');
  await once(storage, 'listening');
  const address = storage.address();
  if (address === null || typeof address === 'string') throw new Error('the storage has no port');
  const said: Record<string, number> = {};
  await timed(async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../cold-start-app.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: settings(address.port),
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [what = '', ms, cpuMs] = line.split(' ');
      said[`${what}Ms`] = Number(ms);
      said[`${what}CpuMs`] = Number(cpuMs);
      if (what === (args.length === 0 ? 'handled' : 'loaded')) break;
    }
    child.kill();
    const [code] = await ended;
    if (said['handledMs'] === undefined)
      throw new Error(`the app ended with code ${code} before it handled anything`);
  });
  storage.closeAllConnections();
  storage.close();
  return { rows: 0, more: said };
}

function settings(port: number): Record<string, string | undefined> {
  const endpoint = (kind: string): string => `${kind}Endpoint=http://127.0.0.1:${port}/devstoreaccount1`;
  const account = `AccountName=devstoreaccount1;AccountKey=${Buffer.from('no key').toString('base64')}`;
  return {
    PATH: process.env['PATH'],
    PIPELINE_ENV: 'dev',
    PII_KEY: 'a key for measurements, and for nothing else',
    DataStorage: ['DefaultEndpointsProtocol=http', account, ...['Blob', 'Queue', 'Table'].map(endpoint)].join(
      ';',
    ),
  };
}

/** A run in its second attempt, as the ledger keeps it. */
const ENTITY = {
  PartitionKey: 'run',
  RowKey: 'run_000000000000',
  record0: JSON.stringify({
    runId: 'run_000000000000',
    dataset: 'looker/loans',
    contract: 'loans',
    contractVersion: 1,
    sha256: '0'.repeat(64),
    drop: { path: 'looker/loans/loans.csv', etag: '"0x1"', landedAt: '2026-01-05T06:30:00.000Z', bytes: 1 },
    status: 'running',
    stage: 'validate',
    attempt: 2,
    cause: 'rerun',
    startedAt: '2026-01-05T06:30:00.000Z',
    updatedAt: '2026-01-05T06:30:00.000Z',
    problems: [],
    phases: {},
    trail: [],
    duplicates: 0,
  }),
};
