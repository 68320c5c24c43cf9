import { multiply, type Rational } from '../../../../../shared/domain/rational.ts';
import {
  type Count,
  type Counter,
  customersOf,
  firstLoanDay,
  isIn,
  loanDays,
  number,
  percent,
  revenue,
  sum,
  usd,
} from './count.ts';
import type { Book, CampaignDay, Spend } from './lender-rows.ts';
import { type Month, monthAfter, monthOf, monthsIn } from './reporting-months.ts';

// What it costs to win customers and what they are worth.

export const MARKETING_COUNTS: Readonly<Record<string, Counter>> = {
  'mkt.cac': (book, month) => {
    const rows = spendIn(book, month);
    if (rows === undefined || rows.length === 0) return undefined;
    return { numerator: spendOf(rows), denominator: number(newIn(book, month).size) };
  },
  'mkt.marketing_spend': (book, month) => {
    const rows = spendIn(book, month);
    return rows && { numerator: spendOf(rows) };
  },
  'mkt.ltv_realised': (book, month) => {
    // The twelve months that ended twelve months ago.
    const [from, to] = [monthAfter(month.name, -23), monthAfter(month.name, -12)];
    return valueOf(book, month, (won) => from <= won && won <= to);
  },
  'mkt.ltv_to_date': (book, month) => valueOf(book, month, () => true),
  'mkt.ltv_cac': (book, month) => {
    const [value, cost] = [counted('mkt.ltv_realised', book, month), counted('mkt.cac', book, month)];
    if (value?.denominator === undefined || cost?.denominator === undefined) return undefined;
    // Of whom nobody was won, nothing was spent for.
    if (cost.denominator.numerator === 0n) return undefined;
    return {
      numerator: multiply(value.numerator, cost.denominator),
      denominator: multiply(value.denominator, cost.numerator),
    };
  },
  'mkt.spend_coverage': (book, month) => {
    const rows = spendIn(book, month);
    if (rows === undefined) return undefined;
    const won = newIn(book, month);
    const segments = new Set(
      book.loans.filter(({ customer }) => won.has(customer)).map(({ segment }) => segment),
    );
    const met = rows.filter(({ segment }) => segments.has(segment));
    return percent(spendOf(met), spendOf(rows));
  },
  'mkt.segment_coverage': (book, month) => {
    const loans = book.loans.filter(({ disbursed }) => disbursed <= month.asOf);
    const known = loans.filter(({ segment }) => segment !== undefined);
    return percent(number(customersOf(known).size), number(customersOf(loans).size));
  },
  'mkt.crm_coverage': (book, month) => {
    if (month.asOf !== book.asOf) return undefined;
    const names = new Set(book.realPayments.map(({ name }) => normalForm(name)));
    const found = book.companies.filter((name) => names.has(normalForm(name)));
    return percent(number(found.length), number(book.companies.length));
  },

  'mkt.spend': (book, month) => {
    const rows = campaignsIn(book, month);
    return rows && { numerator: spendOf(rows) };
  },
  'mkt.ctr': (book, month) => {
    const rows = campaignsIn(book, month);
    return (
      rows &&
      percent(number(sum(rows, ({ clicks }) => clicks)), number(sum(rows, ({ impressions }) => impressions)))
    );
  },
  'mkt.cpc': (book, month) => {
    const rows = campaignsIn(book, month);
    return (
      rows && {
        numerator: spendOf(rows),
        denominator: number(sum(rows, ({ clicks }) => clicks)),
      }
    );
  },
  'mkt.cpm': (book, month) => {
    const rows = campaignsIn(book, month);
    return (
      rows && {
        numerator: spendOf(rows),
        denominator: number(sum(rows, ({ impressions }) => impressions)),
        times: 1000n,
      }
    );
  },
  'mkt.spend_anomalies': (book, month) => {
    if (campaignsIn(book, month) === undefined) return undefined;
    const byDay = new Map<number, bigint>();
    for (const { day, spend } of book.campaigns) byDay.set(day, (byDay.get(day) ?? 0n) + spend);
    const unusual = [...byDay].filter(([day]) => isIn(month, day) && isUnusual(byDay, day));
    return { numerator: number(unusual.length) };
  },
};

function counted(id: string, book: Book, month: Month): Count | undefined {
  return MARKETING_COUNTS[id]?.(book, month);
}

/** Undefined for a month that the table of marketing spend does not have. */
function spendIn({ spend, monthsWithSpend }: Book, period: Month): readonly Spend[] | undefined {
  const names = new Set(monthsIn(period).map(({ name }) => name));
  return names.isSubsetOf(monthsWithSpend) ? spend.filter(({ month }) => names.has(month)) : undefined;
}

function spendOf(rows: readonly { readonly spend: bigint }[]): Rational {
  return usd(sum(rows, ({ spend }) => spend));
}

/** Customers whose first loan was disbursed in the month. */
export function newIn(book: Book, month: Month): ReadonlySet<string> {
  const days = [...loanDays(book, month.asOf)];
  return new Set(days.filter(([, [first = 0]]) => isIn(month, first)).map(([customer]) => customer));
}

/** What customers who were won in some months have paid, over their number. */
function valueOf(book: Book, { asOf }: Month, isWon: (month: string) => boolean): Count {
  const won = customersOf(
    book.loans.filter(({ disbursed, customer }) => {
      const first = firstLoanDay(book, customer);
      return disbursed === first && first <= asOf && isWon(monthOf(first));
    }),
  );
  const paid = book.payments.filter(({ loan, day }) => won.has(loan.customer) && day <= asOf);
  return { numerator: usd(sum(paid, revenue)), denominator: number(won.size) };
}

/** A name has one pseudonym, whatever its capitals and the blanks around it. */
function normalForm(name: string): string {
  return name.trim().toLowerCase();
}

/** Undefined before the feed begins. */
function campaignsIn({ campaigns }: Book, month: Month): readonly CampaignDay[] | undefined {
  const first = Math.min(...campaigns.map(({ day }) => day));
  if (month.asOf < first) return undefined;
  return campaigns.filter(({ day }) => isIn(month, day));
}

/** More than two standard deviations from the mean of the 30 days up to it. */
function isUnusual(byDay: ReadonlyMap<number, bigint>, day: number): boolean {
  const spends = [...byDay].filter(([other]) => day - 30 < other && other <= day).map(([, spend]) => spend);
  const days = BigInt(spends.length);
  if (days < 7n) return false;
  const total = sum(spends, (spend) => spend);
  // All times the number of days, so that nothing is rounded.
  const squares = sum(spends, (spend) => (spend * days - total) ** 2n);
  const own = (byDay.get(day) ?? 0n) * days - total;
  return own ** 2n * (days - 1n) > 4n * squares;
}
