import {
  add,
  compare,
  multiply,
  type Rational,
  rational,
  subtract,
} from '../../../../../shared/domain/rational.ts';
import {
  type Counter,
  isIn,
  lentIn,
  liveBalances,
  number,
  outstandingAt,
  percent,
  sum,
  topTen,
} from './count.ts';
import { type Book, principalLeft } from './lender-rows.ts';
import { dayOf, monthOf } from './reporting-months.ts';

// How far the book can be trusted, and the score of the house.

export const QUALITY_COUNTS: Readonly<Record<string, Counter>> = {
  'dq.score': (book, month) => {
    if (month.asOf !== book.asOf) return undefined;
    const found = qualityViolations(book);
    return percent(number(found.filter(([, violations]) => violations === 0).length), number(found.length));
  },
  'dq.completeness': (book, month) => {
    if (month.asOf !== book.asOf) return undefined;
    const cells = DATASETS.reduce((total, dataset) => total + cellsOf(book, dataset), 0);
    const empty = DATASETS.reduce((total, dataset) => total + emptyCells(book, dataset), 0);
    return percent(number(cells - empty), number(cells));
  },
  'quality.financial_score': (book, month) => {
    const o = outstandingAt(book, month);
    const due = sum(
      book.dues.filter(({ day }) => isIn(month, day)),
      ({ principal }) => principal,
    );
    if (o === 0n || due === 0n) return undefined;
    const share = (part: bigint, whole = o): Rational => ratio(part, whole);
    const balances = liveBalances(book, month);
    const lent = sum(lentIn(book, month), ({ principal }) => principal);
    const excess = subtract(share(topTen(balances)), rational('0.3'));
    const terms = [
      rational(100n),
      multiply(rational(-200n), share(sum(balances, ({ par }) => par[1]))),
      multiply(rational(-300n), share(sum(balances, ({ par }) => par[3]))),
      multiply(rational(-50n), excess.numerator > 0n ? excess : rational(0n)),
      multiply(rational(50n), share(lent, due)),
    ];
    const score = terms.reduce(add);
    const clamped = [rational(0n), score, rational(100n)].toSorted(compare)[1] ?? score;
    return { numerator: clamped, denominator: rational(1n) };
  },
};

function ratio(numerator: bigint, denominator: bigint): Rational {
  return { numerator, denominator };
}

/** What the KPIs cannot do without. */
const NEEDED_CELLS = {
  loans: ['customer_id', 'maturity_date', 'disburse_principal', 'interest_rate', 'company', 'product_type'],
  loan_par_balances: [
    'outstanding_balance_usd',
    'PAR_7_balance_usd',
    'PAR_30_balance_usd',
    'PAR_60_balance_usd',
    'PAR_90_balance_usd',
    'dpd',
  ],
  schedules: ['date_due', 'principal', 'interest', 'fees'],
  transactions: ['date_paid', 'principal', 'interest', 'fees'],
} as const;

type Dataset = keyof typeof NEEDED_CELLS;
const DATASETS: readonly Dataset[] = ['loans', 'loan_par_balances', 'schedules', 'transactions'];

function emptyCells(book: Book, dataset: Dataset): number {
  return book.files[dataset].reduce(
    (empty, row) => empty + NEEDED_CELLS[dataset].filter((column) => row[column] === '').length,
    0,
  );
}

function cellsOf(book: Book, dataset: Dataset): number {
  return book.files[dataset].length * NEEDED_CELLS[dataset].length;
}

/** Of an earlier day than that of the files, nobody says what is owed. */
const NEEDS_BALANCES = /^loan_par_balances\||no balance is above|^transactions\|loans and/;

const NEEDS_THE_SAME_DAY = /^transactions\|loans and/;

/** What breaks each check that the book allows. */
export function qualityViolations(book: Book): readonly (readonly [string, number])[] {
  return Object.entries(QUALITY_CHECKS)
    .filter(([check]) => book.files.loan_par_balances.length > 0 || !NEEDS_BALANCES.test(check))
    .filter(([check]) => lastTransaction(book) === book.asOf || !NEEDS_THE_SAME_DAY.test(check))
    .map(([check, violations]) => [check, violations(book)]);
}

/** Beyond 2 %. */
function tooManyEmpty(book: Book, dataset: Dataset): number {
  const empty = emptyCells(book, dataset);
  return empty * 50 > cellsOf(book, dataset) ? empty : 0;
}

