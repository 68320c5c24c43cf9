import { parDates, rebuiltDates } from './balance-dates.ts';
import { type CashFlows, readInstalments, readPayments } from './cash-flows.ts';
import { collectionFigures } from './collection-figures.ts';
import { DateTotals } from './date-totals.ts';
import type { TwinFigure } from './figure.ts';
import { LoanTable } from './loan-table.ts';
import { type DatedBalances, movementFigures } from './movement-figures.ts';
import { Movements } from './movements.ts';
import { readParFile } from './par-file.ts';
import { fiftyYearsBefore, type Grain, type Period, periodsOf } from './periods.ts';
import { rebuiltHistories } from './rebuilt-balances.ts';
import { loanFigures, snapshotFigures } from './snapshot-figures.ts';
import { atRiskOf } from './standing.ts';
import { tapeFigures } from './tape-figures.ts';
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
  const loans = await LoanTable.read(rows, asOf);
  const periods = periodsOfBook(input, loans);
  const isRebuilt = canRebuild(rows) && !readsParFile(input);
  const payments = rows.asOf.has('looker_transactions')
    ? await readPayments(rows, { asOf, byLoan: isRebuilt })
    : undefined;
  const instalments = hasAll(rows, ['looker_loans', 'looker_schedules'])
    ? await readInstalments(rows, { loans, byLoan: isRebuilt })
    : undefined;
  const balances = await balancesOf(input, { loans, periods, payments, instalments });
  if (balances === undefined) return tapeFigures(rows, asOf);
  return [
    ...balances.dates.flatMap(({ reportingDay }, date) => {
      const totals = balances.totals[date];
      if (totals === undefined || totals.rows === 0) return [];
      const formulas = [
        ...snapshotFigures(totals),
        ...(rows.asOf.has('looker_loans') ? loanFigures(totals) : []),
      ];
      return formulas.map((formula) => ({ ...formula, reportingDay }));
    }),
    ...movementFigures(balances),
    ...(payments && rows.asOf.has('looker_loans')
      ? collectionFigures({ ...balances, periods, payments: payments.byDay, due: instalments?.byDay })
      : []),
  ];
}

type BookParts = {
  readonly loans: LoanTable;
  readonly periods: readonly Period[];
  readonly payments: CashFlows | undefined;
  readonly instalments: CashFlows | undefined;
};

/** Months and quarters are the lender's own snapshots where there are such; everything else is rebuilt. */
async function balancesOf(input: TwinInput, parts: BookParts): Promise<DatedBalances | undefined> {
  if (readsParFile(input)) return await balancesOfParFile(input, parts.loans);
  const [payments, instalments] = [parts.payments?.byLoan, parts.instalments?.byLoan];
  if (payments === undefined || instalments === undefined) return undefined;
  const dates = rebuiltDates(parts.periods);
  const totals = dates.map(() => new DateTotals(input.rows.customers));
  const movements = new Movements(dates);
  const book = { loans: parts.loans, count: input.rows.loans, payments, instalments };
  for (const { loan, history } of rebuiltHistories(book, dates)) {
    for (const { date, standing } of history)
      totals[date]?.add(standing, atRiskOf(standing), parts.loans.facts(loan));
    movements.addLoan(history);
  }
  return { dates, totals, movements };
}

async function balancesOfParFile({ rows, grain, asOf }: TwinInput, loans: LoanTable): Promise<DatedBalances> {
  const { labels, standings } = await readParFile(rows, loans);
  const fileAsOf = rows.asOf.get('looker_loan_par_balances') ?? asOf;
  const dates = parDates(labels, { grain, fileAsOf, asOf });
  const movements = new Movements(dates);
  const dateOfLabel = new Map(dates.map(({ source }, date) => [source, date]));
  const dateOfPlace = labels.map(({ label }) => dateOfLabel.get(label));
  for (const history of standings.histories((place) => dateOfPlace[place])) movements.addLoan(history);
  const totalsOfLabel = new Map(labels.map(({ label, totals }) => [label, totals]));
  const totals = dates.map(({ source }) => totalsOfLabel.get(source) ?? new DateTotals(0));
  return { dates, totals, movements };
}

function periodsOfBook({ rows, grain, asOf }: TwinInput, loans: LoanTable): readonly Period[] {
  const loansAsOf = rows.asOf.get('looker_loans');
  if (loansAsOf === undefined || loans.isEmpty) return [];
  const known = Math.min(loansAsOf, asOf);
  return periodsOf(grain, loans.firstDay(fiftyYearsBefore(known)) ?? known, known);
}

function readsParFile({ rows, grain }: TwinInput): boolean {
  const isLong = grain === 'month' || grain === 'quarter';
  return rows.asOf.has('looker_loan_par_balances') && (isLong || !canRebuild(rows));
}

function canRebuild(rows: TwinRows): boolean {
  return hasAll(rows, ['looker_loans', 'looker_schedules', 'looker_transactions']);
}

function hasAll({ asOf }: TwinRows, relations: readonly TwinRelation[]): boolean {
  return relations.every((relation) => asOf.has(relation));
}
