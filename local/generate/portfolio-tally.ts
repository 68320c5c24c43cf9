import { dayText } from './book-options.ts';
import { exactMoney } from './cent-sums.ts';
import type { ExpectedParDate } from './expected-sums.ts';
import { at, type LoanBook, maturityDay } from './loan-book.ts';
import { type ParRow, parBalance } from './par-balances-file.ts';

/** What the rows of one reporting date add up to; whole cents. */
export type DateTally = {
  readonly reportingDay: number;
  readonly asOfDay: number;
  loans: number;
  activeLoans: number;
  outstanding: number;
  par7: number;
  par30: number;
  par60: number;
  par90: number;
  par120: number;
  writtenOff: number;
  writtenOffLoans: number;
  /** Balance that was still outstanding at the date before. */
  newlyWrittenOff: number;
  /** What may back a borrowing: principal up to 100,000 and a term from 15 days on. */
  eligible: number;
  /** Hundredths of cents: eligible x the percent that its lateness leaves. */
  discounted: number;
  /** Thousandths x cents: sum of rate x outstanding. */
  aprNumerator: bigint;
  /** What is yet to be added to it. */
  aprPart: number;
  activeClients: number;
  nextDueDay: number;
  nextDue: number;
};

export type PortfolioTally = {
  readonly dates: readonly DateTally[];
  /** Outstanding of each customer at the newest date, in cents. */
  readonly clients: Float64Array;
};

/** Passes the rows through, and folds those that are not bad into `tally` on the way. */
export function* tallied(
  book: LoanBook,
  rows: Iterable<ParRow>,
  tally: { dates: DateTally[]; clients: Float64Array },
): Generator<ParRow> {
  const wasWrittenOff = new Int32Array(book.count);
  let current: DateTally | undefined;
  for (const row of rows) {
    if (current?.reportingDay !== row.reportingDay) {
      if (current) settleApr(current);
      current = emptyTally(row);
      tally.dates.push(current);
      tally.clients.fill(0);
    }
    if (row.isBad !== true) {
      addRow(book, current, row);
      addClient(current, tally.clients, at(book.customer, row.loan), row.outstanding);
      if (row.isWrittenOff && wasWrittenOff[row.loan] === 0) current.newlyWrittenOff += row.writtenOff;
      wasWrittenOff[row.loan] = row.isWrittenOff ? 1 : 0;
    }
    yield row;
  }
  if (current) settleApr(current);
}

export function emptyPortfolio(book: LoanBook): { dates: DateTally[]; clients: Float64Array } {
  return { dates: [], clients: new Float64Array(book.roster.ids.length) };
}

/** Tallies of several books as one, oldest date first. Who the clients are is not compared between books. */
export function mergedTallies(books: readonly (readonly DateTally[])[]): DateTally[] {
  const byDay = new Map<number, DateTally>();
  for (const date of books.flat()) {
    const all = byDay.get(date.reportingDay);
    if (all === undefined) byDay.set(date.reportingDay, { ...date });
    else for (const fact of PAR_FACTS) all[fact] += date[fact];
  }
  return [...byDay.values()].sort((a, b) => a.reportingDay - b.reportingDay);
}

/** The facts of a date that follow from the PAR file alone. */
const PAR_FACTS = [
  'loans',
  'activeLoans',
  'outstanding',
  'par7',
  'par30',
  'par60',
  'par90',
  'writtenOff',
  'writtenOffLoans',
] as const satisfies readonly (keyof DateTally)[];

export function expectedParDate(date: DateTally): ExpectedParDate {
  return {
    reportingDate: dayText(date.reportingDay),
    asOf: dayText(date.asOfDay),
    loans: String(date.loans),
    activeLoans: String(date.activeLoans),
    outstanding: exactMoney(date.outstanding),
    par7: exactMoney(date.par7),
    par30: exactMoney(date.par30),
    par60: exactMoney(date.par60),
    par90: exactMoney(date.par90),
    writtenOff: exactMoney(date.writtenOff),
    writtenOffLoans: String(date.writtenOffLoans),
  };
}

function emptyTally({ reportingDay, asOfDay }: ParRow): DateTally {
  return {
    reportingDay,
    asOfDay,
    loans: 0,
    activeLoans: 0,
    outstanding: 0,
    par7: 0,
    par30: 0,
    par60: 0,
    par90: 0,
    par120: 0,
    writtenOff: 0,
    writtenOffLoans: 0,
    newlyWrittenOff: 0,
    eligible: 0,
    discounted: 0,
    aprNumerator: 0n,
    aprPart: 0,
    activeClients: 0,
    nextDueDay: Number.POSITIVE_INFINITY,
    nextDue: 0,
  };
}

function addRow(book: LoanBook, date: DateTally, row: ParRow): void {
  date.loans++;
  if (row.outstanding > 0) date.activeLoans++;
  date.outstanding += row.outstanding;
  if (row.dpd > 0) addLate(date, row);
  date.writtenOff += row.writtenOff;
  if (row.isWrittenOff) date.writtenOffLoans++;
  if (row.outstanding === 0) return;
  date.aprPart += at(book.rate, row.loan) * row.outstanding;
  // Big integers are slow, so the sum is kept in a number as long as that is exact.
  if (date.aprPart > 2 ** 52) settleApr(date);
  if (at(book.principal, row.loan) <= LARGEST_ELIGIBLE && at(book.term, row.loan) >= SHORTEST_ELIGIBLE) {
    date.eligible += row.outstanding;
    date.discounted += row.outstanding * advancePercent(row.dpd);
  }
  const due = maturityDay(book, row.loan);
  if (due <= row.asOfDay || due > date.nextDueDay) return;
  date.nextDue = due === date.nextDueDay ? date.nextDue + row.outstanding : row.outstanding;
  date.nextDueDay = due;
}

function addLate(date: DateTally, row: ParRow): void {
  date.par7 += parBalance(row, 7);
  date.par30 += parBalance(row, 30);
  date.par60 += parBalance(row, 60);
  date.par90 += parBalance(row, 90);
  date.par120 += parBalance(row, 120);
}

function settleApr(date: DateTally): void {
  date.aprNumerator += BigInt(date.aprPart);
  date.aprPart = 0;
}

const LARGEST_ELIGIBLE = 10_000_000;
const SHORTEST_ELIGIBLE = 15;

/** What a lender's lender counts of a balance, by days past due. */
function advancePercent(dpd: number): number {
  if (dpd < 15) return 100;
  if (dpd < 30) return 85;
  if (dpd < 60) return 75;
  return dpd < 90 ? 65 : 0;
}

function addClient(date: DateTally, clients: Float64Array, customer: number, outstanding: number): void {
  if (outstanding === 0) return;
  if (clients[customer] === 0) date.activeClients++;
  clients[customer] = at(clients, customer) + outstanding;
}
