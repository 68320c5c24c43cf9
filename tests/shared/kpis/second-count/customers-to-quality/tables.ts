import { divide, multiply, type Rational, rational } from '../../../../../shared/domain/rational.ts';
import {
  customersOf,
  isIn,
  lentIn,
  lentUpTo,
  liveBalances,
  liveCustomers,
  number,
  outstandingAt,
  revenue,
  sum,
  topTen,
  usd,
} from './count.ts';
import { typesIn } from './customers.ts';
import type { Book, Due, Loan } from './lender-rows.ts';
import { MARKETING_COUNTS } from './marketing.ts';
import { dayOf, type Month, monthsIn, quartersOf, textOf } from './reporting-months.ts';

// The tables of the dashboard and of vintages, counted from the rows: domain.md 4.5 and 4.7.

/** Cells of a row; empty where nothing can be told. */
export type Cells = Readonly<Record<string, Rational | string | undefined>>;

/** USD a year. */
const SERVICEABLE_MARKET = rational(900_000_000n);

export function monthlyFact(book: Book, month: Month): Cells {
  const dues = book.dues.filter(({ day }) => isIn(month, day));
  const paid = book.payments.filter(({ day }) => isIn(month, day));
  const types = [...typesIn(book, month).values()];
  const ofType = (type: string) => number(types.filter((own) => own === type).length);
  const timed = book.realPayments.filter(({ day }) => isIn(month, day));
  const ofStatus = (...statuses: string[]) =>
    number(timed.filter(({ status }) => statuses.includes(status)).length);
  const outstanding = outstandingAt(book, month);
  const [value, cost] = [valueOf('mkt.ltv_realised', book, month), valueOf('mkt.cac', book, month)];
  return {
    outstanding: usd(outstanding),
    active_clients: number(liveCustomers(book, month).size),
    sched_revenue: usd(sum(dues, revenue)),
    recv_revenue_paid_month: usd(sum(paid, revenue)),
    sched_interest: usd(sum(dues, ({ interest }) => interest)),
    recv_interest_paid_month: usd(sum(paid, ({ interest }) => interest)),
    recv_fee_paid_month: usd(sum(paid, ({ fees }) => fees)),
    sched_fee: usd(sum(dues, ({ fees }) => fees)),
    new_clients: ofType('New'),
    reactivated_clients: ofType('Reactivated'),
    recovered_clients: ofType('Recovered'),
    recurrent_clients: ofType('Recurrent'),
    disbursement: usd(sum(lentIn(book, month), ({ principal }) => principal)),
    top10_concentration: shareOf(topTen(liveBalances(book, month)), outstanding, 100n),
    early: ofStatus('Prepayment'),
    late: ofStatus('Late'),
    on_time: ofStatus('On Time'),
    unmapped: ofStatus('Rebate Credit'),
    collection_rate_due_month: shareOf(
      paidFor(book, dues, ({ principal, interest, fees }) => principal + interest + fees),
      sum(dues, ({ principal, interest, fees }) => principal + interest + fees),
      100n,
    ),
    cum_scheduled: usd(
      sum(
        book.dues.filter(({ day }) => day <= month.asOf),
        revenue,
      ),
    ),
    cum_received_paid_month: usd(
      sum(
        book.payments.filter(({ day }) => day <= month.asOf),
        revenue,
      ),
    ),
    cum_received_due_month: usd(
      paidFor(
        book,
        book.dues.filter(({ day }) => day <= month.asOf),
        revenue,
      ),
    ),
    recv_interest_for_month: usd(paidFor(book, dues, ({ interest }) => interest)),
    recv_fee_for_month: usd(paidFor(book, dues, ({ fees }) => fees)),
    recv_revenue_for_month: usd(paidFor(book, dues, revenue)),
    recurrence_pct: shareOf(
      sum(paid, ({ interest }) => interest),
      sum(paid, revenue),
      100n,
    ),
    ...ofTheYear(book, month),
    cac: cost,
    ltv_realized: value,
    ltv_cac_ratio: valueOf('mkt.ltv_cac', book, month),
    cum_unique_customers: number(customersOf(lentUpTo(book, month.asOf)).size),
  };
}

