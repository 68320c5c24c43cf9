import { dayText } from './book-options.ts';
import type { CsvFile } from './csv-file.ts';
import { at, type LoanBook, loanId } from './loan-book.ts';
import { loanStanding } from './loan-standing.ts';
import { plainMoney } from './money-cells.ts';
import { tableFile } from './table-file.ts';

/** The tape loan by loan: every loan that owes something at the cut-off, written off or not. */
export function loanLevelTapeFile(book: LoanBook): CsvFile {
  return tableFile({
    path: 'cascade/loan_tape_loans.csv',
    columns: {
      loan_id: 'text',
      client_id: 'text',
      outstanding_balance: 'money',
      original_amount: 'money',
      last_payment_date: 'date',
      total_received_30d: 'money',
    },
    rows: openLoanRows(book),
  });
}

function* openLoanRows(book: LoanBook): Generator<readonly string[]> {
  for (let loan = 0; loan < book.count; loan++) {
    const { balance } = loanStanding(book, loan, book.asOfDay);
    if (balance === 0) continue;
    const { lastDay, received } = receivedUntil(book, loan);
    yield [
      loanId(book, loan),
      book.roster.ids[at(book.customer, loan)] ?? '',
      plainMoney(balance),
      plainMoney(at(book.principal, loan)),
      lastDay === undefined ? '' : dayText(lastDay),
      plainMoney(received),
    ];
  }
}

const RECENT_DAYS = 30;

/** The day of the last payment up to the cut-off, and all that came in within the 30 days before it. */
function receivedUntil(book: LoanBook, loan: number): { lastDay: number | undefined; received: number } {
  const { day, principal, interest, fees, tax } = book.payments;
  const first = at(book.firstPayment, loan);
  let lastDay: number | undefined;
  let received = 0;
  for (let i = first; i < first + at(book.paymentCount, loan); i++) {
    if (at(day, i) > book.asOfDay) continue;
    lastDay = at(day, i);
    if (lastDay > book.asOfDay - RECENT_DAYS)
      received += at(principal, i) + at(interest, i) + at(fees, i) + at(tax, i);
  }
  return { lastDay, received };
}
