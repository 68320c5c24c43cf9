import { dayText } from './book-options.ts';
import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { at, companyName, type LoanBook, loanId, maturityDay } from './loan-book.ts';
import { loanStanding } from './loan-standing.ts';
import { floatMoney, floatUnits, noisyMoney } from './money-cells.ts';
import { type Random, sample, seededRandom } from './random.ts';

export const LOANS_HEADER = [
  'loan_id',
  'maturity_date',
  'customer_id',
  'application_date',
  'pledge_date',
  'disburse_date',
  'product_type',
  'loan_grade',
  'lender',
  'facility',
  'credit_bureau_score',
  'total_fees',
  'total_interest',
  'total_other',
  'term',
  'frequency',
  'interest_rate',
  'disburse_principal',
  'outstanding_balance',
  'currency',
  'dpd',
  'ratio_paid',
  'loan_status',
  'amount_buckets',
  'company',
  'loan_counts',
  'term_buckets',
  'location_state_province',
] as const;

/** 87 of 17,688 balances in the real file carry the residue of binary subtraction. */
const NOISY_BALANCES = 87 / 17_688;

/** The loan tape, one row per loan, in no order. Written-off balances are still in `outstanding_balance`. */
export function loansFile(book: LoanBook): CsvFile {
  return { ...LOANS_FILE, lines: loanLines(book) };
}

/** All of the file but its lines. */
export const LOANS_FILE = {
  path: 'looker/loans.csv',
  header: LOANS_HEADER,
  money: ['total_fees', 'total_interest', 'total_other', 'disburse_principal', 'outstanding_balance'],
  types: typed({
    date: ['maturity_date', 'application_date', 'pledge_date', 'disburse_date'],
    integer: ['term', 'dpd'],
    money: ['total_fees', 'total_interest', 'total_other', 'disburse_principal'],
    number: ['interest_rate', 'outstanding_balance', 'ratio_paid'],
  }),
  lineEnd: '\n',
} as const satisfies Omit<CsvFile, 'lines'>;

export function* loanLines(book: LoanBook): Generator<CsvLine> {
  const order = seededRandom(book.options.seed, 'loans.csv order');
  const noise = seededRandom(book.options.seed, 'loans.csv noise');
  const everyLoan = Array.from({ length: book.count }, (_, loan) => loan);
  for (const loan of sample(everyLoan, book.count, order)) yield loanLine(book, loan, noise);
}

function loanLine(book: LoanBook, loan: number, noise: Random): CsvLine {
  const principal = at(book.principal, loan);
  const fees = at(book.fees, loan);
  const interest = at(book.interest, loan);
  const customer = at(book.customer, loan);
  const { balance, dpd } = loanStanding(book, loan, book.asOfDay);
  const balanceCell = noise.chance(NOISY_BALANCES) ? noisyMoney(balance, noise) : floatMoney(balance);
  const cells = [
    loanId(book, loan),
    dayText(maturityDay(book, loan)),
    book.roster.ids[customer],
    '',
    '',
    dayText(at(book.disburseDay, loan)),
    'factoring',
    '',
    '',
    '',
    '',
    floatMoney(fees),
    floatMoney(interest),
    '0.0',
    at(book.term, loan),
    'One-time',
    floatUnits(at(book.rate, loan), 3),
    floatMoney(principal),
    balanceCell,
    'USD',
    dpd,
    floatUnits(Math.round(((principal - balance) * 10_000) / principal), 4),
    loanStatus(book, loan),
    amountBucket(principal + fees),
    companyName(book, loan),
    sequenceBucket(at(book.sequence, loan)),
    termBucket(at(book.term, loan)),
    book.roster.states[customer],
  ];
  return { text: cells.join(','), cents: [fees, interest, 0, principal, balance] };
}

/** Up to this balance the source calls a loan complete. */
const ROUNDING_RESIDUE = 2;

/** Yesterday's state: the status lags the balance by a day. `Default` only means past maturity and not closed. */
export function loanStatus(book: LoanBook, loan: number): string {
  const yesterday = book.asOfDay - 1;
  if (loanStanding(book, loan, yesterday).balance <= ROUNDING_RESIDUE) return 'Complete';
  return maturityDay(book, loan) <= yesterday ? 'Default' : 'Current';
}

/** Upper bounds, inclusive, in cents; computed on principal and fees. */
const AMOUNT_BUCKETS: readonly (readonly [number, string])[] = [
  [50_000, '0-0.5K'],
  [100_000, '0.5K-1K'],
  [250_000, '1K-2.5K'],
  [500_000, '2.5K-5K'],
  [1_000_000, '5K-10K'],
  [5_000_000, '10K-50K'],
  [10_000_000, '50K-100K'],
];

export function amountBucket(cents: number): string {
  return AMOUNT_BUCKETS.find(([upper]) => cents <= upper)?.[1] ?? '>100K';
}

const TERM_BUCKETS: readonly (readonly [number, string])[] = [
  [10, '0-10 Days'],
  [20, '11-20 Days'],
  [30, '21-30 Days'],
  [45, '31-45 Days'],
  [60, '46-60 Days'],
  [90, '61-90 Days'],
  [120, '91-120 Days'],
  [180, '121-180 Days'],
];

export function termBucket(days: number): string {
  return TERM_BUCKETS.find(([upper]) => days <= upper)?.[1] ?? '>180 Days';
}

/** The loan's number within its customer's. */
export function sequenceBucket(sequence: number): string {
  if (sequence <= 4) return String(sequence);
  return sequence <= 10 ? '5-10' : '11+';
}