/** What needs twelve months of the book. */
function ofTheYear(book: Book, month: Month): Cells {
  const ends = yearUpTo(month);
  if (ends.length < 12) return {};
  const asOf = Math.min(month.asOf, book.paidUpTo);
  const [year, rest] = [Number(textOf(asOf).slice(0, 4)), textOf(asOf).slice(4)];
  const since = dayOf(`${year - 1}${rest}`);
  const paid = book.payments.filter(({ day }) => since < day && day <= asOf);
  const throughput = sum(paid, ({ principal }) => principal);
  const balances = ends.reduce((total, end) => total + outstandingAt(book, end), 0n);
  return {
    throughput_12m: usd(throughput),
    rotation: shareOf(throughput, outstandingAt(book, month)),
    apr_realized: shareOf(
      sum(paid, ({ interest }) => interest),
      balances,
      12n,
    ),
    yield_incl_fees: shareOf(sum(paid, revenue), balances, 12n),
    sam_penetration: divide(usd(throughput), SERVICEABLE_MARKET),
  };
}

/** The month and up to eleven before. */
function yearUpTo(month: Month): readonly Month[] {
  const months: Month[] = [];
  for (let own: Month | undefined = month; own !== undefined && months.length < 12; own = own.before)
    months.push(own);
  return months;
}

/** What has been paid, up to the day that is reported, for loans that fell due: each has one instalment. */
function paidFor({ payments, asOf }: Book, dues: readonly Due[], amountOf: (row: Due) => bigint): bigint {
  const loans = new Set(dues.map(({ loan }) => loan));
  return sum(
    payments.filter(({ loan, day }) => loans.has(loan) && day <= asOf),
    amountOf,
  );
}

/** By the last day of the quarter. */
export function quarterlyScorecard(book: Book, months: readonly Month[]): ReadonlyMap<string, Cells> {
  return new Map(quartersOf(months).map((quarter) => [quarter.label, scorecardOf(book, monthsIn(quarter))]));
}

function scorecardOf(book: Book, months: readonly Month[]): Cells {
  const last = months.at(-1);
  if (last === undefined) return {};
  const isOwn = (day: number) => months.some((month) => isIn(month, day));
  const paid = book.payments.filter(({ day }) => isOwn(day));
  const lent = book.loans.filter(({ disbursed }) => isOwn(disbursed));
  const won = sum(months, (month) =>
    BigInt([...typesIn(book, month).values()].filter((type) => type === 'New').length),
  );
  const spend = sum(
    book.spend.filter(({ month }) => months.some(({ name }) => name === month)),
    (row) => row.spend,
  );
  const hasSpend = months.every(({ name }) => book.monthsWithSpend.has(name));
  const cost = hasSpend ? divide(usd(spend), number(won)) : undefined;
  const value = valueOf('mkt.ltv_realised', book, last);
  return {
    as_of: textOf(last.asOf),
    sales_usd_million: divide(usd(sum(lent, ({ principal }) => principal)), rational(1_000_000n)),
    recurrence_pct: shareOf(
      sum(paid, ({ interest }) => interest),
      sum(paid, revenue),
      100n,
    ),
    clients_eop: number(customersOf(lentUpTo(book, last.asOf)).size),
    cac: cost,
    ltv: value,
    ltv_cac_ratio: value && cost && divide(value, cost),
  };
}

/** By `2025-03 7`: the month in which loans were made, and months since. */
export function vintages(book: Book, months: readonly Month[]): ReadonlyMap<string, Cells> {
  const rows = new Map<string, Cells>();
  for (const [position, cohort] of months.entries()) {
    const loans = lentIn(book, cohort);
    if (loans.length === 0) continue;
    const lent = sum(loans, ({ principal }) => principal);
    const wasLate = new Set<Loan>();
    let everLate = 0n;
    for (const [age, month] of months.slice(position).entries()) {
      const own = book.balances.filter(
        ({ month: name, loan }) => name === month.name && loans.includes(loan),
      );
      for (const balance of own.filter(({ dpd, loan }) => dpd >= 30 && !wasLate.has(loan))) {
        wasLate.add(balance.loan);
        everLate += owed(balance);
      }
      const bad = sum(
        own.filter(({ dpd }) => dpd >= 90),
        owed,
      );
      rows.set(`${cohort.name} ${age}`, {
        reporting_date: month.label,
        loans: number(loans.length),
        principal: usd(lent),
        bad_90: usd(bad),
        bad_90_percent: shareOf(bad, lent, 100n),
        ever_30_percent: shareOf(everLate, lent, 100n),
      });
    }
  }
  return rows;
}

/** With what is written off. */
function owed({ outstanding, writtenOff }: Book['balances'][number]): bigint {
  return outstanding + writtenOff;
}

function shareOf(part: bigint, whole: bigint, times = 1n): Rational | undefined {
  return divide(usd(part * times), usd(whole));
}

function valueOf(id: string, book: Book, month: Month): Rational | undefined {
  const count = MARKETING_COUNTS[id]?.(book, month);
  if (count?.denominator === undefined) return undefined;
  return divide(multiply(count.numerator, rational(count.times ?? 1n)), count.denominator);
}
