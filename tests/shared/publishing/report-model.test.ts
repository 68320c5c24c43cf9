import { describe, expect, it } from '@jest/globals';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { freshnessOf, reportModel } from '../../../shared/publishing/report-model.ts';
import { aKpiMart, aKpiResult, aValidationReport } from '../../support/a-kpi-mart.ts';
import { aReportInput } from '../../support/a-report.ts';
import { aJudgedReport } from './a-judged-report.ts';

describe('freshnessOf', () => {
  it('is the as-of date where the label is the same', () => {
    expect(freshnessOf(aKpiMart()).sentence).toBe('As of 2025-12-31');
  });

  it('tells the label from the true day when the month was not over', () => {
    const asOf = LocalDate.parse('2025-12-10');
    const kpis = [aKpiResult({ asOf, reportingDate: LocalDate.parse('2025-12-31') })];

    expect(freshnessOf(aKpiMart({ asOf, kpis }))).toEqual({
      asOf: '2025-12-10',
      label: '2025-12-31',
      sentence: 'Labelled 2025-12-31, true as-of 2025-12-10',
    });
  });

  it('has no label when nothing was computed from the newest snapshot', () => {
    expect(freshnessOf(aKpiMart({ kpis: [] })).label).toBeUndefined();
  });
});

describe('reportModel', () => {
  it('puts critical KPIs before warnings and then counts the gaps', () => {
    expect(reportModel(aReportInput()).headlines.map(({ sentence }) => sentence)).toEqual([
      'PAR 90 is 5.40 %: critical, above 5 %.',
      'PAR 30 is 7.00 %: warning, above 5 %.',
      '1 of 11 KPIs could not be computed; each says why.',
    ]);
  });

  it('says that all is well when every KPI with limits is within them', () => {
    const mart = aKpiMart({ kpis: [aKpiResult({ status: 'ok' })] });

    expect(reportModel(aReportInput({ mart })).headlines).toEqual([
      { status: 'ok', sentence: 'All 1 computed KPIs that have limits are within them.' },
    ]);
  });

  it.each([
    ['accepted', 'Accepted: all 31,222 rows of 1 file passed.'],
    ['quarantined', '12 of 31,222 rows are in quarantine and not in the numbers (looker/loan_par_balances).'],
  ] as const)('states the verdict %s in a sentence', (verdict, sentence) => {
    expect(reportModel(aReportInput({ validation: aValidationReport({ verdict }) })).verdict).toBe(sentence);
  });

  it('is no better than the worst file of the book, whichever run it is reported under', () => {
    const rows = { read: 12, accepted: 12, rejected: 0, orphans: 0, identicalDuplicates: 0 };
    const dataset = DatasetId.parse('cascade/loan_tape');
    const validation = aValidationReport({ verdict: 'accepted', dataset, rows, problems: [] });
    const oneRow = { read: 600, accepted: 599, rejected: 1, orphans: 0, identicalDuplicates: 0 };
    const others = [aValidationReport({ rows: oneRow })];

    const { verdict, quality } = reportModel(aReportInput({ validation, others }));

    expect(verdict).toBe('1 of 612 rows is in quarantine and not in the numbers (looker/loan_par_balances).');
    expect(quality.map((file) => file.dataset)).toEqual(['cascade/loan_tape', 'looker/loan_par_balances']);
  });

  it('lists what was rejected with its count, first records and runbook', () => {
    const [quality] = reportModel(aReportInput()).quality;

    expect(quality?.tolerance).toBe('0.04 % of the rows were rejected; the contract tolerates 2.00 %.');
    expect(quality?.problems[0]).toMatchObject({
      code: 'negative-balance',
      count: '9',
      firstRecords: '118, 204, 5077',
      runbook: 'docs/runbooks/negative-balance.md',
    });
  });

  it('names score, what is not met and what was not evaluated, and where to read on', () => {
    const [quality] = reportModel(aReportInput({ validation: aJudgedReport() })).quality;

    expect(quality).toMatchObject({
      score: 'Quality score 97.3 of 100: 1 of 4 expectations is met.',
      validationPage: '/api/runs/run_4f1c29ab03de/artifacts/validation_report.html',
    });
    expect(quality?.open.map(({ label, sentence }) => `${label}: ${sentence}`)).toEqual([
      'Not met: The as-of date is at most 40 days before the file came. Found: 45 days.',
      'Not met: amount is at least 0. Found: 12 of 31,222 rows (0.04 %); set aside in quarantine.',
      'Not evaluated: Every loan is on the tape. No file of looker/loans is in the book.',
    ]);
  });

  it('has no score, rather than a score of zero, for a file of which nothing was evaluated', () => {
    const [quality] = reportModel(aReportInput()).quality;

    expect(quality?.score).toBe('Nothing was evaluated, so there is no quality score.');
    expect(quality?.open).toEqual([]);
  });

  it('falls back on the one record of a problem that has no list', () => {
    const problems = [
      { code: 'ragged-row', severity: 'error', message: 'Row 7 is short.', record: 7 } as const,
    ];

    const [quality] = reportModel(aReportInput({ validation: aValidationReport({ problems }) })).quality;

    expect(quality?.problems[0]).toMatchObject({ count: '1', firstRecords: '7' });
  });

  it('names everything that the numbers came from', () => {
    const { provenance } = reportModel(aReportInput());

    expect(provenance).toMatchObject({
      runId: 'run_4f1c29ab03de',
      attempt: 1,
      revision: '646e537, DuckDB 1.5.6',
    });
    expect(provenance.book.map((entry) => entry.dataset)).toEqual([
      'looker/loan_par_balances',
      'looker/loans',
    ]);
    expect(provenance.definitions).toContainEqual({ id: 'risk.par_90', version: 1 });
  });
});
