import type { ProblemCode } from '../../shared/domain/problem.ts';
import { addTo, namedSums } from './cent-sums.ts';
import type { ExpectedFile } from './expected-sums.ts';

/** Facts about rows that are counted beside the sums of a file. */
export type PlantedFact = 'bad' | 'orphans' | 'rebates' | 'duplicates';

/** What is to be noticed about one row. */
export type LineMark =
  /** The row breaks its contract: one code for each violation. */
  | { readonly kind: 'bad'; readonly codes: readonly ProblemCode[] }
  /** The row names a loan, or a customer, that is in no other file. */
  | { readonly kind: 'orphan' }
  /** A rebate credit: interest and tax below zero, moved into principal without cash. */
  | { readonly kind: 'rebate' }
  /** The row came before, letter for letter: to be dropped. */
  | { readonly kind: 'copy' }
  /** Another row has the same key and other amounts: both are to be set aside. */
  | { readonly kind: 'conflict' };

/** Counts the marked rows of one file while it is written. */
export class PlantTally {
  readonly #money: readonly string[];
  readonly #sums = new Map<LineMark['kind'], Float64Array>();
  readonly #rows = new Map<LineMark['kind'], number>();
  readonly #codes = new Map<ProblemCode, number>();

  constructor(money: readonly string[]) {
    this.#money = money;
  }

  /** Counts the row. Says whether its amounts are part of the sums of the file. */
  take(mark: LineMark, cents: readonly number[]): boolean {
    this.#rows.set(mark.kind, this.rows(mark.kind) + 1);
    const sums = this.#sums.get(mark.kind) ?? new Float64Array(this.#money.length);
    this.#sums.set(mark.kind, sums);
    addTo(sums, cents);
    if (mark.kind === 'bad')
      for (const code of mark.codes) this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    return mark.kind === 'orphan' || mark.kind === 'rebate';
  }

  rows(kind: LineMark['kind']): number {
    return this.#rows.get(kind) ?? 0;
  }

  /** Rows and exact sums of the rows of a kind. */
  total(kind: LineMark['kind']): { rows: string; sums: Record<string, string> } {
    return { rows: String(this.rows(kind)), sums: namedSums(this.#money, this.#sums.get(kind) ?? []) };
  }

  /** Violations by code, in the order of the alphabet. */
  violations(): [ProblemCode, number][] {
    return [...this.#codes].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** The counted facts as they stand in `expected.json`. */
export function expectedPlants(
  plants: PlantTally,
  counts: readonly PlantedFact[],
): Pick<ExpectedFile, PlantedFact> {
  const violations = plants.violations();
  return {
    ...(counts.includes('bad') && {
      bad: {
        rows: String(plants.rows('bad')),
        violations: String(violations.reduce((sum, [, count]) => sum + count, 0)),
        byCode: Object.fromEntries(violations.map(([code, count]) => [code, String(count)])),
      },
    }),
    ...(counts.includes('orphans') && { orphans: plants.total('orphan') }),
    ...(counts.includes('rebates') && { rebates: plants.total('rebate') }),
    ...(counts.includes('duplicates') && {
      duplicates: {
        identical: String(plants.rows('copy')),
        conflicting: String(plants.rows('conflict')),
      },
    }),
  };
}
