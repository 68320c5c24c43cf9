import { contractOf } from '../contracts/registry.ts';
import type { RunId } from '../domain/ids.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import { runIdOf } from '../domain/run-identity.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { readByKpis, standingOf, supersedes } from './book.ts';
import { dayGiven } from './run-of-file.ts';

/** A file that would be in a book, had nobody rolled it back. */
export type RolledBackFile = {
  readonly runId: RunId;
  readonly dataset: string;
  /** Absent for reference data. */
  readonly asOf: LocalDate | undefined;
  readonly by: string;
  readonly reason: string;
  /** Instant. */
  readonly at: string;
  /** The numbers still have its rows. */
  readonly isStillCounted?: boolean;
};

export type RolledBackDeps = { readonly ledger: RunLedger; readonly catalog: () => Promise<Catalog> };

/** Those of a book, until a newer file of their kind counts in it: whoever reads its numbers has to know. */
export async function rolledBackFiles(
  { book, asOf }: Pick<KpiMart, 'book' | 'asOf'>,
  { ledger, catalog }: RolledBackDeps,
): Promise<readonly RolledBackFile[]> {
  // From the word of the operator on, whether it is done by now, under way, or has failed.
  const rolledBack = (await ledger.list()).flatMap((run) =>
    run.rolledBack === undefined || run.relation === undefined
      ? []
      : [{ ...run, relation: run.relation, rolledBack: run.rolledBack }],
  );
  const files = new Map<string, RolledBackFile>();
  // Of rows that no KPI reads no number would be another one, and no book tells when the right file has come.
  const read = readByKpis(rolledBack, await catalog());
  for (const run of read.toSorted((a, b) => (supersedes(placeOf(a), placeOf(b)) ? 1 : -1))) {
    if (run.asOf !== undefined && run.asOf > asOf) continue;
    const entry = book.find(({ relation }) => relation === run.relation);
    const counts = entry && (await ledger.find(entry.runId))?.value;
    if (counts !== undefined && !supersedes(placeOf(run), placeOf(counts))) continue;
    const { by, reason, at } = run.rolledBack;
    // A nightly pull brings the same content for one day after the other: that is told once, of the first.
    const told = [run.relation, run.sha256, at].join(' ');
    if (!files.has(told))
      files.set(told, { runId: run.runId, dataset: run.dataset, asOf: run.asOf, by, reason, at });
  }
  return [...files.values()];
}

/** Those whose rows a book has all the same: it is computed again without them, or that has failed. */
export async function stillCounted(
  { book }: Pick<KpiMart, 'book'>,
  { ledger }: { readonly ledger: RunLedger },
): Promise<readonly RolledBackFile[]> {
  const runs = await Promise.all(book.map(async ({ runId }) => (await ledger.find(runId))?.value));
  return runs.flatMap((run) => {
    if (run?.rolledBack === undefined) return [];
    const { runId, dataset, asOf, rolledBack } = run;
    const { by, reason, at } = rolledBack;
    return [{ runId, dataset, asOf, by, reason, at, isStillCounted: true }];
  });
}

/**
 * What an operator has said of the same content under the version of its contract before: a new version makes it another
 * run, and no other file. Where its rows tell no day, also what was said of it on the last day that it came: a nightly pull
 * may bring it again.
 */
export async function rollbackBefore(
  run: RunRecord,
  { ledger }: { readonly ledger: RunLedger },
): Promise<Pick<RunRecord, 'rolledBack' | 'asOf'>> {
  const { dataset, contract, contractVersion, sha256 } = run;
  if (contractOf(contract, contractVersion)?.asOf.kind === 'given')
    return await rollbackOfDayBefore(run, ledger);
  for (let version = contractVersion - 1; version >= 1; version -= 1) {
    const before = (await ledger.find(runIdOf(dataset, contract, version, sha256)))?.value;
    if (before !== undefined) return before.rolledBack === undefined ? {} : { rolledBack: before.rolledBack };
  }
  return {};
}

/** With its day, which no validation will tell: it is what its notice hangs on. */
async function rollbackOfDayBefore(
  run: RunRecord,
  ledger: RunLedger,
): Promise<Pick<RunRecord, 'rolledBack' | 'asOf'>> {
  const asOf = dayGiven(run);
  if (asOf === undefined) return {};
  const before = (await ledger.list()).filter(
    (other) =>
      other.contract === run.contract &&
      other.sha256 === run.sha256 &&
      other.runId !== run.runId &&
      (other.asOf ?? REFERENCE_DAY) <= asOf,
  );
  const [first] = before.toSorted((a, b) => (supersedes(placeOf(a), placeOf(b)) ? -1 : 1));
  return first?.rolledBack === undefined ? {} : { rolledBack: first.rolledBack, asOf };
}

function placeOf(run: RunRecord): ReturnType<typeof standingOf> {
  return standingOf({ ...run, asOf: run.asOf ?? REFERENCE_DAY });
}
