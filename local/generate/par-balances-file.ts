import { toEpochDay } from '../../shared/domain/local-date.ts';
import { dayText, firstOfMonth, type SnapshotDay, snapshotDays } from './book-options.ts';
import type { CsvFile, CsvLine } from './csv-file.ts';
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
};

/** The file over `rows`, which are those of `parRows` or the last of them. */
export function parBalancesFile(book: LoanBook, rows: Iterable<ParRow>): CsvFile {
  return {
    path: 'looker/loan_par_balances.csv',
    header: PAR_HEADER,
    money: [...PAR_HEADER.slice(7, 11), ...PAR_HEADER.slice(12)],
    lineEnd: '\n',
    lines: parLines(book, rows),
  };
}

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
  for (const row of rows) {
    const outstanding = plainMoney(row.outstanding);
    const writtenOff = plainMoney(row.writtenOff);
    const par = [7, 30, 60, 90].map((days) => parBalance(row, days));
    const lateness = row.dpd > 0 ? dayText(maturityDay(book, row.loan)) : '';
    const label = `${loanId(book, row.loan)},${dayText(row.reportingDay)},${row.dpd},${lateness}`;
    const state = row.isWrittenOff ? 'true,DPD' : 'false,';
    const balances = `${outstanding},${outstanding},${writtenOff},${writtenOff}`;
    yield {
      text: `${label},${state},USD,${balances},1,${par.map(plainMoney).join(',')}`,
      cents: [row.outstanding, row.outstanding, row.writtenOff, row.writtenOff, ...par],
    };
  }
}
