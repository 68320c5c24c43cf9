import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closedBreaker } from '../../../shared/expectations/data-breaker.ts';
import { qualitySection } from '../../../shared/publishing/dashboard-quality.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { aQualityEntry, aRunId } from '../../support/a-quality-entry.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';
import { aContractQuality, anOpenBreaker } from './a-contract-quality.ts';

const LOANS = aQualityEntry().dataset;

const render = (overrides: Partial<Parameters<typeof qualitySection>[0]> = {}): string =>
  qualitySection({
    quality: [aContractQuality()],
    breakers: [],
    link: (path) => `/api/${path}?code=k&x=1`,
    ...overrides,
  })?.markup ?? '';

describe('the data quality of the dashboard', () => {
  it('is not there before any file was', () => {
    expect(render({ quality: [] })).toBe('');
  });

  it('has a row for each contract: dataset, day, rows and score', () => {
    const section = render({ quality: [aContractQuality(), aContractQuality()] });

    expect(section.match(/<td class="lead">/g)).toHaveLength(2);
    expect(section).toContain('<strong>looker/<wbr>loans</strong>');
    expect(section).toContain('landed <span class="date">2026-01-07 06:30 UTC</span>');
    expect(section).toContain('<span class="date">2025-12-31</span>');
    expect(section).toContain('data-label="Rows taken in">31,210</td>');
    expect(section).toContain('data-label="Rows rejected">12</td>');
    expect(section).toContain('<strong>97.3</strong>');
  });

  it.each([
    ['promote', 0, '<span class="chip good">Accepted</span></div>'],
    [
      'promote',
      12,
      '<span class="chip warning">Accepted</span> <span class="small">without some rows</span>',
    ],
    ['block', 12, '<span class="chip critical">Rejected</span>'],
  ] as const)('says what became of the newest file: %s with %i rejected rows', (verdict, rejected, words) => {
    expect(render({ quality: [aContractQuality({ verdict, rejected })] })).toContain(words);
  });

  it('says of a file without a day whether it needs one', () => {
    const { asOf: _, ...newest } = aQualityEntry();

    expect(render({ quality: [aContractQuality({}, { newest, isReference: true })] })).toContain(
      'reference data',
    );
    expect(render({ quality: [aContractQuality({}, { newest })] })).toContain('not known');
  });

  it('names the contract where a dataset comes as several', () => {
    expect(render({ quality: [aContractQuality({}, { isOneOfSeveral: true })] })).toContain('loans, landed');
    expect(render()).not.toContain('loans, landed');
  });

  it('draws the scores with a text that says them, oldest first, and needs no colour for a rejected file', () => {
    const section = render();

    expect(section).toContain(
      'aria-label="Scores of the last 3 files, oldest first: 2026-01-05 100.0, 2026-01-06 40.0 (rejected), 2026-01-07 97.3"',
    );
    expect(section.match(/<rect /g)).toHaveLength(3);
    expect(section.match(/fill="none"/g)).toHaveLength(1);
    // 100 is 25 pixels high and 97.3 is 24.325; both stand on the line at 25.5.
    expect(section).toContain('y="0.50" width="7" height="25.00"');
    expect(section).toContain('y="1.18" width="7" height="24.32"');
  });

  it('draws no trend of a single file, and shows a missing score as none', () => {
    const { score: _, ...newest } = aQualityEntry();

    const single = render({ quality: [aContractQuality({}, { newest, files: [newest] })] });
    const several = render({ quality: [aContractQuality({}, { newest, files: [aQualityEntry(), newest] })] });

    expect(single).not.toContain('<svg');
    expect(single).toContain('no score');
    expect(several).toContain('2026-01-05 no score"');
  });

  it('leads to the validation page, and to the rejected rows when there are any', () => {
    const [some, none] = [render(), render({ quality: [aContractQuality({ rejected: 0 })] })];

    const page = `/api/runs/${aRunId(3)}/artifacts/validation_report.html?code=k&amp;x=1`;
    expect(some).toContain(`<a href="${page}" hreflang="en">Validation page</a>`);
    expect(some).toContain(`/api/runs/${aRunId(3)}/artifacts/rejected.jsonl?code=k&amp;x=1`);
    expect(none).toContain(page);
    expect(none).not.toContain('rejected.jsonl');
  });

  it('leads nowhere while a run has left nothing yet, but to what an earlier attempt left', () => {
    const running = aRun({ status: 'running' });

    const of = (run: typeof running | undefined): string =>
      render({ quality: [aContractQuality({}, { run })] });

    expect(of(running)).not.toContain('href');
    expect(of(undefined)).not.toContain('href');
    expect(of({ ...running, succeededAt: '2026-01-05T06:30:09.400Z' })).toContain('href');
  });

  it('says that a breaker is open, since when and why, without what the file has wrong', () => {
    const section = render({ breakers: [anOpenBreaker()] });

    expect(section).toContain(
      `<span class="chip critical">Open</span><span class="small">Since 2026-01-03 10:00 UTC. 3 bad runs in a row, the last one ${aRunId(9)}.</span>`,
    );
    expect(section).not.toContain('disburse_principal');
  });

  it.each([
    [0, '<span class="chip good">Closed</span></div>'],
    [
      1,
      '<span class="chip warning">Closed</span><span class="small">One bad file; the third in a row opens it.',
    ],
    [2, '<span class="chip warning">Closed</span><span class="small">2 bad files in a row; the third'],
  ])('says of a closed breaker how near it is to opening: %i bad files', (badInARow, words) => {
    expect(render({ breakers: [{ ...closedBreaker(LOANS), badInARow }] })).toContain(words);
  });

  it('never contains an element or an attribute that data brought in', () => {
    const withText = (text: string): string =>
      render({
        quality: [aContractQuality({ contract: text }, { isOneOfSeveral: true })],
        breakers: [anOpenBreaker({ reason: text })],
        link: (path) => `${path}?${text}`,
      });
    const expected = tagsOf(withText('plain'));

    fc.assert(
      fc.property(hostileText, (text) => {
        expect(tagsOf(withText(text))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
