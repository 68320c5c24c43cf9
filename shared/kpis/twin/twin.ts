import { type CashFlows, type Payments, readInstalments, readPayments } from './cash-flows.ts';
import { collectionFigures } from './collection-figures.ts';
import { DateTotals } from './date-totals.ts';
import type { TwinFigure } from './figure.ts';
import { loanFileFigures } from './loan-file-figures.ts';
import { type LoanPasts, type ParSource, publishedPasts, rebuiltPasts } from './loan-pasts.ts';
import { LoanTable } from './loan-table.ts';
import { type DatedBalances, movementFigures } from './movement-figures.ts';
import { Movements } from './movements.ts';
import { readParFile } from './par-file.ts';
import { fiftyYearsBefore, type Grain, type Period, periodsOf } from './periods.ts';
import type { RollMatrix } from './roll-matrix.ts';
import { loanFigures, snapshotFigures } from './snapshot-figures.ts';
import { atRiskOf } from './standing.ts';
import { tapeFigures } from './tape-figures.ts';
import { tapeHealthFigures } from './tape-health.ts';
import type { TwinRelation, TwinRows } from './twin-rows.ts';

// The core KPIs once more, from the staged rows, in whole cents. Nothing is shared with what computes them: no SQL
// model, no catalogue, no expression. What both agree on was not got wrong twice in the same way.

export type TwinInput = {
  readonly rows: TwinRows;
  readonly grain: Grain;
  /** The day that is reported. */
  readonly asOf: number;
};

/** Every core KPI that the book has the rows for, at every reporting date. */
export async function twinFigures(input: TwinInput): Promise<readonly TwinFigure[]> {
  const { rows, asOf } = input;
  const health = await tapeHealthFigures(rows, asOf);
  const book = await readBook(input);
  const balances = balancesOf(input, book);
  if (balances === undefined)
    return [...health, ...(await tapeFigures(rows, asOf)), ...(await loanFileFigures(rows, asOf))];
  const hasLoans = rows.asOf.has('looker_loans');
  const snapshots = balances.dates.flatMap(({ reportingDay, totals }) => {
    if (totals.rows === 0) return [];
    const formulas = [...snapshotFigures(totals), ...(hasLoans ? loanFigures(totals) : [])];
    return formulas.map((formula) => ({ ...formula, reportingDay }));
  });
  const { payments, instalments } = book;
  const cash =
    payments && hasLoans
      ? collectionFigures({
          ...balances,
          periods: periodsIn(input, { loans: book.loans, payments }, input.grain),
          payments: payments.byDay,
          due: instalments?.byDay,
        })
      : [];
  return [...health, ...snapshots, ...movementFigures(balances, input.grain), ...cash];
}

/** Where balances went from each date to the next, by the later one. */
export async function twinRolls(input: TwinInput): Promise<ReadonlyMap<number, RollMatrix>> {
  const balances = balancesOf(input, await readBook(input));
  return new Map(
    balances?.dates.map(({ reportingDay }, date) => [reportingDay, balances.movements.rollsTo(date)]),
  );
}

type Book = {
  readonly loans: LoanTable;
  readonly par: ParSource | undefined;
  readonly payments: Payments | undefined;
  readonly instalments: CashFlows | undefined;
};

async function readBook(input: TwinInput): Promise<Book> {
  const { rows, asOf } = input;
  const byLoan = isRebuilt(input);
  const loans = await LoanTable.read(rows, asOf);
  const fileAsOf = rows.asOf.get('looker_loan_par_balances');
  return {
    loans,
    par: fileAsOf === undefined ? undefined : { file: await readParFile(rows, loans), fileAsOf, asOf },
    payments: rows.asOf.has('looker_transactions') ? await readPayments(rows, { asOf, byLoan }) : undefined,
    instalments: hasAll(rows, ['looker_loans', 'looker_schedules'])
      ? await readInstalments(rows, byLoan)
      : undefined,
  };
}

