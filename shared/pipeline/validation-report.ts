import type { Contract } from '../contracts/contract.ts';
import { formatScaled, toDecimal } from '../domain/rational.ts';
import type { QualityEntry } from '../ports/quality-log.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { quarantinePath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Judged } from './judge-file.ts';
import type { Unusable, Usable } from './read-snapshot.ts';

const MOST_HISTORY = 12;

/** The verdict on a file. It holds no clock time: the same file at the same place in its feed gives the same report. */
export function validationReport(
  run: RunRecord,
  {
    contract,
    read,
    judged,
    history,
    isReadByKpis,
  }: {
    contract: Contract;
    read: Usable | Unusable;
    judged: Judged;
    history: readonly QualityEntry[];
    /** Whether a model of the KPIs names the contract's relation; left out where nobody knows. */
    isReadByKpis: boolean;
  },
): ValidationReport {
  const { intake, orphans, duplicates } = read;
  const isPromoted = judged.verdict === 'promote';
  const verdict = isPromoted ? (intake.rejected > 0 ? 'quarantined' : 'accepted') : 'rejected';
  const bad = intake.rejected - orphans;
  const share = { numerator: BigInt(bad), denominator: BigInt(Math.max(intake.records, 1)) };
  return {
    runId: run.runId,
    dataset: run.dataset,
    contract: contract.name,
    contractVersion: contract.version,
    sourceFile: run.drop.path,
    inputSha256: run.sha256,
    verdict,
    ...(isPromoted && read.asOf !== undefined && { asOf: read.asOf }),
    rows: {
      read: intake.records,
      accepted: isPromoted ? intake.accepted : 0,
      rejected: intake.rejected,
      orphans,
      dropped: intake.dropped,
      identicalDuplicates: duplicates.identical,
    },
    isReadByKpis,
    tolerance: { maxRejectedShare: contract.maxRejectedShare, rejectedShare: toDecimal(share, 6) },
    problems: [...judged.problems, ...intake.tally.lines()],
    columns: {
      unexpected: [...read.columns.unexpected],
      ...(read.columns.missing.length > 0 && { missing: [...read.columns.missing] }),
      missingOptional: [...read.columns.missingOptional],
      aliases: { ...read.columns.aliases },
    },
    nulls: intake.nulls,
    controlTotals: isPromoted ? shownTotals(contract, intake.totals) : {},
    ...(intake.rejected > 0 && { quarantinePath: quarantinePath(run.runId, run.attempt) }),
    expectations: [...judged.results],
    expectationsSha256: judged.resultsSha256,
    ...(judged.score !== undefined && { score: judged.score }),
    qualityHistory: history
      .filter(({ runId }) => runId !== run.runId)
      .slice(0, MOST_HISTORY)
      .map(({ runId, attempt, landedAt, score, verdict, rows }) => ({
        runId,
        attempt,
        landedAt,
        verdict,
        rows,
        ...(score !== undefined && { score }),
      })),
  };
}

function shownTotals(contract: Contract, totals: Readonly<Record<string, bigint>>): Record<string, string> {
  return Object.fromEntries(
    contract.columns.flatMap(({ name, type, scale }) =>
      type === 'decimal' ? [[name, formatScaled(totals[name] ?? 0n, scale ?? 0)]] : [],
    ),
  );
}
