import { expect, it, jest } from '@jest/globals';
import { invocationLog } from '../../functions/invocation-log.ts';
import { type Client, flushTelemetry, startTelemetry, trackMeasures } from '../../functions/telemetry.ts';
import { anInvocation } from '../support/an-invocation.ts';

// The module is the app's one telemetry: these are the hours of its life, in order.

const INGESTION = { phase: 'ingestion', dataset: 'looker/loans', attempt: 1, rowsLoaded: 12, durationMs: 40 };

it('keeps nothing where Application Insights is not configured', async () => {
  trackMeasures('phase.measured', INGESTION);

  await expect(flushTelemetry()).resolves.toBeUndefined();
});

it('goes on without it when it cannot be loaded, and says so', async () => {
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

  await startTelemetry(() => Promise.reject(new Error('no such package')));

  expect(said.mock.calls.join()).toContain('telemetry did not start: no such package');
});

it('sends the measures of a phase as metrics, also those from before it was loaded', async () => {
  const sent: unknown[] = [];
  let flushes = 0;
  const client: Client = {
    trackMetric: (measure) => void sent.push(measure),
    flush: () => Promise.resolve(void flushes++),
  };
  const loaded = Promise.withResolvers<Client>();
  const started = startTelemetry(() => loaded.promise);
  invocationLog(anInvocation('validate').context).info('phase.measured', INGESTION);
  await flushTelemetry();
  expect(sent).toEqual([]);

  loaded.resolve(client);
  await started;
  const properties = { phase: 'ingestion', dataset: 'looker/loans' };
  expect(sent).toEqual([
    { name: 'ingestion.rowsLoaded', value: 12, properties },
    { name: 'ingestion.durationMs', value: 40, properties },
  ]);

  trackMeasures('run.succeeded', { runId: 'run_1', durationMs: 9 });
  expect(sent).toHaveLength(2);
  await flushTelemetry();
  await flushTelemetry();
  expect(flushes).toBe(1);
});
