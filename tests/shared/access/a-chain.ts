import { provisionStorage } from '../../../local/provision.ts';
import { AccessChain } from '../../../shared/access/access-chain.ts';
import {
  ACCESS_FOLDER,
  type AccessEntry,
  AccessRecord,
  accessPath,
} from '../../../shared/access/access-record.ts';
import { buildApp } from '../../../shared/app.ts';
import type { Lake } from '../../../shared/ports/lake.ts';
import { TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

// The access record over the real emulator.

export const CLOCK = { now: () => new Date('2026-11-29T06:00:00Z') };

export async function aLake(): Promise<Lake> {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const app = await buildApp({ DataStorage: storage, PII_KEY: TEST_PSEUDONYM_KEY });
  const nothing = (): void => undefined;
  return app.depsFor({ debug: nothing, info: nothing, warn: nothing, error: nothing }).lake;
}

/** As another process of the app has one: it knows nothing of what others wrote. */
export function aChain(lake: Lake, clock = CLOCK, patienceMs?: number): AccessChain {
  return new AccessChain({ lake, clock }, patienceMs);
}

export function asked(by: string): AccessEntry {
  const what = { route: 'pause-source', values: { name: 'hubspot' } };
  return { kind: 'asked', who: { by }, what, why: { reason: 'maintenance' }, invocation: 'an invocation' };
}

export const answered = (number: number): AccessEntry => ({ kind: 'answered', asked: number, status: 200 });

export async function recordsIn(lake: Lake): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  for await (const { path } of lake.list('audit', ACCESS_FOLDER))
    records.push(AccessRecord.parse(JSON.parse(String(await lake.read('audit', path)))));
  return records;
}

export async function remove(lake: Lake, number: number): Promise<void> {
  const file = await lake.stat('audit', accessPath(number));
  if (file !== undefined) await lake.remove('audit', file.path, file);
}

/** The same lake, with something about its writing. */
export function writing(lake: Lake, write: Lake['write']): Lake {
  return new Proxy(lake, {
    get(target, name) {
      const method: unknown = name === 'write' ? write : Reflect.get(target, name, target);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
