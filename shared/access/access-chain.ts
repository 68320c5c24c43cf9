import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import {
  ACCESS_FOLDER,
  type AccessEntry,
  AccessRecord,
  accessNumber,
  accessPath,
  BEFORE_THE_FIRST,
  type Link,
  linkOf,
} from './access-record.ts';

export type AccessDeps = { readonly lake: Lake; readonly clock: Clock };

/**
 * The record of who did what, as this process adds to it. Any number of processes may: a number is taken by whoever
 * writes its file first, and the others go on behind it.
 */
export class AccessChain {
  readonly #lake: Lake;
  readonly #clock: Clock;
  /** The newest record that this process knows of. */
  #newest: Link | undefined;
  /** Records of one process are written one after the other, or they would only get in each other's way. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #patienceMs: number;

  constructor({ lake, clock }: AccessDeps, patienceMs = 5_000) {
    this.#lake = lake;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** Throws when the record could not be written. */
  async append(entry: AccessEntry): Promise<Link> {
    const before = this.#turn;
    const mine = before.then(() => this.#write(entry));
    // Whoever is next does not fail with this one, and goes on without it where storage does not answer.
    this.#turn = before.then(() => endOf(mine, this.#patienceMs));
    return await mine;
  }

  async #write(entry: AccessEntry): Promise<Link> {
    const id = randomUUID();
    for (;;) {
      this.#newest ??= await newestLink(this.#lake);
      const { number, sha256 } = this.#newest;
      const at = this.#clock.now().toISOString();
      const record = AccessRecord.parse({ number: number + 1, id, at, previous: sha256, entry });
      const body = `${JSON.stringify(record)}\n`;
      const path = accessPath(record.number);
      const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
      const outcome = await this.#lake.write('audit', path, body, options);
      if (outcome.kind === 'written' || (await this.#isThere(path, body))) {
        this.#newest = linkOf(record.number, body);
        return this.#newest;
      }
      // Each conflict is a record of somebody else, so this ends.
      this.#newest = await newestLink(this.#lake, record.number);
    }
  }

  /** The answer to a write may be lost, and the client tries again by itself. */
  async #isThere(path: string, body: string): Promise<boolean> {
    return (await this.#lake.read('audit', path))?.equals(Buffer.from(body)) === true;
  }
}

/** However it ends; not waited for any longer than this. */
async function endOf(work: Promise<unknown>, patienceMs: number): Promise<void> {
  const ended = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: ended.signal, ref: false });
  await Promise.race([work, patience]).catch(() => undefined);
  ended.abort();
}

/** The newest record, looked for in steps that double and are then halved: not every file is listed. */
async function newestLink(lake: Lake, known?: number): Promise<Link> {
  let low = known ?? (await oldestNumber(lake));
  if (low === undefined) return BEFORE_THE_FIRST;
  const isThere = async (number: number): Promise<boolean> =>
    (await lake.stat('audit', accessPath(number))) !== undefined;
  let step = 1;
  for (; await isThere(low + step); step *= 2) low += step;
  for (let high = low + step; high - low > 1; ) {
    const middle = Math.floor((low + high) / 2);
    if (await isThere(middle)) low = middle;
    else high = middle;
  }
  const body = await lake.read('audit', accessPath(low));
  if (body === undefined) throw new Error(`audit/${accessPath(low)} was removed while it was read`);
  return linkOf(low, body);
}

/** After seven years the first records are deleted. */
async function oldestNumber(lake: Lake): Promise<number | undefined> {
  if ((await lake.stat('audit', accessPath(1))) !== undefined) return 1;
  for await (const { path } of lake.list('audit', ACCESS_FOLDER)) {
    const number = accessNumber(path);
    if (number !== undefined) return number;
  }
  return undefined;
}
