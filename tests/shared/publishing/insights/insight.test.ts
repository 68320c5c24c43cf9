import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { judgeAnswer } from '../../../../shared/publishing/insights/insight.ts';
import { insightBlocks } from '../../../../shared/publishing/insights/insight-blocks.ts';
import { insightFacts } from '../../../../shared/publishing/insights/insight-facts.ts';
import { withInsight } from '../../../../shared/publishing/insights/insight-sections.ts';
import { readableSentence } from '../../../../shared/publishing/insights/readable-sentence.ts';
import { reportHtml } from '../../../../shared/publishing/report-html.ts';
import { reportMarkdown } from '../../../../shared/publishing/report-markdown.ts';
import { reportModel } from '../../../../shared/publishing/report-model.ts';
import { aBookEntry, aKpiMart } from '../../../support/a-kpi-mart.ts';
import { aReportInput } from '../../../support/a-report.ts';
import { hostileText } from '../../../support/hostile-text.ts';
import { tagsOf } from '../../../support/tags-of.ts';
import { someFacts } from './some-facts.ts';

const mart = aKpiMart();
const ids = new Set(mart.kpis.map(({ id }) => id));

describe('the facts that leave', () => {
  it('are numbers as the report has them, with limits and the date before', () => {
    const facts = insightFacts(mart, ids);

    expect(facts).toMatchObject({
      as_of: '2025-12-31',
      counts: { critical: 1, warning: expect.any(Number), without_value: 1 },
    });
    expect(facts.kpis.find(({ id }) => id === 'risk.par_90')).toEqual({
      id: 'risk.par_90',
      version: 1,
      unit: 'percent',
      better: 'lower',
      status: 'critical',
      reporting_date: '2025-12-31',
      value: '5.40',
      limits: { warning: '3', critical: '5' },
      before: { reporting_date: '2025-11-30', value: '4.80', change: '0.60', change_in_percent: '12.50' },
    });
  });

  it('hold no text that a file, a person or a row could have brought in, wherever it stands', () => {
    const canary = 'CANARY Maria Perez 0614-290180-102-3';
    const texts = { name: canary, owner: canary, reason: canary, model: canary, inputs: [canary] };
    const told = (kpi: KpiResult): KpiResult => ({ ...kpi, ...texts, measures: { [canary]: '1' } });
    const planted: KpiMart = {
      ...mart,
      kpis: [
        ...mart.kpis.map(told),
        ...mart.kpis.map((kpi) => ({ ...told(kpi), dimension: { company: canary } })),
        ...mart.kpis.map((kpi) => ({ ...told(kpi), id: canary })),
        ...mart.kpis.map((kpi) => ({ ...told(kpi), id: 'x.maria_perez' })),
      ],
      series: mart.series.map(told),
      former: mart.kpis.map(told),
      breakdowns: mart.kpis.map((kpi) => ({ ...told(kpi), dimension: { payer: canary } })),
      quarters: mart.kpis.map(told),
      contributors: [
        { kpi: 'risk.par_90', column: 'customer_id', token: canary, value: '777.77', share: '0.7777777777' },
      ],
      tables: [{ name: canary, columns: [{ name: canary, type: 'text' }], rows: [[canary]], reason: canary }],
      book: [aBookEntry({ stagingPath: canary })],
    };

    const leaves = JSON.stringify(insightFacts(planted, ids));

    expect(leaves).toBe(JSON.stringify(insightFacts(mart, ids)));
    expect(leaves).not.toMatch(/canary|maria|perez|0614|777/i);
  });

  it('are the same bytes for the same numbers', () => {
    const again = { ...mart, kpis: mart.kpis.toReversed() };

    expect(JSON.stringify(insightFacts(again, ids))).toBe(JSON.stringify(insightFacts(mart, ids)));
  });
});

const names = new Map([['risk.par_90', 'PAR 90']]);
const judged = (...sentences: readonly { kpis: readonly string[]; text: string }[]) =>
  judgeAnswer(JSON.stringify({ sentences }), someFacts(), names);

