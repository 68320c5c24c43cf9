import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reportHtml } from '../../../shared/publishing/report-html.ts';
import { reportModel } from '../../../shared/publishing/report-model.ts';
import { aKpiMart, aKpiResult, aValidationReport, monthEnd } from '../../support/a-kpi-mart.ts';
import { aReportInput, aReportWithText } from '../../support/a-report.ts';
import { golden } from '../../support/golden.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';
import { aJudgedReport } from './a-judged-report.ts';

const render = (input = aReportInput()) => reportHtml(reportModel(input));

describe('reportHtml', () => {
  it('is the stored page, byte for byte', async () => {
    const page = await render(aReportInput({ validation: aJudgedReport() }));

    expect(page).toBe(golden('reports/executive-report.html', page));
  });

  it('stands alone: one file, no script, nothing from elsewhere', async () => {
    const page = await render();

    expect(page).not.toMatch(/<script|<link|<iframe|<object|<img|@import|url\(|\ssrc=|\shref=/i);
    expect(
      page.match(/https?:\/\/[^"]+/g)?.every((address) => address.startsWith('http://www.w3.org/')),
    ).toBe(true);
  });

  it('says date, verdict and status before anything else', async () => {
    const page = await render();

    const order = [
      'As of <span class="date">2025-12-31</span></h1>',
      '12 of 31,222 rows are in quarantine',
      'PAR 90 is 5.40\u00a0%: critical',
      'Key figures',
    ];
    expect(order.map((text) => page.indexOf(text))).toEqual(
      order.map((text) => page.indexOf(text)).toSorted((a, b) => a - b),
    );
    expect(order.every((text) => page.includes(text))).toBe(true);
  });

  it('dates a KPI and a change that differ from the rest', async () => {
    const old = aKpiResult({ asOf: monthEnd(30), reportingDate: monthEnd(30) });
    const mart = aKpiMart();

    const page = await render(aReportInput({ mart: { ...mart, kpis: [old, ...mart.kpis] } }));

    expect(page).toContain('as of 2025-07-31');
    expect(page).toContain('since 2025-06-30');
  });

  it('names the score of the file and what is not met, with the address of its validation page', async () => {
    const page = await render(aReportInput({ validation: aJudgedReport() }));

    expect(page).toContain('<strong>Quality score 97.3 of 100: 1 of 4 expectations is met.</strong>');
    expect(page).toContain('<li class="edge-warning">Not met: The as-of date is at most 40 days');
    expect(page).toContain('<li class="small">Not evaluated: Every loan is on the tape.');
    expect(page).toContain('<code>/api/runs/run_4f1c29ab03de/artifacts/validation_report.html</code>');
  });

  it('reads well with one date, no ageing and nothing to complain about', async () => {
    const mart = aKpiMart({ months: 1, kpis: [aKpiResult()] });
    const columns = { unexpected: [], missingOptional: [] };
    const validation = aValidationReport({ verdict: 'accepted', problems: [], columns });

    const page = await render(aReportInput({ mart, validation }));

    expect(page).toContain('A trend needs two.');
    expect(page).toContain('No ageing: PAR 7 is not among the computed KPIs.');
    expect(page).toContain('No problem was found in the file.');
  });

  it('never contains an element or an attribute that data brought in', async () => {
    const withText = (text: string) => {
      const input = aReportWithText(text);
      const { expectations } = aJudgedReport({ about: text, observed: text, reason: text });
      return render({ ...input, validation: { ...input.validation, expectations } });
    };
    const expected = tagsOf(await withText('plain'));

    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        expect(tagsOf(await withText(text))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
