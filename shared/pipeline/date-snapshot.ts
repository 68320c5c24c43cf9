import { type Contract, contractLabel } from '../contracts/contract.ts';
import { type AsOfFinding, labelColumn } from '../decode/as-of-finder.ts';
import { addDays, type LocalDate, localDateOf } from '../domain/local-date.ts';
import type { Problem } from '../domain/problem.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { dayGiven, dayInName } from './run-of-file.ts';

// The day that a file stands for: by the contract's rule from the data, else as asked with the drop, else from the
// name; never from the clock. What speaks against that day is said, and what makes it absurd rejects the file.

export type Dated = { readonly asOf: LocalDate; readonly warnings: readonly Problem[] };
type Asked = Pick<RunRecord, 'requestedAsOf' | 'unreadAsOf' | 'drop'>;

export function dateSnapshot(
  run: Asked,
  contract: Contract,
  finding: AsOfFinding,
  now: Date,
): Dated | Problem {
  const slip = newestIsSlip(contract, finding);
  if (slip !== undefined) return slip;
  const asOf = finding.asOf ?? dayGiven(run);
  if (asOf === undefined) return noAsOf(run, contract);
  // A day ahead is allowed: the sender's day may have begun where ours has not.
  if (asOf > addDays(localDateOf(now), 1)) return futureAsOf(run, contract, finding, asOf, now);
  const warnings = [
    thinNewest(contract, finding),
    disagreement(finding),
    unlikeAsked(run, contract, finding),
    finding.asOf === undefined ? unlikeName(run, contract, asOf) : undefined,
  ].flatMap((warning) => (warning === undefined ? [] : [warning]));
  return { asOf, warnings };
}

const SLIP = { mostRows: 5, mostPercent: 1 };
const THIN = { fewestBefore: 10, belowPercent: 50 };

/** Next to nothing at the newest date: a slip in a row or two, not a portfolio. */
function newestIsSlip(contract: Contract, { newest, before }: AsOfFinding): Problem | undefined {
  if (newest === undefined || before === undefined) return undefined;
  if (newest.rows > SLIP.mostRows || newest.rows * 100 > before.rows * SLIP.mostPercent) return undefined;
  const [are, they] = newest.rows === 1 ? ['1 row is', 'it'] : [`${newest.rows} rows are`, 'they'];
  const label = labelColumn(contract) ?? '';
  return {
    code: 'as-of-conflict',
    severity: 'error',
    column: label,
    record: newest.record,
    count: newest.rows,
    message: `Only ${are} dated ${newest.date} (${place(newest.record, label)}), while ${before.date} before it has ${before.rows}: ${they} would stand for the whole portfolio. Nothing was promoted. If the date is a slip, correct it and drop the whole file again; if it is right, drop the rows of that date as a file of their own.`,
  };
}

function thinNewest(contract: Contract, { newest, before }: AsOfFinding): Problem | undefined {
  if (newest === undefined || before === undefined || before.rows < THIN.fewestBefore) return undefined;
  if (newest.rows * 100 >= before.rows * THIN.belowPercent) return undefined;
  const label = labelColumn(contract) ?? '';
  const has = newest.rows === 1 ? '1 row' : `${newest.rows} rows`;
  return {
    code: 'as-of-conflict',
    severity: 'warning',
    column: label,
    record: newest.record,
    count: newest.rows,
    message: `The newest date, ${newest.date}, has ${has} (first ${place(newest.record, label)}), while ${before.date} before it has ${before.rows}. The newest date was taken for the whole portfolio. If the date is a slip, correct it and drop the whole file again.`,
  };
}

function disagreement({ asOf, disagreeing }: AsOfFinding): Problem | undefined {
  if (disagreeing === 0) return undefined;
  const imply =
    disagreeing === 1
      ? '1 row of the newest snapshot implies'
      : `${disagreeing} rows of the newest snapshot imply`;
  return {
    code: 'as-of-conflict',
    severity: 'warning',
    count: disagreeing,
    message: `${imply} another as-of date than ${asOf}, which most rows say. They were kept. Check their due dates and days past due.`,
  };
}

