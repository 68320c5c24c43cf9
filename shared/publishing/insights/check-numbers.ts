import { compare, multiply, type Rational, rational, subtract } from '../../domain/rational.ts';
import { isOneOf } from './date-mentions.ts';
import type { InsightFacts, KpiFacts } from './insight-facts.ts';
import { type MentionedNumber, type MentionUnit, mentionsIn } from './number-mentions.ts';

// Whether what a sentence says in numbers is what was sent: each must be a number of the KPIs that the sentence is
// about, or a correct rounding of one.

type Allowed = {
  readonly value: Rational;
  /** In which it is that number. */
  readonly units: readonly MentionUnit[];
  /** Without its unit it would be another number: 540 basis points. */
  readonly needsUnit?: true;
};

export type About = {
  readonly kpi: KpiFacts;
  /** As the report names it. */
  readonly name: string;
};

/** What cannot be found in the facts; undefined when everything can. */
export function unfoundedMention(
  sentence: string,
  about: readonly About[],
  facts: Pick<InsightFacts, 'as_of' | 'counts'>,
): string | undefined {
  const allowed =
    about.length > 0
      ? about.flatMap(({ kpi }) => numbersOf(kpi))
      : Object.values(facts.counts).map((count) => ({
          value: rational(BigInt(count)),
          units: ['count'] as const,
        }));
  const days = [facts.as_of, ...about.flatMap(({ kpi }) => daysOf(kpi))];
  const labels = about.flatMap(({ kpi, name }) => [kpi.id, name]);
  const unfounded = mentionsIn(sentence, labels).find((mention) => {
    switch (mention.kind) {
      case 'number':
        return !allowed.some((number) => isFounded(mention, number));
      case 'date':
        return !isOneOf(days, mention);
      case 'unreadable':
        return true;
    }
  });
  return unfounded?.text;
}

function isFounded(mention: MentionedNumber, { value, units, needsUnit }: Allowed): boolean {
  const isInUnit = mention.unit === undefined ? needsUnit === undefined : units.includes(mention.unit);
  if (!isInUnit) return false;
  const said = mention.isSigned ? mention.value : sizeOf(mention.value);
  const sent = mention.isSigned ? value : sizeOf(value);
  const apart = sizeOf(subtract(said, sent));
  if (apart.numerator === 0n) return true;
  // Rounded to one digit, 5.4 is 5, which may be its limit: that is no longer the number.
  return mention.digits >= 2 && compare(apart, mention.rounding) <= 0;
}

function sizeOf(value: Rational): Rational {
  return value.numerator < 0n ? { numerator: -value.numerator, denominator: value.denominator } : value;
}

function numbersOf({ unit, value, limits, before }: KpiFacts): readonly Allowed[] {
  const own = [value, limits?.warning, limits?.critical, before?.value, before?.change];
  return [
    ...own.filter((number) => number !== undefined).flatMap((number) => inItsUnits(rational(number), unit)),
    ...(before?.change_in_percent === undefined
      ? []
      : [{ value: rational(before.change_in_percent), units: ['percent'] as const }]),
  ];
}

const HUNDRED = rational(100n);

function inItsUnits(value: Rational, unit: KpiFacts['unit']): readonly Allowed[] {
  switch (unit) {
    case 'percent':
    case 'percent-per-day':
      return [
        { value, units: ['percent', 'points'] },
        { value: multiply(value, HUNDRED), units: ['basis-points'], needsUnit: true },
      ];
    case 'fraction':
      return [
        { value, units: ['times'] },
        { value: multiply(value, HUNDRED), units: ['percent', 'points'], needsUnit: true },
      ];
    case 'usd':
      return [{ value, units: ['usd'] }];
    case 'times':
      return [{ value, units: ['times'] }];
    case 'score':
    case 'index':
      return [{ value, units: ['points'] }];
    case 'count':
    case 'days':
    case 'months':
      return [{ value, units: [unit] }];
  }
}

function daysOf({ reporting_date, before }: KpiFacts): readonly string[] {
  return [reporting_date, ...(before === undefined ? [] : [before.reporting_date])];
}
