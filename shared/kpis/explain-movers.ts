import { add, compare, multiply, type Rational, rational, subtract, toDecimal } from '../domain/rational.ts';
import { fromNumeratorOf, perDenominator, type RatioMove, ratioMoveOf } from './explain-change.ts';
import type { KpiResult } from './kpi-result.ts';

// Which part of the book moved a number. Where the parts add up to the whole on both sides and at both dates, what each
// adds to the change is exact: its own change of the numerator, and its own change of the denominator, each weighed as
// in the split of the whole. Then the contributions of all parts are the change.

const PLACES = 10;
const MOST_VALUES = 8;

type At = Pick<KpiResult, 'value' | 'numerator' | 'denominator'>;

export type DimensionMoves = {
  /** `company` */
  readonly dimension: string;
  /** What the parts add up to is the whole; without it there are no contributions. */
  readonly isAdditive: boolean;
  readonly values: readonly {
    /** `ABF` */
    readonly of: string;
    readonly before: At | null;
    readonly now: At | null;
    /** In the KPI's own unit; decimal text. */
    readonly contribution: string | null;
  }[];
  /** All parts that are not named, together. */
  readonly others: { readonly count: number; readonly contribution: string | null };
};

/** One entry for each dimension, the values that moved the KPI most first. */
export function movesByDimension(
  now: KpiResult,
  before: KpiResult,
  breakdowns: readonly KpiResult[],
): DimensionMoves[] {
  const own = breakdowns.filter(({ id, version, model }) =>
    [id, version, model].every((part, index) => part === [now.id, now.version, now.model][index]),
  );
  const byDimension = Map.groupBy(own, ({ dimension }) => Object.keys(dimension).join());
  return [...byDimension]
    .filter(([dimension]) => dimension !== '' && !dimension.includes(','))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([dimension, results]) => movesOf(dimension, results, now, before));
}

type Part = {
  readonly of: string;
  readonly before: KpiResult | undefined;
  readonly now: KpiResult | undefined;
};

function movesOf(
  dimension: string,
  results: readonly KpiResult[],
  now: KpiResult,
  before: KpiResult,
): DimensionMoves {
  const parts = partsOf(dimension, results, now, before);
  const contributionOf = addsUp(parts, now, before) ? contributions(now, before) : undefined;
  const values = parts
    .map((part) => ({ part, exact: contributionOf?.(part), size: sizeOf(part, contributionOf?.(part)) }))
    .toSorted((a, b) => compare(b.size, a.size) || (a.part.of < b.part.of ? -1 : 1));
  const named = values.slice(0, MOST_VALUES);
  const rest = values.slice(MOST_VALUES);
  const restSum = rest.reduce((sum, { exact }) => add(sum, exact ?? rational(0)), rational(0));
  return {
    dimension,
    isAdditive: contributionOf !== undefined,
    values: named.map(({ part, exact }) => ({
      of: part.of,
      before: part.before ? figuresOf(part.before) : null,
      now: part.now ? figuresOf(part.now) : null,
      contribution: exact ? toDecimal(exact, PLACES) : null,
    })),
    others: { count: rest.length, contribution: contributionOf ? toDecimal(restSum, PLACES) : null },
  };
}

function partsOf(
  dimension: string,
  results: readonly KpiResult[],
  now: KpiResult,
  before: KpiResult,
): Part[] {
  const at = (result: KpiResult) => (part: KpiResult) => part.reportingDate === result.reportingDate;
  return [...Map.groupBy(results, (result) => result.dimension[dimension] ?? '')].map(([of, both]) => ({
    of,
    before: both.find(at(before)),
    now: both.find(at(now)),
  }));
}

/** A part that is not there at a date has nothing then. */
function sideOf(part: KpiResult | undefined, side: 'numerator' | 'denominator'): Rational | undefined {
  if (part === undefined) return rational(0);
  const amount = part[side];
  return amount === null ? undefined : rational(amount);
}

function addsUp(parts: readonly Part[], now: KpiResult, before: KpiResult): boolean {
  const sides = now.denominator === null ? (['numerator'] as const) : (['numerator', 'denominator'] as const);
  return sides.every((side) =>
    (
      [
        ['now', now],
        ['before', before],
      ] as const
    ).every(([when, whole]) => {
      const amounts = parts.map((part) => sideOf(part[when], side));
      const total = whole[side];
      if (total === null || amounts.includes(undefined)) return false;
      const sum = amounts.reduce(
        (running, amount) => add(running ?? rational(0), amount ?? rational(0)),
        rational(0),
      );
      return sum !== undefined && compare(sum, rational(total)) === 0;
    }),
  );
}

function contributions(
  now: KpiResult,
  before: KpiResult,
): ((part: Part) => Rational | undefined) | undefined {
  if (now.denominator === null) return (part) => changeOf(part, 'numerator');
  const whole = ratioMoveOf(now, before);
  const price = whole && perDenominator(whole);
  if (!whole || !price) return undefined;
  return (part) => {
    const numerator = fromNumeratorOf(ownNumerator(whole, part));
    const denominator = changeOf(part, 'denominator');
    return numerator && denominator && add(numerator, multiply(denominator, price));
  };
}

function ownNumerator(whole: RatioMove, part: Part): RatioMove {
  const zero = rational(0);
  const numerator = {
    before: sideOf(part.before, 'numerator') ?? zero,
    now: sideOf(part.now, 'numerator') ?? zero,
  };
  return { ...whole, numerator };
}

function changeOf(part: Part, side: 'numerator' | 'denominator'): Rational | undefined {
  const [before, now] = [sideOf(part.before, side), sideOf(part.now, side)];
  return before && now && subtract(now, before);
}

/** What a part is ordered by: its contribution, else how far its numerator moved. */
function sizeOf(part: Part, contribution: Rational | undefined): Rational {
  const { numerator, denominator } = contribution ?? changeOf(part, 'numerator') ?? rational(0);
  return { numerator: numerator < 0n ? -numerator : numerator, denominator };
}

function figuresOf({ value, numerator, denominator }: KpiResult): At {
  return { value, numerator, denominator };
}
