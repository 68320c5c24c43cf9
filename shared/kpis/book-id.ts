import { createHash } from 'node:crypto';
import { BookId } from '../domain/ids.ts';
import type { BookEntry } from './kpi-result.ts';

/** What makes two books the same book: the rows that were staged. Where they were staged does not matter. */
type BookIdentity = Pick<BookEntry, 'relation' | 'asOf' | 'sha256' | 'contractVersion' | 'stagedSha256'>;

/** Same snapshots and same definitions give the same id, in whatever order the snapshots arrived. */
export function bookIdOf(entries: readonly BookIdentity[], catalogSha256: string): BookId {
  const identity = {
    catalogSha256,
    entries: entries
      .map(({ asOf, contractVersion, relation, sha256, stagedSha256 }) => ({
        asOf,
        contractVersion,
        relation,
        sha256,
        stagedSha256,
      }))
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
  };
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return BookId.parse(`book_${digest.slice(0, 12)}`);
}

function sortKey(entry: BookIdentity): string {
  return [entry.relation, entry.asOf, entry.sha256, entry.contractVersion, entry.stagedSha256].join(' ');
}
