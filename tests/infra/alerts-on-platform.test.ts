import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { LogFields } from '../../shared/ports/log.ts';
import { firing, means, NOW, RUN, type Tell } from '../support/kql/firing.ts';
import { kqlCompiler } from '../support/kql/kusto-language.ts';
import { runQuery } from '../support/kql/run-query.ts';
import type { Row } from '../support/kql/values.ts';
import { ROOT } from '../support/source-files.ts';

describe('requests', () => {
  const requests = (count: number, of: Row): Row[] =>
    Array.from({ length: count }, () => ({ TimeGenerated: NOW, ResultCode: '200', DurationMs: 50, ...of }));
  const told = (name: string, ...rows: Row[][]) =>
    firing(name, () => undefined, { AppRequests: rows.flat() });

  it('alarm when more than one in a hundred fails', async () => {
    const bad = requests(2, { ResultCode: '503' });

    expect(await told('http-5xx', requests(198, {}), bad)).toEqual([]);
    expect(await told('http-5xx', requests(197, {}), bad)).toMatchObject([{ requests: 199, bad: 2 }]);
  });

  it('do not alarm for faults of the caller, for a handful, or for triggers, which have no status', async () => {
    expect(await told('http-5xx', requests(50, { ResultCode: '404' }))).toEqual([]);
    expect(await told('http-5xx', requests(19, { ResultCode: '500' }))).toEqual([]);
    expect(
      await told('http-5xx', requests(50, { ResultCode: '' }), requests(50, { ResultCode: '0' })),
    ).toEqual([]);
  });

  it('alarm when one in twenty takes more than 5 seconds', async () => {
    const slow = requests(2, { DurationMs: 5_001 });

    expect(await told('http-slow', requests(38, {}), slow)).toEqual([]);
    expect(await told('http-slow', requests(18, {}), slow)).toMatchObject([{ requests: 20, p95: 5_001 }]);
    expect(await told('http-slow', requests(18, {}), requests(2, { DurationMs: 5_000 }))).toEqual([]);
    expect(await told('http-slow', requests(5, { DurationMs: 9_000 }))).toEqual([]);
  });
});

describe('dead-man', () => {
  const alive: Tell = (ago) => {
    // Two days of life, and everything was heard of in time.
    ago(47 * 60).info('landing.swept', { ingested: [], resent: [] });
    for (const source of ['cascade', 'hubspot', 'meta']) ago(20 * 60).info('source.pulled', { source });
    ago(20 * 60).info('run.succeeded', RUN);
    ago(20 * 60).info('summary.planned', { day: '2026-03-01' });
    ago(20 * 60).info('access.walked', { records: 42, breaks: 0 });
    ago(4).info('landing.swept', { ingested: [], resent: [] });
    ago(1).info('watch.completed', { conditions: 0 });
  };
  const without =
    (event: string, source?: string): Tell =>
    (ago) =>
      alive((minutes) => {
        const log = ago(minutes);
        const isGone = (name: string, fields: LogFields = {}): boolean =>
          minutes < 26 * 60 && name === event && (source === undefined || fields['source'] === source);
        return {
          ...log,
          info: (name, fields) => (isGone(name, fields) ? undefined : log.info(name, fields)),
        };
      });

  it('is silent while everything is heard of', async () => {
    expect(await firing('dead-man', alive)).toEqual([]);
  });

  it.each([
    ['source.pulled', 'cascade', 'pull of cascade'],
    ['source.pulled', 'hubspot', 'pull of hubspot'],
    ['source.pulled', 'meta', 'pull of meta'],
    ['run.succeeded', undefined, 'any good run'],
    ['summary.planned', undefined, 'summary of the day'],
    ['landing.swept', undefined, 'sweep of landing'],
    ['access.walked', undefined, 'walk along the access record'],
    ['watch.completed', undefined, 'watch'],
  ])('fires when there is no %s (%s)', async (event, source, process) => {
    expect(await firing('dead-man', without(event, source))).toMatchObject([{ process }]);
  });

  it('fires when a pull only fails, and not while a person has paused it', async () => {
    const failing: Tell = (ago) => {
      without('source.pulled', 'meta')(ago);
      ago(60).error('source.failed', { source: 'meta', error: 'CredentialsRefused' });
    };
    const paused: Tell = (ago) => {
      without('source.pulled', 'meta')(ago);
      ago(60).warn('source.skipped', { source: 'meta' });
    };

    expect(await firing('dead-man', failing)).toMatchObject([{ process: 'pull of meta' }]);
    expect(await firing('dead-man', paused)).toEqual([]);
  });

  it('fires for everything when there is total silence', async () => {
    expect(await firing('dead-man', () => undefined)).toHaveLength(8);
  });

  it('gives an app that was only just deployed the time for its first day', async () => {
    const young: Tell = (ago) => {
      ago(20).info('landing.swept', { ingested: [], resent: [] });
      ago(1).info('watch.completed', { conditions: 0 });
    };

    expect(await firing('dead-man', young)).toEqual([]);
  });
});

