import { toEpochDay } from '../../shared/domain/local-date.ts';
import { dayText, firstOfMonth, type SnapshotDay, snapshotDays } from './book-options.ts';
import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { at, type LoanBook, loanId, maturityDay } from './loan-book.ts';
import { snapshotStanding, WRITE_OFF_AFTER_DAYS } from './loan-standing.ts';
import { plainMoney } from './money-cells.ts';

export const PAR_HEADER = [
  'loan_id_raw',
  'reporting_date',
  'dpd',
  'dpd_date',
  'is_writeoff',
  'writeoff_type',
  'loan_ccy',
  'outstanding_balance',
  'outstanding_balance_usd',
  'writeoff_outstanding_balance',
  'writeoff_outstanding_balance_usd',
  'xchg_rate_to_usd',
  'PAR_7_balance_usd',
  'PAR_30_balance_usd',
  'PAR_60_balance_usd',
  'PAR_90_balance_usd',
] as const;

/** A loan at a month end, cents and days. */
export type ParRow = SnapshotDay & {
  readonly loan: number;
  readonly dpd: number;
  /** 0 once written off, when the balance is in `writtenOff`. */
  readonly outstanding: number;
  readonly isWrittenOff: boolean;
  readonly writtenOff: number;
  /** To be written with a fault, and to be left out of every sum. */
  readonly isBad?: boolean;
};

/** The file over `rows`, which are those of `parRows` or the last of them. */
export function parBalancesFile(book: LoanBook, rows: Iterable<ParRow>): CsvFile {
  return { ...PAR_FILE, lines: parLines(book, rows) };
}

const PAR_MONEY = [...PAR_HEADER.slice(7, 11), ...PAR_HEADER.slice(12)];

/** All of the file but its lines. */
export const PAR_FILE = {
  path: 'looker/loan_par_balances.csv',
  header: PAR_HEADER,
  money: PAR_MONEY,
  types: typed({
    date: ['reporting_date', 'dpd_date'],
    integer: ['dpd'],
    money: PAR_MONEY,
    number: ['xchg_rate_to_usd'],
    boolean: ['is_writeoff'],
  }),
  lineEnd: '\n',
} as const satisfies Omit<CsvFile, 'lines'>;

/** Every row of every snapshot, oldest first, loans in order of disbursement. */
export function* parRows(book: LoanBook): Generator<ParRow> {
  const lastDay = lastDayOfLife(book);
  for (const { reportingDay, asOfDay } of snapshotDays(book.options)) {
    const monthStart = toEpochDay(firstOfMonth(dayText(reportingDay), 0));
    for (let loan = 0; loan < book.count && at(book.disburseDay, loan) <= asOfDay; loan++) {
      if (at(lastDay, loan) < monthStart) continue;
      const standing = snapshotStanding(book, loan, { reportingDay, asOfDay }, monthStart);
      if (standing === undefined) continue;
      const { balance, dpd } = standing;
      const isWrittenOff = dpd > WRITE_OFF_AFTER_DAYS;
      const outstanding = isWrittenOff ? 0 : balance;
      const writtenOff = isWrittenOff ? balance : 0;
      yield { loan, reportingDay, asOfDay, dpd, outstanding, isWrittenOff, writtenOff };
    }
  }
}

/** The balance of a row if it is at least `days` late and not written off. */
export function parBalance(row: ParRow, days: number): number {
  return row.dpd >= days ? row.outstanding : 0;
}

/** The day of the last payment of a loan that is closed, so that most loans are skipped without a second look. */
function lastDayOfLife(book: LoanBook): Int32Array {
  const lastDay = new Int32Array(book.count);
  for (let loan = 0; loan < book.count; loan++) {
    const first = at(book.firstPayment, loan);
    let open = at(book.principal, loan);
    let day = at(book.disburseDay, loan);
    for (let i = first; i < first + at(book.paymentCount, loan); i++) {
      open -= at(book.payments.principal, i);
      day = at(book.payments.day, i);
    }
    lastDay[loan] = open === 0 ? day : 2 ** 31 - 1;
  }
  return lastDay;
}

function* parLines(book: LoanBook, rows: Iterable<ParRow>): Generator<CsvLine> {
  for (const row of rows) yield parLine(book, row);
}

/** Nine rows in ten are of loans that are not late: their line is short work. */
export function parLine(book: LoanBook, row: ParRow): CsvLine {
  const { outstanding, writtenOff, dpd } = row;
  const label = `${loanId(book, row.loan)},${dayText(row.reportingDay)},${dpd},`;
  const open = plainMoney(outstanding);
  if (dpd === 0) {
    return {
      text: `${label},false,,USD,${open},${open},0,0,1,0,0,0,0`,
      cents: [outstanding, outstanding, 0, 0, 0, 0, 0, 0],
    };
  }
  const lost = plainMoney(writtenOff);
  const par = [7, 30, 60, 90].map((days) => parBalance(row, days));
  const state = row.isWrittenOff ? 'true,DPD' : 'false,';
  const balances = `${open},${open},${lost},${lost}`;
  return {
    text: `${label}${dayText(maturityDay(book, row.loan))},${state},USD,${balances},1,${par.map(plainMoney).join(',')}`,
    cents: [outstanding, outstanding, writtenOff, writtenOff, ...par],
  };
}
