import { z } from 'zod';
import { compare, rational } from '../domain/rational.ts';
import { KpiUnit } from './kpi-result.ts';
import { ExpressionInvalid, measuresIn, parseMetricExpression } from './metric-expression.ts';
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

/** Both kinds add up over partitions: the sum of the parts is the whole. */
export type Measure = z.infer<typeof Measure>;
export const Measure = z.union(
  [
    z.strictObject({ sum: Identifier, where: Condition.optional() }),
    z.strictObject({ count: z.literal('rows'), where: Condition.optional() }),
  ],
  { error: 'must be { sum: column } or { count: rows }, with an optional where: condition' },
);

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

/** A measure that must be zero, or the KPI has no value; `otherwise` says why, with measures and relations in braces. */
const Requirement = z.strictObject({ zero: Identifier, otherwise: z.string().min(1) });

/** A limit: a whole number, or a decimal in quotes so that no binary float comes near it. */
const Limit = z
  .union([z.int(), z.string().regex(/^-?\d+(\.\d+)?$/)], {
    error: 'must be a whole number, or a decimal in quotes',
  })
  .transform(String);

const Shape = z.strictObject({
  id: z.string().regex(/^[a-z]+\.[a-z][a-z0-9_]*$/, 'must look like risk.par_30'),
  name: z.string().min(1),
  department: z.enum(['risk', 'growth', 'finance', 'compliance', 'technology', 'marketing', 'sales']),
  owner: z.string().min(1),
  cadence: z.enum(['daily', 'weekly', 'monthly']),
  /** A changed meaning is a new version. */
  version: z.int().positive(),
  /** True while the owner has not agreed to the definition. */
  provisional: z.boolean(),
  formula: z.string().min(1),
  /** The first whose inputs are all in the book is read. */
  models: z.array(Identifier).min(1),
  measures: z.record(Identifier, Measure),
  metric: Metric,
  /** What must hold for the metric to be the whole truth. */
  requires: z.array(Requirement).min(1).optional(),
  unit: KpiUnit,
  direction: z.enum(['higher-is-better', 'lower-is-better', 'neutral']),
  /** The limits themselves still count as the better status. A guardrail is a warning alone. */
  thresholds: z.strictObject({ warning: Limit, critical: Limit.optional() }).optional(),
  precision: z.int().nonnegative().max(10),
});

export type KpiDefinition = z.infer<typeof KpiDefinition>;
export const KpiDefinition = Shape.superRefine((kpi, context) => {
  const report = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const used = [...usedByMetric(kpi), ...usedByRequirements(kpi)];
  for (const { path, name } of used) {
    if (!Object.hasOwn(kpi.measures, name)) report(path, `uses ${name}, which is not a measure`);
  }
  const names = new Set(used.map(({ name }) => name));
  for (const name of Object.keys(kpi.measures)) {
    if (!names.has(name)) report(['measures', name], 'is not used by the metric or a requirement');
  }
  const problem = thresholdProblem(kpi);
  if (problem) report(['thresholds'], problem);
});

type UsedMeasure = { readonly path: string[]; readonly name: string };

function usedByMetric({ metric: { numerator, denominator } }: z.infer<typeof Shape>): UsedMeasure[] {
  const used = (side: string, names: readonly string[]) =>
    names.map((name) => ({ path: ['metric', side], name }));
  return [
    ...used('numerator', measuresIn(numerator.tree)),
    ...(denominator ? used('denominator', measuresIn(denominator.tree)) : []),
  ];
}

function usedByRequirements({ requires = [] }: z.infer<typeof Shape>): UsedMeasure[] {
  return requires.flatMap(({ zero, otherwise }, index) => {
    const path = ['requires', String(index)];
    const named = placeholdersIn(otherwise).filter((name) => !STAGED_RELATIONS.includes(name));
    return [
      { path: [...path, 'zero'], name: zero },
      ...named.map((name) => ({ path: [...path, 'otherwise'], name })),
    ];
  });
}

function thresholdProblem({ direction, thresholds }: z.infer<typeof Shape>): string | undefined {
  if (!thresholds) return undefined;
  if (direction === 'neutral') return 'need a direction: say whether higher or lower is better';
  if (thresholds.critical === undefined) return undefined;
  const order = compare(rational(thresholds.warning), rational(thresholds.critical));
  if (direction === 'lower-is-better' && order > 0) return 'must have warning at or below critical';
  if (direction === 'higher-is-better' && order < 0) return 'must have warning at or above critical';
  return undefined;
}
