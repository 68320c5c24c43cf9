import { beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_RULES, queriesIn, queryOf, SAVED_FUNCTIONS } from '../support/kql/alert-rules.ts';
import { type Compile, kqlCompiler } from '../support/kql/kusto-language.ts';

let compile: Compile;
beforeAll(async () => {
  compile = await kqlCompiler();
});

describe('the rules', () => {
  it('have names of their own, and every query is in use', () => {
    expect(new Set(ALERT_RULES.map(({ name }) => name)).size).toBe(ALERT_RULES.length);
    expect([...new Set(ALERT_RULES.map(({ query }) => query))].toSorted()).toEqual([
      ...queriesIn('alerts').keys(),
    ]);
  });

  it('are split by columns that their queries give', () => {
    for (const rule of ALERT_RULES) {
      const { columns } = compile(queryOf(rule), SAVED_FUNCTIONS);
      expect(columns).toEqual(expect.arrayContaining(rule.dimensions.map(({ name }) => `${name}:string`)));
    }
  });

  it('look back at least as far as they wait between looks', () => {
    const minutes: Record<string, number> = {
      PT5M: 5,
      PT15M: 15,
      PT30M: 30,
      PT1H: 60,
      PT2H: 120,
      P2D: 2_880,
    };
    for (const { name, every, window } of ALERT_RULES)
      expect([name, (minutes[window] ?? 0) >= (minutes[every] ?? 0)]).toEqual([name, true]);
  });
});
