import {
  type Counter,
  customersOf,
  isIn,
  lentIn,
  lentUpTo,
  liveCustomers,
  loanDays,
  number,
  percent,
  revenue,
  sum,
  usd,
} from './count.ts';
import type { Book, Loan, Target } from './lender-rows.ts';
import { type Month, monthsIn } from './reporting-months.ts';

// Who borrows, who comes back and who stays away, counted from the loans.

export const CUSTOMER_COUNTS: Readonly<Record<string, Counter>> = {
  'cust.new': (book, month) => ofType(book, month, 'New'),
  'cust.recovered': (book, month) => ofType(book, month, 'Recovered'),
  'cust.reactivated': (book, month) => ofType(book, month, 'Reactivated'),
  'cust.recurrent': (book, month) => ofType(book, month, 'Recurrent'),

  'cust.intensity': (book, month) => {
    const loans = lentUpTo(book, month.asOf);
    return { numerator: number(loans.length), denominator: number(customersOf(loans).size) };
  },
  'cust.heavy_users': (book, month) => {
    const heavy = [...loanDays(book, month.asOf).values()].filter(({ length }) => length >= 4);
    return { numerator: number(heavy.length) };
  },

  'cust.active_90d': (book, month) => ({ numerator: number(activeAt(book, month.asOf).size) }),
  'cust.inactive_90d': (book, month) => ({ numerator: number(inactiveAt(book, month.asOf)) }),
  'cust.churn_90d_pct': (book, month) =>
    percent(number(inactiveAt(book, month.asOf)), number(loanDays(book, month.asOf).size)),
  'cust.newly_inactive_90d': (book, month) => {
    const lastDays = [...loanDays(book, month.asOf).values()].map((days) => days.at(-1) ?? 0);
    return { numerator: number(lastDays.filter((day) => isIn(month, day + 91)).length) };
  },
  'cust.churn_usd': (book, month) => {
    const asOf = Math.min(month.asOf, book.paidUpTo);
    const recent = book.payments.filter(({ day }) => asOf - 90 < day && day <= asOf);
    return {
      numerator: usd(BigInt(inactiveAt(book, month.asOf)) * sum(recent, revenue)),
      denominator: number(activeAt(book, month.asOf).size),
    };
  },
  'cust.retention': (book, month) => {
    const [now, before] = [
      activeAt(book, month.asOf),
      month.before ? activeAt(book, month.before.asOf) : new Set(),
    ];
    return percent(number(now.intersection(before).size), number(before.size));
  },
  'cust.clients_eop': (book, month) => ({ numerator: number(loanDays(book, month.asOf).size) }),
  'cust.revenue_per_client': (book, month) => {
    const paid = book.payments.filter(({ day }) => isIn(month, day));
    return { numerator: usd(sum(paid, revenue)), denominator: number(liveCustomers(book, month).size) };
  },

  'cust.disbursement_to_target': (book, month) => {
    const targets = targetsIn(book, month);
    if (targets === undefined) return undefined;
    const lent = sum(targets, (target) => sum(loansFor(target, book, month), ({ principal }) => principal));
    return percent(usd(lent), usd(sum(targets, ({ disbursement }) => disbursement)));
  },
  'cust.customers_to_target': (book, month) => {
    const targets = targetsIn(book, month);
    if (targets === undefined) return undefined;
    const won = sum(targets, (target) => BigInt(customersOf(loansFor(target, book, month)).size));
    return percent(number(won), number(sum(targets, ({ customers }) => customers)));
  },
};

const TYPES = ['New', 'Recovered', 'Reactivated', 'Recurrent'];

/** A customer has one type in a month. A quarter counts it once, by the first that it had. */
function ofType(book: Book, period: Month, type: string) {
  const typesOf = new Map<string, string[]>();
  for (const [customer, own] of monthsIn(period).flatMap((month) => [...typesIn(book, month)]))
    typesOf.set(customer, [...(typesOf.get(customer) ?? []), own]);
  const first = [...typesOf.values()].map((own) => TYPES.find((candidate) => own.includes(candidate)));
  return { numerator: number(first.filter((own) => own === type).length) };
}

/** The type of each customer with a loan in the month. */
export function typesIn(book: Book, month: Month): ReadonlyMap<string, string> {
  const days = loanDays(book, month.asOf);
  return new Map(
    [...customersOf(lentIn(book, month))].map((customer) => [
      customer,
      typeIn(month, days.get(customer) ?? [], arrearsOf(book, customer)),
    ]),
  );
}

function typeIn(month: Month, days: readonly number[], arrears: readonly Arrears[]): string {
  const [first = 0] = days;
  if (isIn(month, first)) return 'New';
  const wasLate = arrears.some(({ month: name, dpd }) => name < month.name && dpd > 90);
  const isLate = arrears.some(({ month: name, dpd }) => name === month.name && dpd > 30);
  if (wasLate && !isLate) return 'Recovered';
  const position = days.findIndex((day) => isIn(month, day));
  const gap = (days[position] ?? 0) - (days[position - 1] ?? 0);
  return gap > 180 ? 'Reactivated' : 'Recurrent';
}

type Arrears = { readonly month: string; readonly dpd: number };

function arrearsOf({ balances }: Book, customer: string): readonly Arrears[] {
  return balances.filter(({ loan }) => loan.customer === customer);
}

function activeAt(book: Book, day: number): ReadonlySet<string> {
  const days = [...loanDays(book, day)];
  return new Set(days.filter(([, own]) => (own.at(-1) ?? 0) >= day - 90).map(([customer]) => customer));
}

function inactiveAt(book: Book, day: number): number {
  return loanDays(book, day).size - activeAt(book, day).size;
}

/** Undefined where a month has none. */
function targetsIn({ targets }: Book, period: Month): readonly Target[] | undefined {
  const names = new Set(monthsIn(period).map(({ name }) => name));
  const own = targets.filter(({ month }) => names.has(month));
  return names.isSubsetOf(new Set(own.map(({ month }) => month))) ? own : undefined;
}

function loansFor({ type, segment, month: name }: Target, book: Book, period: Month): readonly Loan[] {
  const month = monthsIn(period).find((own) => own.name === name) ?? period;
  const types = typesIn(book, month);
  return lentIn(book, month).filter((loan) => loan.segment === segment && types.get(loan.customer) === type);
}
