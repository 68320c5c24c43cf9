import { describe, expect, it } from '@jest/globals';
import { Sha256 } from '../../../shared/domain/ids.ts';
import { uuidV5 } from '../../../shared/domain/uuid-v5.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import { lineageEvents, lineageRunId } from '../../../shared/runs/lineage-events.ts';
import type { LineageFacts } from '../../../shared/runs/lineage-facets.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aBookEntry, aKpiMart, aRejectedRun, aRun, aValidationReport } from '../../support/a-kpi-mart.ts';
import { eventsIn, type LineageEvent } from '../../support/openlineage-spec.ts';

const CONTRACT = { contract: 'loan_par_balances', contractVersion: 1 };
const RUN = aRun({ ...CONTRACT, stagingPath: aBookEntry().stagingPath });
const MART = aKpiMart({
  book: [aBookEntry({ relation: 'looker_loan_par_balances', contractVersion: 1 })],
  months: 1,
});
const FACTS: LineageFacts = { revision: '646e537', validation: aValidationReport(CONTRACT), mart: MART };

const eventsOf = (run: RunRecord, status: RunRecord['status'], facts: LineageFacts = FACTS): LineageEvent[] =>
  eventsIn(lineageEvents(run, status, facts));
const told = (events: readonly LineageEvent[]): string[] =>
  events.map(({ eventType, job }) => `${eventType} ${job.name.split('.').at(-1)}`);
const versionsIn = (events: readonly LineageEvent[]): unknown[] =>
  events
    .flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
    .map(({ facets }) => facets['version'])
    .filter((version) => version !== undefined);

