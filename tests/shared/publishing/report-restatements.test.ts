import { describe, expect, it } from '@jest/globals';
import { reportHtml } from '../../../shared/publishing/report-html.ts';
import { reportMarkdown } from '../../../shared/publishing/report-markdown.ts';
import { reportModel } from '../../../shared/publishing/report-model.ts';
import { reportRestatements } from '../../../shared/publishing/report-restatements.ts';
import { aKpiMart, aKpiResult, aRun, aValidationReport } from '../../support/a-kpi-mart.ts';

const current = aKpiResult({ version: 2, value: '5.4000000000' });
const former = [
  aKpiResult({ version: 1, value: '5.1000000000' }),
  aKpiResult({ id: 'risk.par_30', version: 1, value: null, status: 'not-computable', reason: 'no feed' }),
];
const mart = aKpiMart({
  kpis: [current, aKpiResult({ id: 'risk.par_30', name: 'PAR <30>', version: 2, value: '7.0' })],
  former,
});
const model = reportModel({
  mart,
  run: aRun(),
  validation: aValidationReport(),
  others: [],
  revision: 'abc',
});

describe('a restated KPI', () => {
  it('is told by both versions, rounded as it is shown', () => {
    expect(reportRestatements(mart)).toEqual([
      {
        id: 'risk.par_90',
        name: 'PAR 90',
        before: { version: 1, shown: '5.10 %' },
        now: { version: 2, shown: '5.40 %' },
      },
      {
        id: 'risk.par_30',
        name: 'PAR <30>',
        before: { version: 1, shown: 'no value' },
        now: { version: 2, shown: '7.00 %' },
      },
    ]);
  });

  it('is in the report, in either form', async () => {
    expect(reportMarkdown(model)).toContain(
      '## Restated\n\nThe definition has changed; both versions are over the same data.\n\n| KPI | Former version | Version in force |\n| --- | ---: | ---: |\n| PAR 90 | 5.10 % (version 1) | 5.40 % (version 2) |\n| PAR &lt;30&gt; | no value (version 1) |',
    );
    const page = await reportHtml(model);
    expect(page).toContain('<h2>Restated</h2>');
    expect(page).toContain('PAR &lt;30&gt;');
  });
});

it('a report without one says nothing of it', async () => {
  const plain = reportModel({
    mart: aKpiMart(),
    run: aRun(),
    validation: aValidationReport(),
    others: [],
    revision: 'abc',
  });

  expect(plain.restatements).toEqual([]);
  expect(reportMarkdown(plain)).not.toContain('Restated');
  expect(await reportHtml(plain)).not.toContain('Restated');
});
