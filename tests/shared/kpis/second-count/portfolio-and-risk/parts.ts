import { customerTypeOf } from './customer-types.ts';
import type { Loan } from './loan-book-rows.ts';
import { live, loanOf, type Scope } from './scope.ts';

// The parts that a KPI is divided by, as far as a loan belongs to one of them whatever the day.

type PartOf = (loan: Loan, scope: Scope) => string;

export const PARTS: Readonly<Record<string, PartOf>> = {
  company: ({ company }) => company,
  product: ({ product }) => product,
  state: ({ state }) => state,
  segment: ({ customer }, { rows }) => rows.customers.get(customer)?.segment ?? 'unknown',
  customer_type: customerTypeOf,
  vintage: ({ disbursed }) => disbursed.slice(0, 7),
  term_band: ({ termBand }) => termBand,
  ticket_band: ({ principal }) => ticketBand(principal),
};

/** Of a KPI over customers: one who owes both companies, or for several products, is in neither's part. */
export const PARTS_OF_CUSTOMERS: Readonly<Record<string, PartOf>> = {
  ...PARTS,
  company: ({ customer }, scope) =>
    theOnly(
      liveLoansOf(customer, scope).map(({ company }) => company),
      'both',
    ),
  product: ({ customer }, scope) =>
    theOnly(
      liveLoansOf(customer, scope).map(({ product }) => product),
      'several',
    ),
};

function liveLoansOf(customer: string, scope: Scope): readonly Loan[] {
  return live(scope)
    .map(({ loan }) => loanOf(scope, loan))
    .filter((loan) => loan.customer === customer);
}

function theOnly(values: readonly string[], otherwise: string): string {
  const different = [...new Set(values)];
  return different.length > 1 ? otherwise : (different[0] ?? 'none');
}

/** In cents: the lowest band ends before its limit, the others with it. */
function ticketBand(principal: bigint): string {
  if (principal < 1_000_000n) return '<10K';
  if (principal <= 2_500_000n) return '10-25K';
  if (principal <= 5_000_000n) return '25-50K';
  return principal <= 10_000_000n ? '50-100K' : '>100K';
}
