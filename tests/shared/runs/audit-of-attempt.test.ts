import { describe, expect, it } from '@jest/globals';
import { DatasetId, RunId, Sha256 } from '../../../shared/domain/ids.ts';
import { REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import { uuidV5 } from '../../../shared/domain/uuid-v5.ts';
import type { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import { AuditPayload } from '../../../shared/runs/audit-payload.ts';
import {
  aBookEntry,
  aKpiMart,
  aKpiResult,
  aRejectedRun,
  aRun,
  aValidationReport,
} from '../../support/a-kpi-mart.ts';
import { anAuditPayload } from '../../support/an-audit-payload.ts';

const LOANS = aBookEntry({
  dataset: DatasetId.parse('looker/loans'),
  relation: 'loans',
  sha256: Sha256.parse('a'.repeat(64)),
  runId: RunId.parse('run_aaaaaaaaaaaa'),
});

describe('what a run leaves in the audit tables', () => {
  it('is the same each time, and has the shape in which it is sent', () => {
    const payload = anAuditPayload();

    expect(AuditPayload.parse(JSON.parse(JSON.stringify(payload)))).toEqual(payload);
    expect(anAuditPayload()).toEqual(payload);
  });

  it('names the run by the UUID of its id, with code and definitions', () => {
    expect(anAuditPayload().pipeline_runs).toEqual([
      {
        run_id: uuidV5('run_4f1c29ab03de'),
        run_key: 'run_4f1c29ab03de',
        attempt: 1,
        dataset: 'looker/loan_par_balances',
        contract: 'loan_par_balances',
        contract_version: 3,
        as_of: '2025-12-31',
        book_id: 'book_9b2f00c4d1e7',
        started_at: '2026-01-05T06:30:01.000Z',
        ended_at: '2026-01-05T06:30:09.400Z',
        config_version: 'c0ffee'.padEnd(64, '1'),
        git_sha: 'a1b2c3d',
        status: 'success',
        outcome: 'success',
      },
    ]);
  });

  it('has former versions beside those in force, each with its definition', () => {
    const former = [aKpiResult({ version: 1, value: '5.0000000000' })];
    const kpis = [aKpiResult({ version: 2 })];

    const { kpi_values, kpi_definitions } = anAuditPayload({ mart: aKpiMart({ months: 1, kpis, former }) });

    expect(kpi_values.map(({ kpi_name, kpi_def_version }) => `${kpi_name}@${kpi_def_version}`)).toEqual([
      'risk.par_90@1',
      'risk.par_90@2',
    ]);
    expect(kpi_definitions.map(({ version }) => version)).toEqual([1, 2]);
    expect(new Set(kpi_values.map(({ id }) => id)).size).toBe(2);
  });

  it('says from which bytes a number came: those of the run where the KPI reads them, otherwise the first', () => {
    const book = [LOANS, aBookEntry()];
    const inputs = (...names: string[]) => aKpiResult({ id: `risk.of_${names.length}`, inputs: names });
    const kpis = [
      inputs('looker/loans'),
      inputs('looker/loans', 'looker/loan_par_balances'),
      aKpiResult({ id: 'risk.of_none', inputs: [], value: null, status: 'not-computable' }),
    ];

    const { kpi_values } = anAuditPayload({ mart: aKpiMart({ months: 1, kpis, book }) });

    const hashOf = Object.fromEntries(kpi_values.map((row) => [row.kpi_name, row.raw_sha256]));
    expect(hashOf).toEqual({
      'risk.of_1': LOANS.sha256,
      'risk.of_2': aRun().sha256,
      'risk.of_none': null,
    });
    expect(new Set(kpi_values.map(({ inputs_hash }) => inputs_hash)).size).toBe(3);
  });

  it('does not claim a file that was corrected since, and is no longer in the book', () => {
    const corrected = aBookEntry({ sha256: Sha256.parse('b'.repeat(64)) });

    const { kpi_values, raw_artifacts } = anAuditPayload({
      mart: aKpiMart({ months: 1, book: [corrected] }),
    });

    expect(raw_artifacts.map(({ sha256 }) => sha256)).toEqual([aRun().sha256, corrected.sha256]);
    expect(new Set(kpi_values.map(({ raw_sha256 }) => raw_sha256))).toEqual(new Set([corrected.sha256]));
  });

  it('has no day for reference data, which stands for none', () => {
    const book = [aBookEntry(), { ...LOANS, asOf: REFERENCE_DAY }];

    const { raw_artifacts } = anAuditPayload({ mart: aKpiMart({ months: 1, book }) });

    expect(raw_artifacts.map(({ as_of }) => as_of)).toEqual(['2025-12-31', null]);
  });

  it('has limits in words in which the limit itself is still the better one', () => {
    const thresholds = { warning: '3', critical: '5' };
    const kpis = [
      aKpiResult({ id: 'a.lower', thresholds }),
      aKpiResult({
        id: 'b.higher',
        direction: 'higher-is-better',
        thresholds: { warning: '50', critical: '25' },
      }),
      aKpiResult({ id: 'c.guard', thresholds: { warning: '3' } }),
      aKpiResult({ id: 'd.neutral', direction: 'neutral', thresholds }),
    ];

    const { kpi_definitions } = anAuditPayload({ mart: aKpiMart({ months: 1, kpis }) });

    expect(kpi_definitions.map(({ green, yellow, red }) => [green, yellow, red])).toEqual([
      ['<= 3', '<= 5', '> 5'],
      ['>= 50', '>= 25', '< 25'],
      ['<= 3', '> 3', null],
      [null, null, null],
    ]);
  });

  it('of a file that was refused is a failed run with the reason, and no numbers', () => {
    const run = aRejectedRun();
    const validation = aValidationReport({
      runId: run.runId,
      asOf: undefined,
      problems: run.problems,
      nulls: {},
    });

    const payload = anAuditPayload({ run, mart: undefined, validation });

    expect(payload.pipeline_runs).toMatchObject([
      { status: 'failed', outcome: 'rejected', config_version: null, as_of: null },
    ]);
    expect(payload.kpi_values).toEqual([]);
    expect(payload.raw_artifacts).toHaveLength(1);
    expect(payload.data_quality_results).toMatchObject([
      { notes_json: { problems: [{ code: 'missing-column', severity: 'error', count: null }] } },
    ]);
  });

  it('repeats neither the name of a file nor a sentence about its cells', () => {
    const text = JSON.stringify(anAuditPayload());

    expect(text).not.toContain('loan_par_balances_2025-12.csv');
    expect(text).not.toContain('Correct them at the source');
  });
});

describe('the quality of a file', () => {
  const of = (overrides: Parameters<typeof aValidationReport>[0]) =>
    anAuditPayload({ validation: aValidationReport(overrides) }).data_quality_results[0];
  const expectation = (id: string, status: ExpectationResult['status']): ExpectationResult => ({
    id,
    about: 'x',
    severity: 'warn',
    status,
    observed: '0',
    threshold: 'no row',
    failing: status === 'failed' ? 1 : 0,
  });

  it('is how many cells of the accepted rows are filled in, of columns that the file has', () => {
    const rows = { read: 10, accepted: 10, rejected: 0, orphans: 0, identicalDuplicates: 0 };
    // Of 16 columns of the contract the file lacks one: 15 x 10 cells, 8 of them empty, so 142 of 150.
    const columns = { unexpected: [], missingOptional: ['dpd_date'] };

    const { completeness } = of({ contractVersion: 1, rows, columns, nulls: { dpd: 8, dpd_date: 10 } });

    expect(completeness).toBe('0.946667');
  });

  it('is not known where no row was accepted', () => {
    const rows = { read: 10, accepted: 0, rejected: 10, orphans: 0, identicalDuplicates: 0 };

    expect(of({ contractVersion: 1, rows }).completeness).toBeNull();
  });

  it('is how old the data was when its run began, from the end of its day', () => {
    // 2026-01-01 00:00 to 2026-01-05 06:30:01 is 4 days, 6 hours and 30 minutes: 102.5 hours.
    expect(of({}).freshness_hours).toBe('102.5');
  });

  it.each([
    [[], null],
    [[expectation('references:a->b', 'not-evaluated'), expectation('not-null:a', 'failed')], null],
    [[expectation('references:a->b', 'passed'), expectation('not-null:a', 'failed')], true],
    [[expectation('references:a->b', 'passed'), expectation('references:c->d', 'failed')], false],
  ])('has a verdict on references only where they were evaluated (%#)', (expectations, verdict) => {
    expect(of({ expectations }).referential_integrity_pass).toBe(verdict);
  });
});
