import { describe, expect, it } from '@jest/globals';
import type { Log, LogFields } from '../../../shared/ports/log.ts';
import { queryOf, ruleNamed, SAVED_FUNCTIONS, WINDOWS } from './alert-rules.ts';
import { kqlCompiler } from './kusto-language.ts';
import { LogTable } from './log-table.ts';
import { runQuery } from './run-query.ts';
import type { Row } from './values.ts';

// An alert by what it means: the query as it is deployed, over lines as the real log writes them.

export const NOW = new Date('2026-03-01T12:00:00Z');
export const RUN: LogFields = { runId: 'run_4f1c29ab03de', dataset: 'looker/loans', attempt: 1 };

/** What was logged, by how many minutes ago. */
export type Tell = (ago: (minutes: number) => Log) => void;

/** The rows that an alert gives: none, and nobody is told. */
export async function firing(
  name: string,
  tell: Tell,
  tables: Readonly<Record<string, readonly Row[]>> = {},
): Promise<readonly Row[]> {
  const logs = new LogTable(NOW);
  tell((minutes) => logs.ago(minutes));
  const rule = ruleNamed(name);
  const isInWindow = ({ TimeGenerated }: Row): boolean =>
    TimeGenerated instanceof Date && minutesAgo(TimeGenerated) <= WINDOWS[rule.window];
  // Azure gives a rule the rows of its window, and counts what it makes of them by its time.
  const all = Object.entries({ AppTraces: logs.rows, ...tables });
  const inWindow = Object.fromEntries(all.map(([table, rows]) => [table, rows.filter(isInWindow)]));
  const world = { tables: inWindow, functions: SAVED_FUNCTIONS, now: NOW };
  return runQuery(queryOf(rule), world, await kqlCompiler()).filter(isInWindow);
}

function minutesAgo(time: Date): number {
  return (NOW.getTime() - time.getTime()) / 60_000;
}

/** Cases of one alert: what is told, and the rows that come of it. */
export function means(name: string, cases: Readonly<Record<string, readonly [Tell, readonly Row[]]>>): void {
  describe.each([name])('%s', () => {
    it.each(Object.entries(cases))('%s', async (_, [tell, rows]) => {
      const found = await firing(name, tell);

      expect(found).toHaveLength(rows.length);
      expect(found).toMatchObject(rows);
    });
  });
}
