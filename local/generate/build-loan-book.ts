import { toEpochDay } from '../../shared/domain/local-date.ts';
import { type BookOptions, firstOfMonth } from './book-options.ts';
import { assignBorrowers } from './borrowing.ts';
import { assignConduct, CONDUCTS, type Conduct } from './conduct.ts';
import { buildRoster } from './customer-roster.ts';
import { at, FRESHER_FEED_DAYS, type LoanBook, type PaymentColumns } from './loan-book.ts';
import { loanStanding, WRITE_OFF_AFTER_DAYS } from './loan-standing.ts';
import { clampPrincipal, drawPrice, drawPrincipal, drawTerm } from './loan-terms.ts';
import { type Payment, planPayments } from './plan-payments.ts';
import { type Random, seededRandom } from './random.ts';

/** Draws a book. Pure: the same options give the same book. */
export function buildLoanBook(options: BookOptions): LoanBook {
  const random = seededRandom(options.seed, 'loans');
  const roster = buildRoster(options);
  const asOfDay = toEpochDay(options.asOf);
  const disburseDay = drawDisburseDays(options, random);
  const book: LoanBook = {
    options,
    asOfDay,
    roster,
    count: options.loans,
    disburseDay,
    term: Int32Array.from({ length: options.loans }, () => drawTerm(random)),
    ...assignBorrowers(options, roster, disburseDay, random),
    principal: new Int32Array(options.loans),
    interest: new Int32Array(options.loans),
    fees: new Int32Array(options.loans),
    tax: new Int32Array(options.loans),
    rate: new Int32Array(options.loans),
    firstPayment: new Int32Array(options.loans),
    paymentCount: new Int32Array(options.loans),
    payments: paymentColumns(() => new Int32Array(options.loans * MOST_PAYMENTS)),
  };
  const payments = fillAmounts(book, random);
  return { ...book, payments: paymentColumns((column) => book.payments[column].slice(0, payments)) };
}

/** Payments that a loan has at most. */
const MOST_PAYMENTS = 2;

function paymentColumns(column: (name: keyof PaymentColumns) => Int32Array): PaymentColumns {
  return {
    loan: column('loan'),
    day: column('day'),
    principal: column('principal'),
    interest: column('interest'),
    fees: column('fees'),
    tax: column('tax'),
    isRebate: column('isRebate'),
  };
}

/** In order; the lender grows, rests on Sundays and nearly so on Saturdays, and stops a day before the cut-off. */
function drawDisburseDays(options: BookOptions, random: Random): Int32Array {
  const first = toEpochDay(firstOfMonth(options.asOf, 1 - options.months)) + 2;
  const last = toEpochDay(options.asOf) - 1;
  const cumulative: number[] = [];
  let total = 0;
  for (let day = first; day <= last; day++) {
    const weekday = (day + 4) % 7;
    const pace = weekday === 0 ? 0 : weekday === 6 ? 0.2 : 1;
    total += pace * (180 + day - first);
    cumulative.push(total);
  }
  const days = new Int32Array(options.loans);
  const targets = Float64Array.from({ length: options.loans }, () => random.unit() * total).sort();
  let offset = 0;
  for (const [loan, target] of targets.entries()) {
    while (at(cumulative, offset) <= target) offset++;
    days[loan] = first + offset;
  }
  return days;
}

/** A book whose amounts are being filled in. */
type Draft = { readonly book: LoanBook; readonly random: Random; payments: number };

/**
 * Principal, price and payments; the loans in arrears today last, since their size depends on the others. Returns the
 * number of payments.
 */
function fillAmounts(book: LoanBook, random: Random): number {
  const draft: Draft = { book, random, payments: 0 };
  const maturities = Int32Array.from(book.disburseDay, (day, loan) => day + at(book.term, loan));
  const conducts = assignConduct(maturities, book.asOfDay, random);
  const late90: number[] = [];
  const late30: number[] = [];
  let performing = 0;
  for (let loan = 0; loan < book.count; loan++) {
    const conduct = CONDUCTS[at(conducts, loan)] ?? 'ordinary';
    if (conduct === 'late-90') late90.push(loan);
    else if (conduct === 'late-30') late30.push(loan);
    else {
      fillLoan(draft, loan, conduct, sizeFor(conduct, random));
      const { balance, dpd } = loanStanding(book, loan, book.asOfDay);
      if (dpd <= WRITE_OFF_AFTER_DAYS) performing += balance;
    }
  }
  // Shares of the whole outstanding: 2.4 to 3.4 % beyond 90 days, 1.8 to 2.2 % between 30 and 90.
  const beyond90 = 0.024 + random.unit() * 0.01;
  const from30 = 0.018 + random.unit() * 0.004;
  const whole = performing / (1 - beyond90 - from30);
  fillShare(draft, late90, 'late-90', whole * beyond90);
  fillShare(draft, late30, 'late-30', whole * from30);
  return draft.payments;
}

function fillShare(draft: Draft, loans: number[], conduct: Conduct, cents: number): void {
  const weights = loans.map(() => 0.5 + draft.random.unit());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, loan] of loans.entries()) {
    const principal = clampPrincipal(Math.round((cents * at(weights, index)) / total));
    fillLoan(draft, loan, conduct, principal);
  }
}

/** Troubled loans vary less, or one of them would be half the arrears of a small book for half a year. */
function sizeFor(conduct: Conduct, random: Random): number {
  if (conduct === 'ordinary') return drawPrincipal(random);
  const principal = clampPrincipal(Math.round(random.logNormal(450_000, 0.7)));
  return conduct === 'settled' ? Math.min(300_000, principal) : principal;
}

function fillLoan(draft: Draft, loan: number, conduct: Conduct, principal: number): void {
  const { book, random } = draft;
  const term = at(book.term, loan);
  const price = drawPrice(principal, term, random);
  book.principal[loan] = principal;
  book.interest[loan] = price.interest;
  book.fees[loan] = price.fees;
  book.tax[loan] = price.tax;
  book.rate[loan] = price.rate;
  const disburseDay = at(book.disburseDay, loan);
  const planned = planPayments({ disburseDay, term, principal, ...price }, conduct, random);
  book.firstPayment[loan] = draft.payments;
  for (const payment of planned) {
    if (payment.day > book.asOfDay + FRESHER_FEED_DAYS) continue;
    setPayment(book.payments, draft.payments++, loan, payment);
  }
  book.paymentCount[loan] = draft.payments - at(book.firstPayment, loan);
}

function setPayment(columns: PaymentColumns, position: number, loan: number, payment: Payment): void {
  columns.loan[position] = loan;
  columns.day[position] = payment.day;
  columns.principal[position] = payment.principal;
  columns.interest[position] = payment.interest;
  columns.fees[position] = payment.fees;
  columns.tax[position] = payment.tax;
  columns.isRebate[position] = payment.isRebate ? 1 : 0;
}
