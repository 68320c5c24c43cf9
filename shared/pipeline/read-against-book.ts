import type { Contract } from '../contracts/contract.ts';
import { suiteOf } from '../expectations/suite.ts';
import { FileMissing, type Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { CheckedBook, RunRecord } from '../runs/run-record.ts';
import { comparedBook, comparedRelations } from './compared-book.ts';
import { comparedFilesId, countsRows, filesToCountAgainst } from './earlier-files.ts';
import { openComparedBook } from './open-compared-book.ts';
import { type ReadSnapshotDeps, readSnapshot, type Unusable, type Usable } from './read-snapshot.ts';
import { type WaitDeps, waitForReferences } from './wait-for-files.ts';
import { amendAttempt } from './work-stage.ts';

/** With the rows of the files before it. */
export type ReadRows = (Usable | Unusable) & { readonly earlier: readonly number[] };

export type ReadAgainstBookDeps = ReadSnapshotDeps &
  WaitDeps & { readonly lake: Lake; readonly ledger: RunLedger; readonly registry: SnapshotRegistry };

/**
 * Reads and judges every row; `other-files` when the book has changed meanwhile. Which files it was compared with is written down before it is looked once more whether
 * they are still the right ones: whoever registers one of them later finds that note and has the run checked again,
 * whoever did so earlier is seen here.
 */
export async function readAgainstBook(
  run: RunRecord,
  contract: Contract,
  dir: string,
  deps: ReadAgainstBookDeps,
): Promise<ReadRows | 'other-files'> {
  const raw = run.rawPath === undefined ? undefined : await deps.lake.ranges('raw', run.rawPath);
  if (raw === undefined) throw new FileMissing('raw', run.rawPath ?? '(no path)');
  await waitForReferences(run, contract, deps);
  let earlier: readonly number[] = [];
  let met: Omit<CheckedBook, 'attempt'> | undefined;
  const read = await readSnapshot(
    { source: raw.source, ...run },
    {
      contract,
      suite: suiteOf(contract),
      dir,
      openBook: async (asOf, sql) => {
        const snapshots = await deps.registry.all();
        const id = comparedFilesId(contract, run, asOf, snapshots);
        met = { id, ...(asOf !== undefined && { asOf }) };
        earlier = filesToCountAgainst(contract, run, asOf, snapshots).map(({ rows }) => rows);
        return await openComparedBook(comparedBook(contract, asOf, snapshots), { dir, sql, lake: deps.lake });
      },
    },
    deps,
  );
  const isCompared = comparedRelations(contract).length > 0 || countsRows(contract);
  if (met === undefined || !isCompared) return { ...read, earlier };
  const { id, asOf } = met;
  const isNoted = await noteBook(run, { attempt: run.attempt, ...met }, deps);
  const now = comparedFilesId(contract, run, asOf, await deps.registry.all());
  return isNoted && now === id ? { ...read, earlier } : 'other-files';
}

/** Once for each attempt. False when another delivery of this one has met other files: they stay written down. */
async function noteBook(
  run: RunRecord,
  book: CheckedBook,
  { ledger }: ReadAgainstBookDeps,
): Promise<boolean> {
  const noted = await amendAttempt(ledger, run, (current) =>
    current.checkedBook?.attempt === run.attempt ? current : { ...current, checkedBook: book },
  );
  return noted.checkedBook?.id === book.id;
}
