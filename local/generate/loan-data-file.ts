import { dayText } from './book-options.ts';
import type { CsvFile } from './csv-file.ts';
import { at, bareLoanId, type LoanBook } from './loan-book.ts';
import { loanStanding } from './loan-standing.ts';
import { vat } from './loan-terms.ts';
import { loanStatus } from './loans-file.ts';
import { floatUnits, plainMoney } from './money-cells.ts';
import { type Random, seededRandom } from './random.ts';
import { tableFile } from './table-file.ts';

/** One loan in twenty was paid out in parts, each with a row of its own. */
const SHARE_IN_PARTS = 0.05;
const SHORTEST_TERM_IN_PARTS = 10;
const DAYS_BETWEEN_PARTS = 2;

/**
 * Loans as another export has them: title-case headers, ids without the company, one row for each disbursement. The
 * amounts of a loan are spread over its rows, so they add up to those of the loans file.
 */
export function loanDataFile(book: LoanBook): CsvFile {
  return tableFile({
    path: 'looker/loan_data.csv',
    columns: {
      'Loan ID': 'text',
      'Customer ID': 'text',
      'Product Type': 'text',
      'Disbursement Date': 'date',
      'Disbursement Amount': 'money',
      'Origination Fee': 'money',
      'Origination Fee Taxes': 'money',
      'Loan Currency': 'text',
      'Interest Rate APR': 'number',
      Term: 'integer',
      'Term Unit': 'text',
      'Payment Frequency': 'text',
      'Days in Default': 'integer',
      'Outstanding Loan Value': 'money',
      'Loan Status': 'text',
    },
    rows: disbursementRows(book),
  });
}

function* disbursementRows(book: LoanBook): Generator<readonly string[]> {
  const random = seededRandom(book.options.seed, 'loan_data.csv');
  for (let loan = 0; loan < book.count; loan++) {
    const { balance, dpd } = loanStanding(book, loan, book.asOfDay);
    const fee = at(book.fees, loan);
    const shares = drawParts(at(book.term, loan), random);
    const principals = spread(at(book.principal, loan), shares);
    const balances = spread(balance, shares);
    const fees = spread(fee, shares);
    const taxes = spread(vat(fee), shares);
    for (const part of shares.keys())
      yield [
        bareLoanId(book, loan),
        book.roster.ids[at(book.customer, loan)] ?? '',
        'factoring',
        dayText(at(book.disburseDay, loan) + part * DAYS_BETWEEN_PARTS),
        plainMoney(principals[part] ?? 0),
        plainMoney(fees[part] ?? 0),
        plainMoney(taxes[part] ?? 0),
        'USD',
        floatUnits(at(book.rate, loan), 3),
        String(at(book.term, loan)),
        'Days',
        'One-time',
        String(dpd),
        plainMoney(balances[part] ?? 0),
        loanStatus(book, loan),
      ];
  }
}

/** Shares of two or three disbursements in percent; nearly all loans have one. */
function drawParts(term: number, random: Random): readonly number[] {
  const isInParts = random.chance(SHARE_IN_PARTS) && term >= SHORTEST_TERM_IN_PARTS;
  if (!isInParts) return [100];
  const first = random.int(30, 60);
  return random.chance(0.3) ? [first, 20, 80 - first] : [first, 100 - first];
}

/** Whole cents by percent; the last part takes what rounding leaves. */
function spread(cents: number, shares: readonly number[]): number[] {
  const parts = shares.map((share) => Math.floor((cents * share) / 100));
  const rest = cents - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part, index) => (index === parts.length - 1 ? part + rest : part));
}
