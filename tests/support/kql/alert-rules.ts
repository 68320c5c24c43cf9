import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROBLEM_CODES } from '../../../shared/domain/problem.ts';
import { ROOT } from '../source-files.ts';

/** One row of infra/alerts.json: what infra/modules/alerts.bicep makes a rule of. */
export type AlertRule = z.infer<typeof AlertRule>;
const LET = /^let (\w+) = (.+);$/;
const Duration = z.enum(['PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT2H', 'P2D']);
/** In minutes. */
export const WINDOWS: Readonly<Record<z.infer<typeof Duration>, number>> = {
  PT5M: 5,
  PT15M: 15,
  PT30M: 30,
  PT1H: 60,
  PT2H: 120,
  P2D: 2_880,
};
const AlertRule = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string().regex(/^[A-Z].*[^.]$/),
  query: z.string().regex(/^[a-z0-9_]+$/),
  severity: z.int().min(0).max(4),
  every: Duration,
  window: Duration,
  autoMitigate: z.boolean(),
  runbook: z.enum(PROBLEM_CODES),
  /** Stand before the query. */
  let: z.array(z.string().regex(LET)),
  /** Each value of these columns is an alert of its own. */
  dimensions: z.array(
    z.strictObject({ name: z.string(), operator: z.literal('Include'), values: z.tuple([z.literal('*')]) }),
  ),
});

const read = (path: string): string => readFileSync(join(ROOT, 'infra', path), 'utf8');

export const ALERT_RULES = AlertRule.array().parse(JSON.parse(read('alerts.json')));

/** The saved function that every query stands on. */
export const SAVED_FUNCTIONS = { AbacoEvents: read('kql/AbacoEvents.kql') };

/** Queries of a folder below infra/kql, by name. */
export function queriesIn(folder: 'alerts' | 'panels'): ReadonlyMap<string, string> {
  const files = readdirSync(join(ROOT, 'infra/kql', folder)).toSorted();
  return new Map(files.map((file) => [file.replace(/\.kql$/, ''), read(`kql/${folder}/${file}`)]));
}

/** The query of a rule as it is deployed. */
export function queryOf(rule: Pick<AlertRule, 'query' | 'let'>): string {
  return `${rule.let.join('\n')}\n${queriesIn('alerts').get(rule.query) ?? ''}`;
}

/** What a rule lets its query know: `kpi` is `"risk.par_90"`. */
export function letsOf(rule: Pick<AlertRule, 'let'>): Readonly<Record<string, string>> {
  return Object.fromEntries(rule.let.map((line) => LET.exec(line)?.slice(1, 3) ?? []));
}

export function ruleNamed(name: string): AlertRule {
  const rule = ALERT_RULES.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`there is no alert ${name}`);
  return rule;
}
