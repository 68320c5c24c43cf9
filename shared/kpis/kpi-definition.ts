import { z } from 'zod';
import { compare, rational } from '../domain/rational.ts';
import { KpiUnit } from './kpi-result.ts';
import { ExpressionInvalid, isAdditive, measuresIn, parseMetricExpression } from './metric-expression.ts';
import { STAGED_RELATIONS } from './relations.ts';
import { placeholdersIn } from './requirement.ts';

// A KPI as data: additive measures over a model, one metric over the measures, and what people need to read
// the number. Everything is checked here, so that a wrong definition stops at load and not in a report.

const Identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'must be lower-case letters, digits and underscores');

/** A column that is true, or compares with a number; several joined by `and`. Any SQL engine reads it alike. */
const COMPARISON = /[a-z][a-z0-9_]*(?: (?:<|<=|=|<>|>=|>) -?\d+(?:\.\d+)?)?/.source;
const Condition = z
  .string()
  .regex(
    new RegExp(`^${COMPARISON}(?: and ${COMPARISON})*$`),
    'must be columns or comparisons with a number, joined by "and", such as "outstanding > 0"',
  );

/**
 * How a measure is added up over the dates of a longer period: a flow (`sum`) over all of them, a stock (`last`) as it
 * stands at the last.
 */
const overTime = z.enum(['last', 'sum']).default('last');

/** Both kinds add up over partitions: the sum of the parts is the whole. */
export type Measure = z.infer<typeof Measure>;
export const Measure = z
  .union(
    [
      z.strictObject({ sum: Identifier, where: Condition.optional(), over_time: overTime }),
      z.strictObject({ count: z.literal('rows'), where: Condition.optional(), over_time: overTime }),
    ],
    {
      error:
        'must be { sum: column } or { count: rows }, with an optional where: condition and over_time: sum',
    },
  )
  .transform(({ over_time, ...measure }) => ({ ...measure, overTime: over_time }));

