import { toEpochDay } from '../../shared/domain/local-date.ts';
import { type BookOptions, firstOfMonth } from './book-options.ts';
import { assignBorrowers } from './borrowing.ts';
import { assignConduct, CONDUCTS, type Conduct } from './conduct.ts';
import { buildRoster } from './customer-roster.ts';
import { at, FRESHER_FEED_DAYS, type LoanBook, type PaymentColumns } from './loan-book.ts';
import { loanStanding, WRITE_OFF_AFTER_DAYS } from './loan-standing.ts';
import { clampPrincipal, drawPrice, drawPrincipal, drawTerm } from './loan-terms.ts';
import { planPayments } from './plan-payments.ts';
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
    term: Int16Array.from({ length: options.loans }, () => drawTerm(random)),
    ...assignBorrowers(options, roster, disburseDay, random),
    principal: new Int32Array(options.loans),
    interest: new Int32Array(options.loans),
    fees: new Int32Array(options.loans),
    tax: new Int32Array(options.loans),
    rate: new Int32Array(options.loans),
    firstPayment: new Int32Array(options.loans),
    paymentCount: new Uint8Array(options.loans),
    payments: { loan: [], day: [], principal: [], interest: [], fees: [], tax: [], isRebate: [] },
  };
  fillAmounts(book, random);
  return book;
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

/** Principal, price and payments; the loans in arrears today last, since their size depends on the others. */
function fillAmounts(book: LoanBook, random: Random): void {
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
      fillLoan(book, loan, conduct, sizeFor(conduct, random), random);
      const { balance, dpd } = loanStanding(book, loan, book.asOfDay);
      if (dpd <= WRITE_OFF_AFTER_DAYS) performing += balance;
    }
  }
  // Shares of the whole outstanding: 2.4 to 3.4 % beyond 90 days, 1.8 to 2.2 % between 30 and 90.
  const beyond90 = 0.024 + random.unit() * 0.01;
  const from30 = 0.018 + random.unit() * 0.004;
  const whole = performing / (1 - beyond90 - from30);
  fillShare(book, late90, 'late-90', whole * beyond90, random);
  fillShare(book, late30, 'late-30', whole * from30, random);
}

function fillShare(book: LoanBook, loans: number[], conduct: Conduct, cents: number, random: Random): void {
  const weights = loans.map(() => 0.5 + random.unit());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, loan] of loans.entries()) {
    const principal = clampPrincipal(Math.round((cents * at(weights, index)) / total));
    fillLoan(book, loan, conduct, principal, random);
  }
}

/** Troubled loans vary less, or one of them would be half the arrears of a small book for half a year. */
function sizeFor(conduct: Conduct, random: Random): number {
  if (conduct === 'ordinary') return drawPrincipal(random);
  const principal = clampPrincipal(Math.round(random.logNormal(450_000, 0.7)));
  return conduct === 'settled' ? Math.min(300_000, principal) : principal;
}

function fillLoan(book: LoanBook, loan: number, conduct: Conduct, principal: number, random: Random): void {
  const term = at(book.term, loan);
  const price = drawPrice(principal, term, random);
  book.principal[loan] = principal;
  book.interest[loan] = price.interest;
  book.fees[loan] = price.fees;
  book.tax[loan] = price.tax;
  book.rate[loan] = price.rate;
  const planned = planPayments(
    { disburseDay: at(book.disburseDay, loan), term, principal, ...price },
    conduct,
    random,
  );
  const known = planned.filter((payment) => payment.day <= book.asOfDay + FRESHER_FEED_DAYS);
  book.firstPayment[loan] = book.payments.day.length;
  book.paymentCount[loan] = known.length;
  for (const payment of known) appendPayment(book.payments, loan, payment);
}

function appendPayment(
  columns: PaymentColumns,
  loan: number,
  payment: ReturnType<typeof planPayments>[number],
): void {
  columns.loan.push(loan);
  columns.day.push(payment.day);
  columns.principal.push(payment.principal);
  columns.interest.push(payment.interest);
  columns.fees.push(payment.fees);
  columns.tax.push(payment.tax);
  columns.isRebate.push(payment.isRebate ? 1 : 0);
}