/** What breaks each check of table_quality_checks: rows, days, or whole USD of a difference. */
export const QUALITY_CHECKS: Readonly<Record<string, (book: Book) => number>> = {
  'historic_real_payments|a real payment and its loan have the same customer': ({ realPayments, asOf }) =>
    realPayments.filter(({ customer, loan, day }) => day <= asOf && customer !== loan.customer).length,
  // Others are set aside when the file is taken in.
  'historic_real_payments|every real payment is of a known loan': () => 0,
  'historic_real_payments|rebate credits bring no cash': ({ realPayments, asOf }) =>
    realPayments.filter(({ status, total, day }) => day <= asOf && status === 'Rebate Credit' && total !== 0n)
      .length,
  'loan_par_balances|at most 2 % of the cells that are needed are empty': (book) =>
    tooManyEmpty(book, 'loan_par_balances'),
  'loan_par_balances|balances at risk nest: 7 days hold 30, 30 hold 60, 60 hold 90': ({ balances }) =>
    balances.filter(({ outstanding, par: [par7, par30, par60, par90] }) =>
      [outstanding, par7, par30, par60, par90, 0n].some(
        (part, index, family) => index > 0 && part > (family[index - 1] ?? part),
      ),
    ).length,
  'loan_par_balances|every balance is of a known loan': () => 0,
  'loan_par_balances|loans and balances of the same day agree within USD 50': (book) => {
    const newest = book.balances.filter(({ month }) => month === monthOf(book.asOf));
    const apart =
      sum(newest, ({ outstanding, writtenOff }) => outstanding + writtenOff) -
      sum(book.loans, ({ outstanding }) => outstanding);
    return wholeUsdBeyond(apart, 5_000n);
  },
  'loan_par_balances|written off is what is more than 180 days late, and has no balance': ({ balances }) =>
    balances.filter(
      ({ dpd, isWrittenOff, outstanding }) =>
        isWrittenOff !== dpd > 180 || (isWrittenOff && outstanding !== 0n),
    ).length,
  'loans|at most 2 % of the cells that are needed are empty': (book) => tooManyEmpty(book, 'loans'),
  'loans|every principal is above zero': ({ loans }) =>
    loans.filter(({ principal }) => principal <= 0n).length,
  'loans|no balance is above its principal by more than 0.02': ({ loans }) =>
    loans.filter(({ outstanding, principal }) => outstanding > principal + 2n).length,
  'loans|no loan ends before it starts': ({ loans }) =>
    loans.filter(({ matures, disbursed }) => matures < disbursed).length,
  'loans|no loan is disbursed after the day of the file': ({ loans, asOf }) =>
    loans.filter(({ disbursed }) => disbursed > asOf).length,
  'loans|yearly rates are from 0 to 12': ({ loans }) =>
    loans.filter(({ rate }) => compare(rate, rational(0n)) < 0 || compare(rate, rational(12n)) > 0).length,
  'schedules|at most 2 % of the cells that are needed are empty': (book) => tooManyEmpty(book, 'schedules'),
  'schedules|every loan has an instalment': ({ loans, dues }) => {
    const withDues = new Set(dues.map(({ loan }) => loan));
    return loans.filter((loan) => !withDues.has(loan)).length;
  },
  'schedules|instalments repay what was disbursed within USD 1': ({ loans, dues }) =>
    wholeUsdBeyond(sum(dues, ({ principal }) => principal) - sum(loans, ({ principal }) => principal), 100n),
  'transactions|at most 2 % of the cells that are needed are empty': (book) =>
    tooManyEmpty(book, 'transactions'),
  'transactions|loans and transactions of the same day agree within USD 1': ({ loans, files }) =>
    wholeUsdBeyond(principalLeft(files.transactions) - sum(loans, ({ outstanding }) => outstanding), 100n),
  // Others are set aside when the file is taken in.
  'transactions|every transaction is of a known loan': () => 0,
  'transactions|no payment is before its disbursement': ({ payments }) =>
    payments.filter(({ day, loan }) => day < loan.disbursed).length,
  'transactions|no transaction is after the day of the file': () => 0,
  'transactions|transactions are at most 7 days older than the loans': (book) =>
    Math.max(0, book.asOf - lastTransaction(book) - 7),
};

/** The day of the newest payment or disbursement. */
function lastTransaction({ files }: Book): number {
  return Math.max(...files.transactions.map((row) => dayOf(row['date_paid'] ?? '')));
}

function wholeUsdBeyond(cents: bigint, tolerance: bigint): number {
  const apart = cents < 0n ? -cents : cents;
  return apart > tolerance ? Number((apart + 99n) / 100n) : 0;
}
