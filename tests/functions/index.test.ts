import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RegisteredFunction } from '../../local/host/core-contract.ts';
import { createFunctionsCore } from '../../local/host/functions-core.ts';
import {
  BLOB_POISON_QUEUE,
  DATA_CONNECTION,
  DELIVER_QUEUE,
  POISON_QUEUES,
  PULL_QUEUE,
  QUEUES,
} from '../../shared/topology.ts';

// What the library tells the runtime about every function. `@azure/functions-core` is in no registry: the runtime
// provides it, and here the embedded host's own answer stands in for it.

const core = createFunctionsCore(() => undefined);
jest.mock('@azure/functions-core', () => core.api, { virtual: true });

let functions: ReadonlyMap<string, RegisteredFunction>;
beforeAll(async () => {
  // Registration depends on no setting: a bad one is for health to name.
  process.env['INGEST_SWEEP_SCHEDULE'] = 'foo';
  await import('../../functions/index.ts');
  functions = new Map(core.functions().map((fn) => [fn.name, fn]));
});

const bindingsOf = (name: string, type: string) =>
  (functions.get(name)?.bindings ?? []).filter((binding) => binding.type === type);

it('registers every function, in the order of the flow', () => {
  expect([...functions.keys()]).toEqual([
    'pull-cascade',
    'pull-hubspot',
    'pull-meta',
    'retry-pulls',
    'pull',
    'poisoned-pull',
    'file-dropped',
    'sweep-landing',
    'validate',
    'compute',
    'publish',
    'send-deliveries',
    'daily-summary',
    'morning-digest',
    'watch',
    'walk-access-record',
    'deliver',
    'poisoned-delivery',
    'poisoned-validate',
    'poisoned-compute',
    'poisoned-publish',
    'poisoned-drop',
    'health',
    'doctor',
    'runs',
    'run',
    'artifact',
    'compare-runs',
    'verify-run',
    'hold-run',
    'rerun',
    'rerun-failed',
    'replay',
    'rollback',
    'trigger',
    'check',
    'kpis',
    'kpi',
    'catalog',
    'dashboard',
    'kpis-export',
    'table-export',
    'report',
    'compliance',
    'access-report',
    'sources',
    'pull-source',
    'pause-source',
    'resume-source',
    'breakers',
    'reset-breaker',
    'isolate-breaker',
    'deliveries',
    'preview-delivery',
    'resend-delivery',
    'audit',
    'incidents',
    'incident',
    'acknowledge-incident',
    'mute-incident',
    'test-alert',
    'openapi',
  ]);
});

describe('over HTTP', () => {
  it.each([
    ['health', 'GET', 'health', 'anonymous'],
    ['runs', 'GET', 'runs', 'function'],
    ['run', 'GET', 'runs/{runId}', 'function'],
    ['artifact', 'GET', 'runs/{runId}/artifacts/{name}', 'function'],
    ['rerun', 'POST', 'runs/{runId}/rerun', 'function'],
    ['trigger', 'POST', 'pipeline/trigger', 'function'],
    ['kpis', 'GET', 'kpis', 'function'],
    ['kpi', 'GET', 'kpis/{id}', 'function'],
    ['dashboard', 'GET', 'dashboard', 'function'],
    ['catalog', 'GET', 'catalog', 'function'],
    ['kpis-export', 'GET', 'exports/kpis', 'function'],
    ['table-export', 'GET', 'exports/tables/{name}', 'function'],
    ['report', 'GET', 'reports/{date}', 'function'],
    ['openapi', 'GET', 'openapi.json', 'function'],
  ])('%s answers %s %s at level %s', (name, method, route, authLevel) => {
    expect(bindingsOf(name, 'httpTrigger')).toEqual([
      expect.objectContaining({ methods: [method], route, authLevel }),
    ]);
  });

  it('lets only health be asked without a key', () => {
    const open = [...functions.values()].filter(({ bindings }) =>
      bindings.some((binding) => binding.type === 'httpTrigger' && binding['authLevel'] !== 'function'),
    );

    expect(open.map(({ name }) => name)).toEqual(['health']);
  });
});

describe('the pipeline', () => {
  it('starts with a blob in landing, announced by Event Grid and handed over by name', () => {
    expect(bindingsOf('file-dropped', 'blobTrigger')).toEqual([
      expect.objectContaining({
        path: 'landing/{name}',
        source: 'EventGrid',
        connection: DATA_CONNECTION,
        sdkBinding: true,
      }),
    ]);
  });

  it.each([...QUEUES])('works the queue %s', (queue) => {
    expect(bindingsOf(queue, 'queueTrigger')).toEqual([
      expect.objectContaining({ queueName: queue, connection: DATA_CONNECTION }),
    ]);
  });

  it.each([...POISON_QUEUES])('watches %s', (queue) => {
    expect(bindingsOf(`poisoned-${queue.replace('-poison', '')}`, 'queueTrigger')).toEqual([
      expect.objectContaining({ queueName: queue, connection: DATA_CONNECTION }),
    ]);
  });

  it('watches the queue where the runtime puts blob events that failed', () => {
    expect(bindingsOf('poisoned-drop', 'queueTrigger')).toEqual([
      expect.objectContaining({ queueName: BLOB_POISON_QUEUE }),
    ]);
  });

  it('sends to the queues of the stages, of pulls and of deliveries, and to no other', () => {
    for (const { bindings } of functions.values()) {
      const outputs = bindings.filter((binding) => binding.type === 'queue');
      expect([
        [],
        [...QUEUES],
        [...QUEUES, PULL_QUEUE, DELIVER_QUEUE],
        [PULL_QUEUE],
        [DELIVER_QUEUE],
      ]).toContainEqual(outputs.map((binding) => binding['queueName']));
      for (const output of outputs) expect(output).toMatchObject({ connection: DATA_CONNECTION });
    }
  });

  it('sweeps every five minutes, although the setting is no schedule, and tries again after a failure', () => {
    expect(bindingsOf('sweep-landing', 'timerTrigger')).toEqual([
      expect.objectContaining({ schedule: '0 */5 * * * *' }),
    ]);
    expect(functions.get('sweep-landing')?.retryOptions).toMatchObject({
      retryStrategy: 'fixedDelay',
      maxRetryCount: 3,
      delayInterval: { seconds: 10 },
    });
  });
});

it('starts the app without telemetry when none is configured', async () => {
  await expect(core.runHooks('appStart', {})).resolves.toBeUndefined();
});
