import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import type { OpenBreaker } from '../../../shared/pipeline/data-quality.ts';
import { breakerBanners } from '../../../shared/publishing/dashboard-breakers.ts';
import { dashboardPage } from '../../../shared/publishing/dashboard-page.ts';
import { aBookEntry, aKpiMart } from '../../support/a-kpi-mart.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';
import { anOpenBreaker } from './a-contract-quality.ts';

const OPEN: OpenBreaker = {
  dataset: 'looker/loans',
  since: '2026-01-03T10:00:00.000Z',
  reason: '3 bad runs in a row, the last one run_000000000009. A column is missing.',
};

const bannersOf = (
  open: readonly OpenBreaker[],
  mart: KpiMart | undefined = aKpiMart(),
  today = '2026-01-05',
): string =>
  breakerBanners(open, mart, { today: LocalDate.parse(today) })
    .map(({ markup }) => markup)
    .join('');

const loansOf = (asOf: LocalDate) => aBookEntry({ dataset: DatasetId.parse('looker/loans'), asOf });

describe('the banner of an open breaker', () => {
  it('is not there while all are closed', () => {
    expect(bannersOf([])).toBe('');
  });

  it('says since when there are no new numbers, why, how old the numbers are, and what to do', () => {
    const banner = bannersOf([OPEN]);

    expect(banner).toContain(
      '<strong>No new numbers from looker/loans since 2026-01-03:</strong> 3 bad runs in a row, the last one run_000000000009. A column is missing.',
    );
    expect(banner).toContain('The numbers below that come from it stand as of 2025-12-31, 5 days ago.');
    expect(banner).toContain('docs/runbooks/breaker-open.md');
  });

  it.each([
    ['2026-01-01', 'stand as of 2025-12-31, a day ago.'],
    ['2025-12-31', 'stand as of 2025-12-31.'],
    ['2025-12-30', 'stand as of 2025-12-31.'],
  ])('counts the days on %s', (today, words) => {
    expect(bannersOf([OPEN], aKpiMart(), today)).toContain(words);
  });

  it('takes the age from the newest file of the dataset in the book', () => {
    const book = ['2025-09-30', '2025-11-30', '2025-10-31'].map((day) => loansOf(LocalDate.parse(day)));

    expect(bannersOf([OPEN], aKpiMart({ book }))).toContain('stand as of 2025-11-30, 36 days ago.');
  });

  it('says so where the numbers have nothing of the dataset, or where there are none', () => {
    expect(bannersOf([{ ...OPEN, dataset: 'hubspot/deals' }])).toContain(
      'None of the numbers below comes from it.',
    );
    expect(breakerBanners([OPEN], undefined, { today: LocalDate.parse('2026-01-05') })[0]?.markup).toContain(
      'There are no numbers yet.',
    );
  });

  it('names no day for reference data, which has none', () => {
    const banner = bannersOf([OPEN], aKpiMart({ book: [loansOf(REFERENCE_DAY)] }));

    expect(banner).toContain('The numbers below use its last good file.');
    expect(banner).not.toContain('0001');
  });

  it('stands on the dashboard before the first number', async () => {
    const page = await dashboardPage({
      mart: aKpiMart(),
      runs: [],
      quality: [],
      breakers: [anOpenBreaker()],
      health: { status: 'healthy' },
      now: '2026-01-05T06:31:00.000Z',
      link: (path) => path,
    });

    expect(page).toContain('System healthy');
    expect(page.indexOf('No new numbers from looker/loans')).toBeGreaterThan(0);
    expect(page.indexOf('No new numbers from looker/loans')).toBeLessThan(page.indexOf('class="tiles"'));
  });

  it('never contains an element or an attribute that data brought in', () => {
    const withText = (text: string): string => bannersOf([{ ...OPEN, dataset: text, reason: text }]);
    const expected = tagsOf(withText('plain'));

    fc.assert(
      fc.property(hostileText, (text) => {
        expect(tagsOf(withText(text))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
