import { describe, expect, it } from '@jest/globals';
import { uuidV5 } from '../../../shared/domain/uuid-v5.ts';
import { lineageEvents } from '../../../shared/runs/lineage-events.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aBookEntry, aKpiMart, aRejectedRun, aRun } from '../../support/a-kpi-mart.ts';

const RUN = aRun({ stagingPath: aBookEntry().stagingPath });

function eventsOf(run: RunRecord, status: RunRecord['status'], mart = aKpiMart()) {
  const text = lineageEvents(run, status, mart);
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

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
      run: { runId: uuidV5('run_4f1c29ab03de/1/ingest'), facets: {} },
    });
  });

  it('leads from landing to the report without a gap: what one stage writes, the next one reads', () => {
    const ends = eventsOf(RUN, 'success').filter(({ eventType }) => eventType === 'COMPLETE');
    const [ingest, validate, compute, publish] = ends;

    expect(ingest.inputs).toEqual([
      { namespace: 'abaco-lake', name: 'landing/looker/loan_par_balances/loan_par_balances_2025-12.csv' },
    ]);
    expect(validate.inputs).toEqual(ingest.outputs);
    expect(compute.inputs).toEqual(expect.arrayContaining(validate.outputs));
    expect(publish.inputs).toEqual(compute.outputs);
    expect(publish.outputs).toEqual([{ namespace: 'abaco-lake', name: 'runs/run_4f1c29ab03de/report.html' }]);
  });

  it('reads every snapshot of the book to compute', () => {
    const mart = aKpiMart();

    const compute = eventsOf(RUN, 'success', mart).find(({ job }) => job.name.endsWith('compute'));

    expect(compute.inputs.map(({ name }: { name: string }) => name)).toEqual(
      mart.book.map(({ stagingPath }) => `staging/${stagingPath}`),
    );
  });

  it.each(['failed', 'rejected'] as const)('ends with a failure when the run was %s', (status) => {
    const events = eventsOf(aRejectedRun(), status);

    expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE', 'START', 'FAIL']);
  });

  it('has both sides even where there is nothing yet', () => {
    const { rawPath: _, stagingPath: __, asOf: ___, ...bare } = RUN;

    const events = lineageEvents(bare, 'failed', undefined).split('\n').slice(0, -1);

    for (const line of events)
      expect(JSON.parse(line)).toMatchObject({ inputs: expect.any(Array), outputs: expect.any(Array) });
    expect(JSON.parse(events.at(-1) ?? '').inputs).toEqual([]);
  });

  it('is one run for the start and the end of a stage, and another for another attempt', () => {
    const first = eventsOf(RUN, 'success');
    const again = eventsOf({ ...RUN, trail: RUN.trail.map((step) => ({ ...step, attempt: 2 })) }, 'success');

    expect(new Set(first.map(({ run }) => run.runId)).size).toBe(4);
    expect(new Set([...first, ...again].map(({ run }) => run.runId)).size).toBe(8);
  });

  it('is empty for a run that no stage has worked', () => {
    expect(eventsOf({ ...RUN, trail: [] }, 'canceled')).toEqual([]);
  });
});
