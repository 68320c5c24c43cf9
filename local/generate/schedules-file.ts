import { dayText } from './book-options.ts';
import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { at, type LoanBook, loanId, maturityDay } from './loan-book.ts';
import { floatMoney } from './money-cells.ts';

export const SCHEDULES_HEADER = [
  'loan_id',
  'date_due',
  'principal',
  'interest',
  'other',
  'fees',
  'to_tax',
  'add_balance',
  'reduce_balance',
  'currency',
] as const;

/** What is due and when: one row per loan, since every loan is repaid at once. */
export function schedulesFile(book: LoanBook): CsvFile {
  return {
    path: 'looker/schedules.csv',
    header: SCHEDULES_HEADER,
    money: SCHEDULES_HEADER.slice(2, 9),
    types: typed({ date: ['date_due'], money: SCHEDULES_HEADER.slice(2, 9) }),
    lineEnd: '\n',
    lines: scheduleLines(book),
  };
}

function* scheduleLines(book: LoanBook): Generator<CsvLine> {
  for (let loan = 0; loan < book.count; loan++) {
    const principal = at(book.principal, loan);
    const cents = [principal, at(book.interest, loan), 0, at(book.fees, loan), at(book.tax, loan), 0, 0];
    const amounts = cents.map(floatMoney).join(',');
    yield { text: `${loanId(book, loan)},${dayText(maturityDay(book, loan))},${amounts},USD`, cents };
  }
}
