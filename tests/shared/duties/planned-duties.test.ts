import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import { PLANNED_DUTIES, plannedFor } from '../../../shared/duties/planned-duties.ts';
import { ROOT } from '../../support/source-files.ts';

const cadencesOn = (day: string) => new Set(plannedFor(LocalDate.parse(day)).map(({ cadence }) => cadence));

describe('what a person has to do', () => {
  it.each([
    ['2026-02-04', 'a Wednesday', []],
    ['2026-02-09', 'a Monday', ['weekly']],
    ['2026-12-01', 'a first of the month, a Tuesday', ['monthly']],
    ['2026-08-01', 'a first of the month, a Saturday', []],
    ['2026-08-03', 'the Monday after it', ['weekly', 'monthly']],
    ['2026-03-02', 'the Monday after a first that is a Sunday', ['weekly', 'monthly']],
    ['2026-07-01', 'a first of a quarter', ['monthly', 'quarterly']],
    ['2027-01-01', 'a first of a year, a Friday', ['monthly', 'quarterly', 'yearly']],
  ])('on %s, %s, is due: %s %j', (day, _what, cadences) => {
    expect(cadencesOn(day)).toEqual(new Set(cadences));
  });

  it('comes round in each month once, and in each year as often as its name says', () => {
    const days = Array.from({ length: 365 }, (_, index) => addDays(LocalDate.parse('2026-01-01'), index));
    const due = days.flatMap((day) => [...cadencesOn(day)]);
    const times = (cadence: string): number => due.filter((other) => other === cadence).length;

    expect(['weekly', 'monthly', 'quarterly', 'yearly'].map(times)).toEqual([52, 12, 4, 1]);
  });

  it('is what the page on operations lists, in its order', async () => {
    const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
    const cadenceOf: Readonly<Record<string, string>> = {
      'Monday 09:00 UTC': 'weekly',
      monthly: 'monthly',
      quarterly: 'quarterly',
      January: 'yearly',
    };
    const rows = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].flatMap(
      ([, when = '', what = '']) => {
        const cadence = cadenceOf[when];
        const words = what.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
        return cadence === undefined ? [] : [{ cadence, words }];
      },
    );

    expect(rows).toHaveLength(PLANNED_DUTIES.length);
    for (const [index, { cadence, what }] of PLANNED_DUTIES.entries()) {
      expect(rows[index]?.cadence).toBe(cadence);
      expect(rows[index]?.words.startsWith(what)).toBe(true);
    }
  });
});
