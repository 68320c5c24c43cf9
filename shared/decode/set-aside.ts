import type { RowIssue } from '../contracts/row-schema.ts';

/**
 * Rows that the file as a whole speaks against: repetitions, contradictions, orphans. They are found once all rows are
 * staged; the file is then read again without them, so that totals, dates and staging know nothing of them. Plain data,
 * since it goes to other threads.
 */
export type SetAside = {
  /** Record numbers of rows that say what an earlier row says. */
  readonly dropped: Int32Array;
  /** Rows for the quarantine, with what is wrong. */
  readonly rejected: ReadonlyMap<number, RowIssue>;
};

/** One bit for each record up to the last one that is set aside. */
export function setAsideCheck({ dropped, rejected }: SetAside): (record: number) => boolean {
  let last = 0;
  for (const record of dropped) last = Math.max(last, record);
  for (const record of rejected.keys()) last = Math.max(last, record);
  const bits = new Uint8Array((last >> 3) + 1);
  const set = (record: number): void =>
    void (bits[record >> 3] = (bits[record >> 3] ?? 0) | (1 << (record & 7)));
  for (const record of dropped) set(record);
  for (const record of rejected.keys()) set(record);
  return (record) => record <= last && ((bits[record >> 3] ?? 0) & (1 << (record & 7))) !== 0;
}
