import { z } from 'zod';
import { Anomaly } from '../kpis/anomaly.ts';
import { readOfAttempts } from '../pipeline/read-of-attempts.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Condition } from './condition.ts';

// Data that is no longer what it was: other columns than the contract has, other numbers of rows, KPIs that moved out of
// all proportion. What the names of unknown columns are is left to the validation report: the first row of a file without
// a header may name people.

const MOST_FINDINGS = 8;

const COLUMN_CODES: ReadonlySet<string> = new Set([
  'missing-column',
  'duplicate-column',
  'unexpected-column',
]);

/** The file was refused for its columns. */
export function brokeItsSchema({ status, problems }: RunRecord): boolean {
  return (
    status === 'rejected' &&
    problems.some(({ code, severity }) => severity === 'error' && COLUMN_CODES.has(code))
  );
}

/** What the newest file of each contract says of columns and rows. */
export function conditionsOfDrift(runs: readonly RunRecord[]): Condition[] {
  return newestOfContracts(runs).flatMap((run) => [...schemaDrift(run), ...volumeDrift(run)]);
}

function newestOfContracts(runs: readonly RunRecord[]): readonly RunRecord[] {
  const judged = runs.filter(
    ({ status, contractVersion }) => contractVersion > 0 && (status === 'success' || status === 'rejected'),
  );
  return [...Map.groupBy(judged, ({ contract }) => contract).values()].flatMap((own) =>
    own.toSorted((a, b) => (a.drop.landedAt < b.drop.landedAt ? 1 : -1)).slice(0, 1),
  );
}

function schemaDrift(run: RunRecord): Condition[] {
  const { runId, contract, contractVersion, problems } = run;
  const found = problems.filter(({ code }) => COLUMN_CODES.has(code));
  if (found.length === 0) return [];
  const named = (code: string): string =>
    found
      .flatMap((problem) => (problem.code === code && problem.column !== undefined ? [problem.column] : []))
      .join(', ');
  const unknown = found.reduce(
    (sum, { code, count = 1 }) => sum + (code === 'unexpected-column' ? count : 0),
    0,
  );
  const isBreaking = brokeItsSchema(run);
  const isWithoutHeader = found.some(({ code, column }) => code === 'missing-column' && column === undefined);
  const facts = {
    contract: `${contract}@${contractVersion}`,
    ...(isWithoutHeader && { header: 'the first row names no column of the contract' }),
    ...(named('missing-column') !== '' && { 'missing columns': named('missing-column') }),
    ...(named('duplicate-column') !== '' && { 'columns named twice': named('duplicate-column') }),
    ...(unknown > 0 && { 'unknown columns': `${unknown}, named in the validation report` }),
    run: runId,
  };
  const consequence = isBreaking ? 'It was refused.' : 'They were ignored.';
  const title = isBreaking
    ? `The newest file of ${contract} does not have the columns of its contract. ${consequence}`
    : `The newest file of ${contract} has columns that its contract does not know. ${consequence}`;
  return [{ kind: isBreaking ? 'schema-drift-breaking' : 'schema-drift', of: contract, title, facts }];
}

/** A file that is refused for its rows is told as that. */
function volumeDrift({ runId, contract, status, problems, rows }: RunRecord): Condition[] {
  if (status !== 'success' || !problems.some(({ code }) => code === 'volume-change')) return [];
  return [
    {
      kind: 'data-drift',
      of: contract,
      title: `The newest file of ${contract} has far more or fewer rows than usual.`,
      facts: { ...(rows !== undefined && { rows: String(rows) }), run: runId },
    },
  ];
}

const Told = z.object({
  anomalies: z.array(Anomaly.pick({ kpi: true, kind: true, reason: true, reportingDate: true, cause: true })),
});

/**
 * The KPIs of the newest numbers that moved out of all proportion, as the run has told: one for their date. What is
 * outside its limits is an alert already.
 */
export async function conditionsOfAnomalies(
  run: RunRecord,
  { lake }: { readonly lake: Lake },
): Promise<Condition[]> {
  const document = await readOfAttempts(lake, run, 'compliance.json');
  if (document === undefined) return [];
  const unusual = Told.parse(document).anomalies.filter(({ kind }) => kind !== 'threshold');
  const [first] = unusual;
  if (first === undefined) return [];
  const told = unusual.slice(0, MOST_FINDINGS).map(({ kpi, kind, reason }) => [`${kpi} ${kind}`, reason]);
  const more = unusual.length - told.length;
  const causes = new Set(unusual.map(({ cause }) => cause)).size;
  return [
    {
      kind: 'data-drift',
      of: `numbers-of-${first.reportingDate}`,
      title: `The numbers of ${first.reportingDate} are unlike those before: ${inWords(unusual.length, 'finding')} of ${inWords(causes, 'cause')}.`,
      facts: {
        ...Object.fromEntries(told),
        ...(more > 0 && { more: `${more}, in compliance.json of the run` }),
        run: run.runId,
      },
    },
  ];
}

function inWords(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
