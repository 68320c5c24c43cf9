import type { Expectation } from './contract.ts';

// Expectations that most contracts have. A contract spells out only what is its own.

/** A snapshot has about as many rows as the ones before it: a fifth more or less is looked at, half of it is a torn export. */
export const STEADY_VOLUME: readonly Expectation[] = [
  {
    id: 'volume',
    kind: 'volume',
    severity: 'warn',
    about: 'The number of rows is within 20 % of the earlier files',
    minPercent: 80,
    maxPercent: 120,
  },
  {
    id: 'collapse',
    kind: 'volume',
    severity: 'block',
    about: 'The file has at least half as many rows as the earlier files',
    minPercent: 50,
    maxPercent: Number.POSITIVE_INFINITY,
  },
];

/** The day that the rows stand for is not long before the day that the file came. */
export function freshWithin(maxDays: number): Expectation {
  return {
    id: 'fresh',
    kind: 'fresh',
    severity: 'warn',
    about: `The as-of date is at most ${maxDays} days before the file came`,
    maxDays,
  };
}

/** Rows for which the predicate holds are worth a look once they are more than this share. */
export function atMostShare(id: string, about: string, where: string, maxShare: string): Expectation {
  return { id, kind: 'share', severity: 'warn', about, where, maxShare };
}

/** Ids of customers have one of the known shapes. */
export function knownCustomerIds(column: string): Expectation {
  return atMostShare(
    'customer-id-shape',
    'Customer ids are CLI, CLIAB or PAGAB and 4 to 6 digits',
    `NOT regexp_full_match(${column}, '(CLI|CLIAB|PAGAB)[0-9]{4,6}')`,
    '0',
  );
}
