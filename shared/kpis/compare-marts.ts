import type { BookEntry, KpiMart, KpiResult } from './kpi-result.ts';

// Two computations side by side: which files differ, and which numbers. What differs by its definition is told apart from
// what differs by its data.

export type ComparedFile = {
  readonly dataset: string;
  readonly relation: string;
  readonly before: BookEntry | undefined;
  readonly now: BookEntry | undefined;
};

export type ComparedKpi = {
  readonly id: string;
  readonly name: string;
  readonly before: KpiResult | undefined;
  readonly now: KpiResult | undefined;
  readonly difference: 'new' | 'gone' | 'version' | 'value' | 'status';
};

export type MartComparison = {
  /** Only those that differ. */
  readonly files: readonly ComparedFile[];
  readonly kpis: readonly ComparedKpi[];
  /** How many totals are in both and the same to the last digit. */
  readonly same: number;
};

/** The totals of two marts and the files that they were computed from. */
export function compareMarts(
  before: Pick<KpiMart, 'kpis' | 'book'>,
  now: Pick<KpiMart, 'kpis' | 'book'>,
): MartComparison {
  const kpis = pairs(before.kpis.filter(isTotal), now.kpis.filter(isTotal), ({ id }) => id).map(
    ([key, pair]) => ({ id: key, name: (pair.now ?? pair.before)?.name ?? key, ...pair }),
  );
  const compared = kpis.flatMap((pair) => {
    const difference = differenceOf(pair);
    return difference === undefined ? [] : [{ ...pair, difference }];
  });
  const files = pairs(before.book, now.book, ({ dataset, relation }) => `${dataset} ${relation}`)
    .filter(([, pair]) => pair.before?.sha256 !== pair.now?.sha256)
    .map(([key, pair]) => {
      const [dataset = '', relation = ''] = key.split(' ');
      return { dataset, relation, ...pair };
    });
  return { files, kpis: compared, same: kpis.length - compared.length };
}

type Pair<T> = { readonly before: T | undefined; readonly now: T | undefined };

/** By name; those that are there now in their order, then those that are gone. */
function pairs<T>(before: readonly T[], now: readonly T[], nameOf: (one: T) => string): [string, Pair<T>][] {
  const earlier = new Map(before.map((one) => [nameOf(one), one]));
  const later = new Map(now.map((one) => [nameOf(one), one]));
  return [...new Set([...later.keys(), ...earlier.keys()])].map((name) => [
    name,
    { before: earlier.get(name), now: later.get(name) },
  ]);
}

function differenceOf({ before, now }: Pair<KpiResult>): ComparedKpi['difference'] | undefined {
  if (before === undefined) return 'new';
  if (now === undefined) return 'gone';
  if (before.version !== now.version) return 'version';
  const isSame =
    before.value === now.value &&
    before.numerator === now.numerator &&
    before.denominator === now.denominator;
  if (!isSame) return 'value';
  return before.status === now.status ? undefined : 'status';
}

function isTotal({ dimension }: KpiResult): boolean {
  return Object.keys(dimension).length === 0;
}
