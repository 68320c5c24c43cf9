import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import { reportHtml } from '../../../shared/publishing/report-html.ts';
import { reportMarkdown } from '../../../shared/publishing/report-markdown.ts';
import { reportModel } from '../../../shared/publishing/report-model.ts';
import { aBookEntry, aKpiMart, aValidationReport } from '../../support/a-kpi-mart.ts';
import { aReportInput, aReportWithText } from '../../support/a-report.ts';
import { golden } from '../../support/golden.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';
import { aJudgedReport } from './a-judged-report.ts';

describe('reportMarkdown', () => {
  it('is the stored report, byte for byte', () => {
    const report = reportMarkdown(reportModel(aReportInput({ validation: aJudgedReport() })));

    expect(report).toBe(golden('reports/executive-report.md', report));
  });

  it('says what is missing when there is no history, no ageing and no problem', () => {
    const mart = aKpiMart({ kpis: [], series: [] });
    const columns = { unexpected: [], missingOptional: [] };
    const validation = aValidationReport({ verdict: 'accepted', problems: [], columns });

    const report = reportMarkdown(reportModel(aReportInput({ mart, validation })));

    expect(report).toContain('No PAR has been computed yet');
    expect(report).toContain('No ageing: PAR 7 is not among the computed KPIs.');
    expect(report).toContain('No problem was found in the file.');
  });

  it('says of reference data that it is such, and no day', async () => {
    const mart = aKpiMart({ book: [aBookEntry(), aBookEntry({ asOf: REFERENCE_DAY })] });
    const model = reportModel(aReportInput({ mart }));

    const markdown = reportMarkdown(model);
    const page = await reportHtml(model);

    expect(markdown).toContain('| looker/loan_par_balances | reference data |');
    expect(page).toContain('class="date">reference data</td>');
    for (const text of [markdown, page]) expect(text).not.toContain('0001-01-01');
  });

  it('says the date of a KPI that is older than the report', () => {
    const mart = aKpiMart();
    const report = reportMarkdown(
      reportModel(aReportInput({ mart: aKpiMart({ kpis: mart.series.slice(0, 1) }) })),
    );

    expect(report).toContain('| PAR 7 (as of 2023-01-31) |');
  });

  it('keeps its structure whatever a file, a contract or a catalogue says', () => {
    const reader = new MarkdownIt({ html: true });
    const page = (text: string) => {
      const input = aReportWithText(text);
      const { expectations } = aJudgedReport({ about: text, observed: text, reason: text });
      const model = reportModel({ ...input, validation: { ...input.validation, expectations } });
      return tagsOf(reader.render(reportMarkdown(model)));
    };
    const expected = page('plain');

    fc.assert(
      fc.property(hostileText, (text) => {
        expect(page(text)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
