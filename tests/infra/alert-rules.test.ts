import { beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_RULES, queriesIn, queryOf, SAVED_FUNCTIONS, WINDOWS } from '../support/kql/alert-rules.ts';
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
    for (const { name, every, window } of ALERT_RULES)
      expect([name, WINDOWS[window] >= WINDOWS[every]]).toEqual([name, true]);
  });

  it('give rows that have a time, by which they are counted', () => {
    for (const rule of ALERT_RULES)
      expect([rule.name, ...compile(queryOf(rule), SAVED_FUNCTIONS).columns]).toContain(
        'TimeGenerated:datetime',
      );
  });
});
