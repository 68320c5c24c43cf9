import type { BookOptions } from './book-options.ts';
import { type Random, seededRandom } from './random.ts';

export const COMPANIES = ['ABF', 'ABT'] as const;
export const ABF = 0;
export const ABT = 1;

/** The customers of a book by position: the first ones borrow most often. */
export type CustomerRoster = {
  readonly ids: readonly string[];
  readonly states: readonly string[];
  readonly cities: readonly string[];
  /** For each company, who borrows from it and how the draws fall (cumulative weights). */
  readonly borrowers: readonly [Borrowers, Borrowers];
};
type Borrowers = { readonly members: readonly number[]; readonly cumulative: readonly number[] };

/** 330 customers for 17,700 loans, as in the real book; at least 25, and never more than there are loans. */
export function customerCount(loans: number): number {
  return Math.min(loans, Math.max(25, Math.round((loans * 330) / 17_700)));
}

export function buildRoster(options: BookOptions): CustomerRoster {
  const random = seededRandom(options.seed, 'customers');
  const count = customerCount(options.loans);
  const places = Array.from({ length: count }, (_, position) => placeOf(position, random));
  const companies = Array.from({ length: count }, (_, position) => companiesOf(position, random));
  return {
    ids: Array.from({ length: count }, (_, position) => customerId(position, count)),
    states: places.map((place) => place.state),
    cities: places.map((place) => place.city),
    borrowers: [borrowersOf(ABF, companies), borrowersOf(ABT, companies)],
  };
}

/** A borrower of the company, the regulars more often than the others. */
export function drawBorrower(roster: CustomerRoster, company: number, random: Random): number {
  const { members, cumulative } = roster.borrowers[company === ABF ? ABF : ABT];
  const target = random.unit() * (cumulative.at(-1) ?? 0);
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return members[low] ?? 0;
}

/** The shapes of real ids: old customers `CLI9999`, newer ones `CLIAB999999`, and one each of two odd ones. */
export function customerId(position: number, count: number): string {
  if (position === count - 1) return `PAGAB${100_417 + position}`;
  if (position === count - 2) return `CLIAB${10_023 + (position % 80_000)}`;
  const oldOnes = Math.min(1_200, Math.ceil(count * 0.29));
  if (position < oldOnes) return `CLI${1_004 + position * 7}`;
  const step = Math.min(37, Math.max(1, Math.floor(890_000 / count)));
  return `CLIAB${100_019 + position * step}`;
}

/** Where the Pareto-like tail of loans for each customer begins and how steep it falls. */
const weightOf = (position: number): number => (position + 5) ** -0.8;

function borrowersOf(company: number, companies: readonly (readonly number[])[]): Borrowers {
  const members: number[] = [];
  const cumulative: number[] = [];
  let total = 0;
  for (const [position, borrowsFrom] of companies.entries()) {
    if (!borrowsFrom.includes(company)) continue;
    total += weightOf(position);
    members.push(position);
    cumulative.push(total);
  }
  return { members, cumulative };
}

/** About 8 % borrow from both. The first three cover every case, however small the book. */
function companiesOf(position: number, random: Random): readonly number[] {
  const draw = random.unit();
  if (position === 0) return [ABF, ABT];
  if (position === 1) return [ABF];
  if (position === 2) return [ABT];
  if (draw < 0.08) return [ABF, ABT];
  return draw < 0.53 ? [ABF] : [ABT];
}

type Place = { readonly state: string; readonly city: string };

/** Cities come in mixed case in the real file. */
const CAPITAL: Place = { state: 'San Salvador', city: 'San Salvador' };
const OTHER_PLACES: readonly [Place, ...Place[]] = [
  { state: 'San Salvador', city: 'SAN SALVADOR' },
  { state: 'San Salvador', city: 'Soyapango' },
  { state: 'La Libertad', city: 'Santa Tecla' },
  { state: 'La Libertad', city: 'ANTIGUO CUSCATLÁN' },
  { state: 'Santa Ana', city: 'Santa Ana' },
  { state: 'Not Provided', city: 'Not Provided' },
  { state: 'Sonsonate', city: 'sonsonate' },
  { state: 'Cuscatlán', city: 'Cojutepeque' },
  { state: 'Ahuachapán', city: 'Ahuachapán' },
  { state: 'San Miguel', city: 'San Miguel' },
  { state: 'Usulután', city: 'USULUTÁN' },
];

/** One regular lives where the name has an accent, so that every book holds bytes beyond ASCII. */
function placeOf(position: number, random: Random): Place {
  const drawn = random.chance(0.55) ? CAPITAL : random.pick(OTHER_PLACES);
  return position === 0 ? { state: 'Cuscatlán', city: 'Cojutepeque' } : drawn;
}