means('access-unrecorded', {
  'fires when an act could not be recorded, and so was not done': [
    (ago) => ago(3).error('access.unrecorded', { kind: 'asked', error: 'RestError' }),
    [{ act: 'asked' }],
  ],
  'is silent about what is recorded': [
    (ago) => ago(3).info('access.recorded', { kind: 'asked', number: 42 }),
    [],
  ],
});

means('access-broken', {
  'fires for a place that the walk has found': [
    (ago) => ago(3).error('access.broken', { place: 'record 42', why: 'it is not there' }),
    [{ place: 'record 42' }],
  ],
  'is silent about a walk that found nothing new': [
    (ago) => ago(3).info('access.walked', { records: 42, breaks: 1 }),
    [],
  ],
});

means('alerts-not-delivered', {
  'fires when Slack refuses one': [
    (ago) => ago(3).error('delivery.refused', { destination: 'alerts', subject: 'kpi.x@1' }),
    [{ destination: 'alerts', refused: 1 }],
  ],
  'fires when PagerDuty could not be told three times': [
    (ago) => {
      for (const minutes of [20, 10, 5])
        ago(minutes).warn('delivery.delayed', { destination: 'pagerduty', subject: 'kpi.x@1' });
    },
    [{ destination: 'pagerduty', inVain: 3 }],
  ],
  'is silent about two tries, and about other results': [
    (ago) => {
      for (const minutes of [20, 10])
        ago(minutes).warn('delivery.delayed', { destination: 'pagerduty', subject: 'kpi.x@1' });
      ago(3).error('delivery.refused', { destination: 'postgres', subject: 'run_1.1' });
    },
    [],
  ],
});

describe('log-cap-reached', () => {
  const told = (Category: string, Detail: string) =>
    firing('log-cap-reached', () => undefined, {
      _LogOperation: [{ TimeGenerated: NOW, Category, Operation: 'Data collection Status', Detail }],
    });

  it('fires when the day is over quota, and for nothing else', async () => {
    expect(await told('Ingestion', 'Data collection stopped: OverQuota')).toHaveLength(1);
    expect(await told('Ingestion', 'Data collection started')).toEqual([]);
    expect(await told('Workspace', 'OverQuota')).toEqual([]);
  });
});

describe('messages on poison queues, as the storage account sees them', () => {
  const template = readFileSync(join(ROOT, 'infra/modules/stage.bicep'), 'utf8');
  const [, query = ''] = /query: '(StorageQueueLogs .*)'/.exec(template) ?? [];
  const told = async (OperationName: string, Uri: string) => {
    const tables = { StorageQueueLogs: [{ TimeGenerated: NOW, OperationName, Uri }] };
    const compute = query.replace('\u0024{poisonName}', 'compute-poison');
    return runQuery(compute, { tables, functions: {}, now: NOW }, await kqlCompiler());
  };

  it('alarm when one is put there, and for nothing else', async () => {
    const queues = 'https://data.queue.core.windows.net:443';

    expect(await told('PutMessage', `${queues}/compute-poison/messages?sig=x`)).toHaveLength(1);
    expect(await told('PutMessage', `${queues}/compute/messages`)).toEqual([]);
    expect(await told('DeleteMessage', `${queues}/compute-poison/messages/1`)).toEqual([]);
  });
});