function unlikeAsked(run: Asked, contract: Contract, { asOf, told }: AsOfFinding): Problem | undefined {
  const { requestedAsOf, unreadAsOf } = run;
  if (asOf === undefined || requestedAsOf === asOf) return undefined;
  const where = told === undefined ? '' : ` (first ${place(told.record, toldBy(contract))})`;
  const problem = { code: 'as-of-conflict', severity: 'warning' } as const;
  if (requestedAsOf !== undefined)
    return {
      ...problem,
      message: `The file was dropped with asof=${requestedAsOf}, but its rows say ${asOf}${where}. The rows count: the file stands for ${asOf}. If ${requestedAsOf} is right, correct the dates of the export and drop the file again; otherwise nothing is to be done.`,
    };
  if (unreadAsOf === undefined) return undefined;
  return {
    ...problem,
    message: `The file was dropped with asof=${unreadAsOf}, which is no day. Its rows say ${asOf}${where}, which counts: the file stands for ${asOf}. If that is right, nothing is to be done but to write asof as 2025-12-10, or to leave it out, next time.`,
  };
}

/** Rows that tell nothing have the day that was asked for, also where the name has another. */
function unlikeName(run: Asked, contract: Contract, asOf: LocalDate): Problem | undefined {
  const inName = dayInName(run.drop);
  if (inName === undefined || inName === asOf) return undefined;
  const andThen = contract.asOf.kind === 'given' ? ', and roll this run back' : '';
  return {
    code: 'as-of-conflict',
    severity: 'warning',
    message: `No row tells the day. The file stands for ${asOf}, as was asked for when it was dropped (blob metadata asof, or an earlier drop of the same content), but its name says ${inName}. If ${inName} is right, drop the file again with asof=${inName}${andThen}; otherwise nothing is to be done.`,
  };
}

function futureAsOf(
  run: Asked,
  contract: Contract,
  { asOf: found, told, newest }: AsOfFinding,
  asOf: LocalDate,
  now: Date,
): Problem {
  const start = `The file stands for ${asOf}, which is after today (${localDateOf(now)})`;
  const end = 'Nothing was promoted. Check the dates of the export and drop the file again.';
  const problem = { code: 'future-as-of', severity: 'error' } as const;
  if (found === undefined || told === undefined) {
    const isInName = dayInName(run.drop) === asOf;
    const source = isInName ? "the file's name" : 'the blob metadata asof';
    return { ...problem, message: `${start}, says ${source}. ${end}` };
  }
  const says = told.rows === 1 ? 'One row says so' : `${told.rows} rows say so, the first of them`;
  const label = labelColumn(contract);
  const snapshot =
    newest === undefined || told === newest
      ? ''
      : ` They belong to the newest ${label}, ${newest.date}, which begins at row ${newest.record}.`;
  return {
    ...problem,
    column: label ?? toldBy(contract),
    record: (newest ?? told).record,
    count: told.rows,
    message: `${start}. ${says}: ${place(told.record, toldBy(contract))}.${snapshot} ${end}`,
  };
}

function noAsOf({ unreadAsOf, drop }: Asked, contract: Contract): Problem {
  const { kind, ...columns } = contract.asOf;
  const source =
    kind === 'given'
      ? `Files of contract ${contractLabel(contract)} do not say which day they stand for, and nothing else does`
      : `No row of the file says which day it stands for (contract ${contractLabel(contract)} reads it from ${Object.values(columns).join(' and ')})`;
  const inName = dayInName(drop);
  const notTaken =
    inName === undefined ? '' : `, and ${inName} in its name was not taken, since another may be meant`;
  const [unread, mend] =
    unreadAsOf === undefined
      ? [
          '',
          'with the day in its name, for example loans_2025-12-10.csv, or with blob metadata asof=2025-12-10',
        ]
      : [
          `It was dropped with asof=${unreadAsOf}, which is no day${notTaken}. `,
          'with the day in the form asof=2025-12-10, or without asof and with the day in its name',
        ];
  return {
    code: 'no-as-of',
    severity: 'error',
    message: `${source}. ${unread}Nothing was promoted. Drop it again ${mend}.`,
  };
}

/** The column that the day was read from. */
function toldBy({ asOf }: Contract): string {
  if (asOf.kind === 'date-plus-days') return asOf.date;
  return asOf.kind === 'newest' || asOf.kind === 'newest-event' ? asOf.column : '';
}

function place(record: number, column: string): string {
  return `row ${record}, column ${column}`;
}