const Expression = z.string().transform((text, context) => {
  try {
    return { text, tree: parseMetricExpression(text) };
  } catch (error) {
    if (!(error instanceof ExpressionInvalid)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

/** `times` turns a ratio into the unit that is shown: 100 for percent. A metric without a denominator is a sum. */
const Metric = z
  .strictObject({
    numerator: Expression,
    denominator: Expression.optional(),
    times: z.int().positive().optional(),
  })
  .refine((metric) => metric.denominator !== undefined || metric.times === undefined, {
    path: ['times'],
    message: 'belongs to a ratio; this metric has no denominator',
  });

/**
 * A measure that must be zero, or one that must not be, or the KPI has no value; `otherwise` says why, with measures and
 * relations in braces.
 */
const Requirement = z.union([
  z.strictObject({ zero: Identifier, otherwise: z.string().min(1) }),
  z.strictObject({ some: Identifier, otherwise: z.string().min(1) }),
]);

/** A limit: a whole number, or a decimal in quotes so that no binary float comes near it. */
const Limit = z
  .union([z.int(), z.string().regex(/^-?\d+(\.\d+)?$/)], {
    error: 'must be a whole number, or a decimal in quotes',
  })
  .transform(String);

/**
 * A column of the mart whose values divide the KPI: each value divides its own sums. Of several models those without
 * the column give no breakdown.
 */
export const DIMENSIONS = [
  'company',
  'product',
  'state',
  'segment',
  'customer_type',
  'ticket_band',
  'term_band',
  'vintage',
  'payer',
  'status',
  'line_band',
  'intensity',
  'tier',
  'channel',
  'campaign',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const Shape = z.strictObject({
  id: z.string().regex(/^[a-z]+\.[a-z][a-z0-9_]*$/, 'must look like risk.par_30'),
  name: z.string().min(1),
  /** In Spanish. */
  name_es: z.string().min(1),
  department: z.enum(['risk', 'growth', 'finance', 'compliance', 'technology', 'marketing', 'sales']),
  owner: z.string().min(1),
  cadence: z.enum(['daily', 'weekly', 'monthly', 'quarterly']),
  /** A changed meaning is a new version. */
  version: z.int().positive(),
  /** True while the owner has not agreed to the definition. */
  provisional: z.boolean(),
  formula: z.string().min(1),
  /** What a row of the mart is: a loan, a customer, a payment. */
  grain: z.string().regex(/^[a-z]+$/, 'must be a word such as loan'),
  /**
   * `any`: any period has it, and a quarter adds up its months. `months`: a quarter adds up what flowed in each of its
   * months, which from its one end to the other would be something else. `whole`: any period has it, but not from shorter ones: it
   * counts somebody once, or compares the period with the one before. `month`: a rate of one month, which no other period
   * has.
   */
  periods: z.enum(['any', 'months', 'whole', 'month']).default('any'),
  /** Hours after which the value is stale. */
  freshness: z.int().positive(),
  dimensions: z.array(z.enum(DIMENSIONS)).default([]),
  /** Column of the mart whose values are named, as tokens, as the largest parts of the numerator. */
  contributors: z.enum(['loan_id', 'customer_id']).optional(),
  /** Why there is nothing to compute it from; such a KPI has neither models nor measures nor a metric. */
  unavailable: z.string().min(1).optional(),
  /** The first whose inputs are all in the book is read. */
  models: z.array(Identifier).min(1).optional(),
  measures: z.record(Identifier, Measure).optional(),
  metric: Metric.optional(),
  /** What must hold for the metric to be the whole truth. */
  requires: z.array(Requirement).min(1).optional(),
  unit: KpiUnit,
  direction: z.enum(['higher-is-better', 'lower-is-better', 'neutral']),
  /** True where values go on changing after their period is over: a new one is not held against riper ones before. */
  ripens: z.boolean().default(false),
  /** The limits themselves still count as the better status. A guardrail is a warning alone. */
  thresholds: z.strictObject({ warning: Limit, critical: Limit.optional() }).optional(),
  /**
   * `months`: limits of what happens in a month; no other period is held against them. `whole-months`: nor is a month
   * that is not over.
   */
  thresholds_of: z.enum(['any-period', 'months', 'whole-months']).default('any-period'),
  precision: z.int().nonnegative().max(10),
});

type Parsed = z.infer<typeof Shape>;
type Computation = {
  readonly models: NonNullable<Parsed['models']>;
  readonly measures: NonNullable<Parsed['measures']>;
  readonly metric: NonNullable<Parsed['metric']>;
  readonly requires?: NonNullable<Parsed['requires']>;
};
type Described = Omit<
  Parsed,
  'name_es' | 'thresholds_of' | 'unavailable' | 'models' | 'measures' | 'metric' | 'requires'
> & {
  readonly nameEs: string;
  readonly thresholdsOf: Parsed['thresholds_of'];
};

export type ComputableKpi = Described & Computation & { readonly unavailable?: undefined };
export type UnavailableKpi = Described & { readonly unavailable: string };
export type KpiDefinition = ComputableKpi | UnavailableKpi;

export const KpiDefinition = Shape.transform((shape, context): KpiDefinition => {
  const report = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { name_es, thresholds_of, unavailable, models, measures, metric, requires, ...described } = shape;
  const common = { ...described, nameEs: name_es, thresholdsOf: thresholds_of };
  const thresholds = thresholdProblem(shape);
  if (thresholds) report(['thresholds'], thresholds);
  if (shape.ripens && shape.thresholds) {
    report(['ripens'], 'does not go with thresholds: a value that is not ripe yet says nothing about them');
  }
  if (thresholds_of === 'whole-months' && !shape.thresholds) {
    report(['thresholds_of'], 'is said of thresholds, and there are none');
  }
  if (unavailable !== undefined) {
    if (models ?? measures ?? metric ?? requires) {
      report(['unavailable'], 'goes with neither models, measures, metric nor requires');
    }
    return { ...common, unavailable };
  }
  if (models === undefined || measures === undefined || metric === undefined) {
    report([], 'needs models, measures and a metric, or says why it is unavailable');
    return z.NEVER;
  }
  const computation = { models, measures, metric, ...(requires && { requires }) };
  reportMeasures(computation, report);
  reportSums(shape.periods, computation, report);
  if (shape.contributors !== undefined && !isAdditive(metric.numerator.tree)) {
    report(['contributors'], 'need a numerator that is a plain sum of measures');
  }
  return { ...common, ...computation };
});

function reportMeasures(kpi: Computation, report: (path: string[], message: string) => void): void {
  const used = [...usedByMetric(kpi), ...usedByRequirements(kpi)];
  for (const { path, name } of used) {
    if (!Object.hasOwn(kpi.measures, name)) report(path, `uses ${name}, which is not a measure`);
  }
  const names = new Set(used.map(({ name }) => name));
  for (const name of Object.keys(kpi.measures)) {
    if (!names.has(name)) report(['measures', name], 'is not used by the metric or a requirement');
  }
}

/** What is not made from shorter periods has nothing to add up over time. */
function reportSums(
  periods: Parsed['periods'],
  { measures }: Computation,
  report: (path: string[], message: string) => void,
): void {
  if (periods === 'any' || periods === 'months') return;
  for (const [name, { overTime }] of Object.entries(measures)) {
    if (overTime === 'sum') report(['measures', name, 'over_time'], `does not go with periods: ${periods}`);
  }
}

type UsedMeasure = { readonly path: string[]; readonly name: string };

function usedByMetric({ metric: { numerator, denominator } }: Computation): UsedMeasure[] {
  const used = (side: string, names: readonly string[]) =>
    names.map((name) => ({ path: ['metric', side], name }));
  return [
    ...used('numerator', measuresIn(numerator.tree)),
    ...(denominator ? used('denominator', measuresIn(denominator.tree)) : []),
  ];
}

function usedByRequirements({ requires = [] }: Computation): UsedMeasure[] {
  return requires.flatMap((needed, index) => {
    const path = ['requires', String(index)];
    const named = placeholdersIn(needed.otherwise).filter((name) => !STAGED_RELATIONS.includes(name));
    return [
      'zero' in needed
        ? { path: [...path, 'zero'], name: needed.zero }
        : { path: [...path, 'some'], name: needed.some },
      ...named.map((name) => ({ path: [...path, 'otherwise'], name })),
    ];
  });
}

function thresholdProblem({
  direction,
  thresholds,
}: Pick<Parsed, 'direction' | 'thresholds'>): string | undefined {
  if (!thresholds) return undefined;
  if (direction === 'neutral') return 'need a direction: say whether higher or lower is better';
  if (thresholds.critical === undefined) return undefined;
  const order = compare(rational(thresholds.warning), rational(thresholds.critical));
  if (direction === 'lower-is-better' && order > 0) return 'must have warning at or below critical';
  if (direction === 'higher-is-better' && order < 0) return 'must have warning at or above critical';
  return undefined;
}