describe('lineage of a run', () => {
  it('has a start and an end for each stage that was worked, oldest first', () => {
    const events = eventsOf(RUN, 'success');

    expect(events.map(({ eventType, job }) => `${eventType} ${job.name}`)).toEqual(
      ['ingest', 'validate', 'compute', 'publish'].flatMap((stage) => [
        `START looker/loan_par_balances.${stage}`,
        `COMPLETE looker/loan_par_balances.${stage}`,
      ]),
    );
    expect(events[0]).toMatchObject({
      eventTime: '2026-01-05T06:30:01.000Z',
      producer: 'urn:abaco:loans-analytics',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: uuidV5('run_4f1c29ab03de/1/ingest') },
    });
  });

  it('leads from landing to the report without a gap: what one stage writes, the next one reads', () => {
    const sides = eventsOf(RUN, 'success')
      .filter(({ eventType }) => eventType === 'COMPLETE')
      .map(({ inputs, outputs }) => [inputs, outputs].map((side) => side.map(({ name }) => name)));

    expect(sides).toEqual([
      [['landing/looker_loan_par_balances'], ['raw/looker_loan_par_balances']],
      [
        ['raw/looker_loan_par_balances'],
        ['staging/looker_loan_par_balances', 'quarantine/looker_loan_par_balances'],
      ],
      [['staging/looker_loan_par_balances'], ['marts/kpis']],
      [['marts/kpis'], ['runs/report.html']],
    ]);
  });

  it('calls a dataset the same in every run, and the file of the run its version', () => {
    const another = aRun({ ...RUN, rawPath: 'looker/loan_par_balances/2026-02-05/ab.csv' });
    const raw = (run: RunRecord) => eventsOf(run, 'success')[1]?.outputs[0];

    expect(raw(another)?.name).toBe(raw(RUN)?.name);
    expect(raw(another)?.facets['version']).toMatchObject({ datasetVersion: another.rawPath });
    expect(raw(RUN)?.facets['version']).toMatchObject({ datasetVersion: RUN.rawPath });
  });

  it('reads every snapshot of the book to compute', () => {
    const loans = aBookEntry({ relation: 'looker_loans', contractVersion: 1 });
    const mart = { ...MART, book: [...MART.book, loans] };

    const [compute] = eventsOf(RUN, 'success', { ...FACTS, mart }).filter(({ job }) =>
      job.name.endsWith('compute'),
    );

    expect(compute?.inputs.map(({ name }) => name)).toEqual(
      mart.book.map(({ relation }) => `staging/${relation}`),
    );
  });

  it('tells nothing of a file name, which may name anybody', () => {
    const run = aRun({ ...RUN, drop: { ...RUN.drop, path: 'looker/loan_par_balances/maria-perez.csv' } });

    expect(lineageEvents(run, 'success', FACTS)).not.toContain('maria');
  });

  it('ends with a failure when the file was rejected', () => {
    const run = aRejectedRun(CONTRACT);

    expect(told(eventsOf(run, 'rejected'))).toEqual([
      'START ingest',
      'COMPLETE ingest',
      'START validate',
      'FAIL validate',
    ]);
  });

  it('ends with the failure of the stage that failed, which the trail does not have', () => {
    const at = '2026-01-05T06:31:00.000Z';
    const lastError = {
      stage: 'compute',
      code: 'parity-mismatch',
      message: 'risk.par_30 of L1',
      at,
    } as const;
    const run = aRun({ ...RUN, stage: 'compute', trail: RUN.trail.slice(0, 2), lastError });

    const events = eventsOf(run, 'failed', { revision: '646e537' });

    expect(told(events).slice(-3)).toEqual(['COMPLETE validate', 'START compute', 'FAIL compute']);
    expect(events.at(-1)).toMatchObject({
      eventTime: at,
      inputs: [{ name: 'staging/looker_loan_par_balances' }],
      outputs: [{ name: 'marts/kpis' }],
    });
    expect(events.at(-1)?.run.facets['errorMessage']).toMatchObject({
      message: expect.stringMatching(
        /^parity-mismatch: stage compute failed\..* docs\/runbooks\/parity-mismatch\.md\.$/,
      ),
    });
  });

  it('ends with an abortion when the file was gone before any stage was worked', () => {
    expect(told(eventsOf({ ...RUN, stage: 'ingest', trail: [] }, 'canceled'))).toEqual([
      'START ingest',
      'ABORT ingest',
    ]);
  });

  it('has both sides even where there is nothing yet', () => {
    const {
      rawPath: _,
      stagingPath: __,
      asOf: ___,
      ...bare
    } = aRun({ contract: 'unknown', contractVersion: 0 });

    const events = eventsOf(bare, 'failed', { revision: 'unknown' });

    for (const { inputs, outputs } of events) {
      expect(inputs.length).toBeGreaterThan(0);
      expect(outputs.length).toBeGreaterThan(0);
    }
    expect(events[0]?.inputs[0]?.name).toBe('landing/looker/loan_par_balances');
  });

  it('is one run for the start and the end of a stage, and another for another attempt', () => {
    const first = eventsOf(RUN, 'success');
    const again = eventsOf(
      { ...RUN, attempt: 2, trail: RUN.trail.map((step) => ({ ...step, attempt: 2 })) },
      'success',
    );

    expect(new Set(first.map(({ run }) => run.runId)).size).toBe(4);
    expect(new Set([...first, ...again].map(({ run }) => run.runId)).size).toBe(8);
    expect(first[0]?.run.runId).toBe(lineageRunId(RUN.runId, 1, 'ingest'));
  });

  it('says of an earlier attempt that it was, and of the newest one alone what it read and wrote', () => {
    const again = RUN.trail.map((step) => ({ ...step, attempt: 2 }));
    const events = eventsOf({ ...RUN, attempt: 2, trail: [...RUN.trail, ...again] }, 'success');

    expect(versionsIn(events.slice(0, 8))).toEqual([]);
    expect(versionsIn(events.slice(8)).length).toBeGreaterThan(5);
  });

  it('is the same text for the same run', () => {
    expect(lineageEvents(RUN, 'success', FACTS)).toBe(lineageEvents(structuredClone(RUN), 'success', FACTS));
  });

  it('leads from KPIs to columns by the catalogue that they were computed by, and by no other', async () => {
    const catalog = await loadCatalog();
    const lineageOf = (catalogSha256: Sha256) => {
      const mart = { ...MART, catalogSha256 };
      const events = eventsOf(RUN, 'success', { ...FACTS, mart, catalog });
      return events.find(({ job, eventType }) => eventType === 'COMPLETE' && job.name.endsWith('compute'))
        ?.outputs[0]?.facets['columnLineage'];
    };

    expect(lineageOf(catalog.sha256)).toBeDefined();
    expect(lineageOf(Sha256.parse('c0'.repeat(32)))).toBeUndefined();
  });

  it('leads from nothing where the file was read under an older report, which has no verdict on its columns', () => {
    const validate = eventsOf(RUN, 'success')[3];

    expect(validate?.inputs[0]?.facets['schema']).toBeUndefined();
    expect(validate?.outputs[0]?.facets['columnLineage']?.['fields']).toEqual({});
  });
});