/** Undefined where nothing is known of single loans over time. */
function balancesOf(input: TwinInput, book: Book): DatedBalances | undefined {
  const { rows, grain } = input;
  const { loans, par, payments, instalments } = book;
  if (payments?.byLoan && instalments?.byLoan) {
    const events = { loans, payments: payments.byLoan, instalments: instalments.byLoan };
    const known = { loans, payments };
    const periods = { reported: periodsIn(input, known, grain), months: periodsIn(input, known, 'month') };
    return rebuiltBalances(rebuiltPasts(events, periods, par), rows, loans);
  }
  if (par === undefined) return undefined;
  const pasts = publishedPasts(par, grain);
  const dates = pasts.dates.flatMap((date) =>
    par.file.labels.filter(({ label }) => label === date.source).map(({ totals }) => ({ ...date, totals })),
  );
  return { dates, movements: movementsOf(pasts, rows) };
}

function rebuiltBalances(pasts: LoanPasts, rows: TwinRows, loans: LoanTable): DatedBalances {
  const dates = pasts.dates.map((date) => ({ ...date, totals: new DateTotals(rows.customers) }));
  const movements = movementsOf(pasts, rows, (loan, history) => {
    for (const { date, standing } of history)
      dates[date]?.totals.add(standing, atRiskOf(standing), loans.facts(loan));
  });
  return { dates, movements };
}

function movementsOf(
  pasts: LoanPasts,
  { loans }: TwinRows,
  seen: (loan: number, history: LoanHistory) => void = () => undefined,
): Movements {
  const movements = new Movements(pasts.dates, pasts.months);
  for (let loan = 0; loan < loans; loan += 1) {
    const past = pasts.of(loan);
    seen(loan, past.history);
    movements.addLoan(past);
  }
  return movements;
}

type LoanHistory = ReturnType<LoanPasts['of']>['history'];

type KnownEvents = { readonly loans: LoanTable; readonly payments: Payments };

/** Of the days on which loans and payments are known. */
function periodsIn(input: TwinInput, events: KnownEvents, grain: Grain): readonly Period[] {
  const { rows, asOf } = input;
  const loansAsOf = Math.min(asOfFile(rows, 'looker_loans'), asOf);
  const paidUntil = paymentsAsOf(input, events);
  if (!events.loans.hasAnyBy(loansAsOf)) return [];
  return periodsOf(grain, events.loans.firstDay(fiftyYearsBefore(loansAsOf)) ?? loansAsOf, loansAsOf)
    .filter(({ start }) => start <= paidUntil)
    .map((period) => ({ ...period, asOf: Math.min(period.asOf, paidUntil) }));
}

const DAYS_WITHOUT_PAYMENTS = 7;
const ROUNDING_OF_A_BOOK = 100n;

/**
 * What was paid after the newest payments file is not known. It bears the day of the last payment: when loans that are
 * up to a week newer owe what the payments leave of them, there was none since.
 */
function paymentsAsOf({ rows }: TwinInput, { loans, payments }: KnownEvents): number {
  const lastPaid = asOfFile(rows, 'looker_transactions');
  const loansAsOf = asOfFile(rows, 'looker_loans');
  const difference = loans.outstanding - payments.owed;
  const agree = difference <= ROUNDING_OF_A_BOOK && -difference <= ROUNDING_OF_A_BOOK;
  return agree && loansAsOf > lastPaid && loansAsOf <= lastPaid + DAYS_WITHOUT_PAYMENTS
    ? loansAsOf
    : lastPaid;
}

/** The day of a file that is in the book; NaN for one that is not, which is before and after nothing. */
function asOfFile({ asOf }: TwinRows, relation: 'looker_loans' | 'looker_transactions'): number {
  return Number(asOf.get(relation));
}

function isRebuilt({ rows, grain }: TwinInput): boolean {
  const isShort = grain === 'day' || grain === 'week';
  const canRebuild = hasAll(rows, ['looker_loans', 'looker_schedules', 'looker_transactions']);
  return canRebuild && (isShort || !rows.asOf.has('looker_loan_par_balances'));
}

function hasAll({ asOf }: TwinRows, relations: readonly TwinRelation[]): boolean {
  return relations.every((relation) => asOf.has(relation));
}
