import { dayText } from './book-options.ts';
import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { at, type LoanBook, loanId } from './loan-book.ts';
import { floatMoney, noisyMoney } from './money-cells.ts';
import { seededRandom } from './random.ts';

export const TRANSACTIONS_HEADER = [
  'loan_id',
  'transaction_type',
  'date_paid',
  'principal',
  'interest',
  'other',
  'fees',
  'to_tax',
  'add_balance',
  'reduce_balance',
  'currency',
] as const;

/** Of 19,101 payments in the real file, 223 principals and 226 fees carry the residue of binary subtraction. */
const NOISY_PRINCIPALS = 223 / 19_101;
const NOISY_FEES = 226 / 19_101;

/** Disbursements and payments up to the cut-off, by date. */
export function transactionsFile(book: LoanBook): CsvFile {
  return {
    path: 'looker/transactions.csv',
    header: TRANSACTIONS_HEADER,
    money: TRANSACTIONS_HEADER.slice(3, 10),
    types: typed({ date: ['date_paid'], number: TRANSACTIONS_HEADER.slice(3, 10) }),
    counts: ['rebates', 'duplicates'],
    lineEnd: '\n',
    lines: transactionLines(book),
  };
}

function* transactionLines(book: LoanBook): Generator<CsvLine> {
  const noise = seededRandom(book.options.seed, 'transactions.csv noise');
  const { payments } = book;
  const byDay = paymentsByDay(book).filter((payment) => at(payments.day, payment) <= book.asOfDay);
  let loan = 0;
  for (const payment of byDay) {
    for (; loan < book.count && at(book.disburseDay, loan) <= at(payments.day, payment); loan++)
      yield disbursementLine(book, loan);
    const principal = at(payments.principal, payment);
    const fees = at(payments.fees, payment);
    const cents = [principal, at(payments.interest, payment), 0, fees, at(payments.tax, payment), 0, 0];
    const cells = cents.map(floatMoney);
    if (noise.chance(NOISY_PRINCIPALS)) cells[0] = noisyMoney(principal, noise);
    if (noise.chance(NOISY_FEES)) cells[3] = noisyMoney(fees, noise);
    const label = `${loanId(book, at(payments.loan, payment))},PAYMENT,${dayText(at(payments.day, payment))}`;
    const text = `${label},${cells.join(',')},USD`;
    yield at(payments.isRebate, payment) === 1 ? { text, cents, mark: { kind: 'rebate' } } : { text, cents };
  }
  for (; loan < book.count; loan++) yield disbursementLine(book, loan);
}

/** Positions of the payments, oldest first; those of a day in the order in which they were planned. */
export function paymentsByDay(book: LoanBook): Int32Array {
  const { day } = book.payments;
  return Int32Array.from(day, (_, payment) => payment).sort((a, b) => at(day, a) - at(day, b) || a - b);
}

function disbursementLine(book: LoanBook, loan: number): CsvLine {
  const cents = [at(book.principal, loan), 0, 0, 0, 0, 0, 0];
  const day = dayText(at(book.disburseDay, loan));
  return { text: `${loanId(book, loan)},DISBURSEMENT,${day},${cents.map(floatMoney).join(',')},USD`, cents };
}
