import { lentIn } from './count.ts';
import { typesIn } from './customers.ts';
import type { Book, Loan } from './lender-rows.ts';
import { type Month, monthOf, monthsOf } from './reporting-months.ts';

// The parts that a KPI is divided into. A part is a book of its own: the loans that belong to it and what belongs to
// them.

/** The parts of a book by a dimension of a KPI in a month. */
export function partsOf(
  book: Book,
  month: Month,
  { id, grain, dimension }: { readonly id: string; readonly grain: string; readonly dimension: string },
): ReadonlyMap<string, Book> {
  if (dimension === 'campaign') return partsBy(book, 'campaigns', ({ campaign }) => campaign);
  // Customers are won through no channel that is known, and nothing is spent on that.
  if (dimension === 'channel')
    return new Map([...partsBy(book, 'spend', ({ channel }) => channel), ['none', { ...book, spend: [] }]]);
  // Of a type and segment, not of loans.
  if (grain === 'target' && dimension === 'customer_type')
    return partsBy(book, 'targets', ({ type }) => type);
  const members = CUSTOMER_GRAINS.has(grain) ? customerMembers(book, month) : loanMembers(book);
  const memberOf = members[dimension];
  if (memberOf === undefined) throw new Error(`there are no parts by ${dimension}`);
  // A customer counts where its first loan does.
  const counted = id === 'port.customers' ? withLoans(book, isFirstLoan(book)) : book;
  return loanParts(counted, memberOf, dimension);
}

const CUSTOMER_GRAINS = new Set(['customer', 'segment', 'target']);

type MemberOf = (loan: Loan) => string;
type Members = Readonly<Record<string, MemberOf>>;

function loanMembers(book: Book): Members {
  return {
    company: ({ company }) => company,
    product: ({ product }) => product,
    state: ({ state }) => state,
    segment: segmentOf,
    customer_type: byNeed(() => typeOf(book)),
    ticket_band: ({ principal }) => ticketBand(principal),
    term_band: ({ termBand }) => termBand,
    vintage: ({ disbursed }) => monthOf(disbursed),
  };
}

function customerMembers(book: Book, month: Month): Members {
  const loansOf = Map.groupBy(book.loans, ({ customer }) => customer);
  const lent = Map.groupBy(lentIn(book, month), ({ customer }) => customer);
  return {
    // Those that it borrowed from in the month.
    company: ({ customer }) => {
      const companies = new Set((lent.get(customer) ?? []).map(({ company }) => company));
      return companies.size > 1 ? 'both' : ([...companies][0] ?? '');
    },
    state: ({ state }) => state,
    segment: segmentOf,
    intensity: ({ customer }) =>
      intensity((loansOf.get(customer) ?? []).filter(({ disbursed }) => disbursed <= month.asOf).length),
    vintage: ({ customer }) =>
      monthOf(Math.min(...(loansOf.get(customer) ?? []).map(({ disbursed }) => disbursed))),
  };
}

function segmentOf({ segment }: Loan): string {
  return segment ?? 'unknown';
}

/** Made once, when it is asked for. */
function byNeed(make: () => MemberOf): MemberOf {
  let made: MemberOf | undefined;
  return (loan) => {
    made ??= make();
    return made(loan);
  };
}

/** That of the customer in the month of the loan. */
function typeOf(book: Book): MemberOf {
  const types = new Map(monthsOf(book).map((month) => [month.name, typesIn(book, month)]));
  return ({ disbursed, customer }) => types.get(monthOf(disbursed))?.get(customer) ?? 'unknown';
}

function ticketBand(cents: bigint): string {
  if (cents < 1_000_000n) return '<10K';
  if (cents <= 2_500_000n) return '10-25K';
  if (cents <= 5_000_000n) return '25-50K';
  return cents <= 10_000_000n ? '50-100K' : '>100K';
}

function intensity(loans: number): string {
  if (loans === 1) return 'Low';
  return loans <= 3 ? 'Medium' : 'Heavy';
}

function isFirstLoan({ loans }: Book): (loan: Loan) => boolean {
  const first = new Map<string, Loan>();
  for (const loan of loans.toSorted((a, b) => a.disbursed - b.disbursed || (a.id < b.id ? -1 : 1)))
    if (!first.has(loan.customer)) first.set(loan.customer, loan);
  return (loan) => first.get(loan.customer) === loan;
}

function loanParts(book: Book, memberOf: MemberOf, dimension: string): ReadonlyMap<string, Book> {
  const members = new Set(book.loans.map(memberOf));
  return new Map(
    [...members].map((member) => {
      const part = withLoans(book, (loan) => memberOf(loan) === member);
      return [member, dimension === 'segment' ? ofSegment(part, member) : part];
    }),
  );
}

function withLoans(book: Book, isIn: (loan: Loan) => boolean): Book {
  const isOwn = ({ loan }: { loan: Loan }) => isIn(loan);
  return {
    ...book,
    loans: book.loans.filter(isIn),
    balances: book.balances.filter(isOwn),
    payments: book.payments.filter(isOwn),
    dues: book.dues.filter(isOwn),
    realPayments: book.realPayments.filter(isOwn),
  };
}

/** With the targets and the spend for a segment. */
function ofSegment(book: Book, segment: string): Book {
  const isOwn = (row: { segment: string }) => row.segment === segment;
  return { ...book, targets: book.targets.filter(isOwn), spend: book.spend.filter(isOwn) };
}

function partsBy<K extends 'campaigns' | 'spend' | 'targets'>(
  book: Book,
  rows: K,
  memberOf: (row: Book[K][number]) => string,
): ReadonlyMap<string, Book> {
  const own: readonly Book[K][number][] = book[rows];
  return new Map(
    [...Map.groupBy(own, memberOf)].map(([member, part]) => [member, { ...book, [rows]: part }]),
  );
}
