import type { Contract } from '../contracts/contract.ts';
import type { DatasetId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import type { Problem } from '../domain/problem.ts';
import type { DataBreaker } from '../expectations/data-breaker.ts';
import type { Clock } from '../ports/clock.ts';
import type { QualityEntry, QualityLog } from '../ports/quality-log.ts';
import type { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type CountDeps, countInBreaker } from './count-in-breaker.ts';
import type { Judged } from './judge-file.ts';

export type QualityDeps = CountDeps & { readonly clock: Clock; readonly quality: QualityLog };

type Noted = {
  readonly run: RunRecord;
  readonly contract: Contract;
  readonly read: { readonly asOf: LocalDate | undefined };
  readonly judged: Judged;
  readonly report: ValidationReport;
};

/** Into the history of the contract, and into the breaker of its dataset. Returns what is to be said of an open one. */
export async function noteQuality(
  { run, contract, read, judged, report }: Noted,
  deps: QualityDeps,
): Promise<readonly Problem[]> {
  const at = deps.clock.now().toISOString();
  const entry: QualityEntry = {
    runId: run.runId,
    attempt: run.attempt,
    dataset: run.dataset,
    contract: contract.name,
    contractVersion: contract.version,
    landedAt: run.drop.landedAt,
    at,
    ...(read.asOf !== undefined && { asOf: read.asOf }),
    ...(judged.score !== undefined && { score: judged.score }),
    verdict: judged.verdict,
    rows: report.rows.accepted,
    rejected: report.rows.rejected,
    results: [...judged.results],
  };
  await deps.quality.record(entry);
  const { verdict, isVolumeCollapse } = judged;
  const reason = verdict === 'block' ? judged.problems[0]?.message : undefined;
  const state = await countInBreaker(run, { verdict, isVolumeCollapse, reason }, deps);
  return state.status === 'open' ? [breakerOpen(run.dataset, state)] : [];
}

function breakerOpen(
  dataset: DatasetId,
  { badInARow, openedAt, reason }: DataBreaker & { status: 'open' },
): Problem {
  return {
    code: 'breaker-open',
    severity: 'warning',
    ...(badInARow > 0 && { count: badInARow }),
    message: `No file of ${dataset} has been good since ${openedAt.slice(0, 10)}: ${reason} The last good numbers stay up. Mend the export at its source and drop a good file; that closes the breaker.`,
  };
}