describe('an answer', () => {
  it('shows KPIs by their names and cites their versions', () => {
    expect(judged({ kpis: ['risk.par_90'], text: 'risk.par_90 is 5.40 %.' })).toEqual({
      sentences: [{ text: 'PAR 90 is 5.40 %.', kpis: [{ id: 'risk.par_90', version: 1 }] }],
      dropped: [],
    });
  });

  it.each([
    ['has a wrong number', { kpis: ['risk.par_90'], text: 'It is 5.41 %.' }, '5.41 % was not sent'],
    [
      'is about something else',
      { kpis: ['risk.par_30'], text: 'Fine.' },
      'it is about a KPI that was not sent',
    ],
    ['is no plain text', { kpis: [], text: 'Call \u0440\u0430y.' }, 'it is no plain sentence'],
    ['names a host', { kpis: [], text: 'See evil.example for more.' }, 'it is no plain sentence'],
    ['is empty', { kpis: [], text: ' ' }, 'it is no plain sentence'],
    ['goes on and on', { kpis: [], text: 'on and '.repeat(80) }, 'it is no plain sentence'],
  ])('loses a sentence that %s', (_what, sentence, why) => {
    expect(judged(sentence)).toEqual({ sentences: [], dropped: [{ text: sentence.text, why }] });
  });

  it('keeps what moved as it says, and what cannot be told', () => {
    const kept = judged(
      { kpis: ['risk.par_90'], text: 'It rose by 0.60 points.' },
      { kpis: ['risk.par_90'], text: 'It rose, and has to fall.' },
      { kpis: ['risk.par_90', 'port.outstanding'], text: 'The former rose, the latter fell.' },
      { kpis: ['port.active_clients'], text: 'They rose.' },
    );

    expect(kept.dropped).toEqual([]);
  });

  it('has six sentences at most', () => {
    const many = Array.from({ length: 9 }, () => ({ kpis: [], text: 'Look into it.' }));

    expect(judged(...many).sentences).toHaveLength(6);
  });

  it.each(['', 'PAR 90 is 5.40 %.', '[]', '{"sentences":[{"text":1}]}', 'null'])(
    'in another form is none: %s',
    (text) => {
      expect(judgeAnswer(text, someFacts(), names)).toMatchObject({ sentences: [], dropped: [{ text }] });
    },
  );
});

describe('a sentence', () => {
  it.each([
    ['See [the report](https://evil.example/x) now.', 'See the report now.'],
    ['Look at https://evil.example/5.40 and www.evil.example now.', 'Look at and now.'],
    ['![x](data:text/html,1)Stop.', 'xStop.'],
    ['risk.par_90 rose \u22120.6 \uff10.', 'risk.par_90 rose -0.6 0.'],
  ])('loses its links: %s', (said, text) => {
    expect(readableSentence(said, new Set(['risk.par_90']))).toBe(text);
  });
});

describe('in the report', () => {
  const insight = (text: string) => ({
    model: 'gpt-test',
    generatedAt: '2026-01-05T06:31:00.000Z',
    sentences: [{ text, kpis: [{ id: 'risk.par_90', version: 1 }] }],
  });
  const model = reportModel(aReportInput());

  it('stands in front, marked as generated, with model, time and sources; and nothing stands there without one', async () => {
    const page = await reportHtml(model);
    const text = reportMarkdown(model);

    expect(withInsight(page, 'html', undefined)).toBe(page);
    const worded = withInsight(page, 'html', insight('PAR 90 is 5.40 %.'));
    expect(worded).toContain('Generated by gpt-test, 2026-01-05 06:31 UTC');
    expect(worded).toMatch(/PAR 90 is 5\.40 %\. <span class="small muted">risk\.par_90 v1<\/span>/);
    expect(worded.indexOf('In words')).toBeLessThan(worded.indexOf('Key figures'));
    expect(withInsight(text, 'md', insight('PAR 90 is 5.40 %.'))).toContain(
      '- PAR 90 is 5.40 %. (risk.par_90 v1)',
    );
  });

  it('is never markup, whatever the model writes, not even where it could slip through', async () => {
    const page = await reportHtml(model);
    const text = reportMarkdown(model);
    const reader = new MarkdownIt({ html: true });
    const shapes = (said: string) => [
      tagsOf(withInsight(page, 'html', insight(said))),
      tagsOf(reader.render(withInsight(text, 'md', insight(said)))),
    ];
    const expected = shapes('plain');

    fc.assert(
      fc.property(hostileText, (said) => {
        expect(shapes(said)).toEqual(expected);
        expect(
          insightBlocks({
            ...insight(said),
            asOf: model.freshness.asOf,
            factsSha256: '',
            runId: '',
            dropped: [],
          }),
        ).toEqual([
          { type: 'section', text: { type: 'plain_text', text: `• ${said}` } },
          expect.objectContaining({ type: 'context' }),
        ]);
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});
