import { beforeAll, describe, expect, it } from '@jest/globals';
import { SERVICE_LEVELS } from '../../shared/alerting/conditions-of-runs.ts';
import { loadCatalog } from '../../shared/kpis/catalog.ts';
import type { Log, LogFields } from '../../shared/ports/log.ts';
import { ALERT_RULES, queriesIn, queryOf, ruleNamed, SAVED_FUNCTIONS } from '../support/kql/alert-rules.ts';
import { type Compile, kqlCompiler } from '../support/kql/kusto-language.ts';
import { LogTable } from '../support/kql/log-table.ts';
import { runQuery } from '../support/kql/run-query.ts';
import type { Row } from '../support/kql/values.ts';

// Each alert by what it means: the query as it is deployed, over lines as the real log writes them.

const NOW = new Date('2026-03-01T12:00:00Z');
const RUN: LogFields = { runId: 'run_4f1c29ab03de', dataset: 'looker/loans', attempt: 1 };

let compile: Compile;
beforeAll(async () => {
  compile = await kqlCompiler();
});

type Tell = (ago: (minutes: number) => Log) => void;

/** The rows that an alert gives: none, and nobody is told. */
function firing(name: string, tell: Tell, tables: Record<string, readonly Row[]> = {}): readonly Row[] {
  const logs = new LogTable(NOW);
  tell((minutes) => logs.ago(minutes));
  const world = { tables: { AppTraces: logs.rows, ...tables }, functions: SAVED_FUNCTIONS, now: NOW };
  return runQuery(queryOf(ruleNamed(name)), world, compile);
}

/** A case: what is told, and the rows that come of it. */
function means(name: string, cases: Readonly<Record<string, readonly [Tell, readonly Row[]]>>): void {
  describe(name, () => {
    it.each(Object.entries(cases))('%s', (_, [tell, rows]) => {
      const found = firing(name, tell);

      expect(found).toHaveLength(rows.length);
      expect(found).toMatchObject(rows);
    });
  });
}

means('run-failed', {
  'fires when the machinery failed, with the run, the stage and the error': [
    (ago) =>
      ago(3).error('run.failed', { ...RUN, stage: 'compute', code: 'stage-failed', error: 'Error: disk' }),
    [{ runId: 'run_4f1c29ab03de', dataset: 'looker/loans', stage: 'compute', error: 'Error: disk' }],
  ],
  'fires when only some KPIs could not be computed': [
    (ago) => ago(3).error('stage.failed', { stage: 'compute', kpis: ['risk.par_90'], error: 'Error: x' }),
    [{ stage: 'compute' }],
  ],
  'tells each run that failed': [
    (ago) => {
      ago(3).error('run.failed', { ...RUN, stage: 'compute' });
      ago(2).error('run.failed', { ...RUN, runId: 'run_000000000002', stage: 'publish' });
    },
    [{ stage: 'compute' }, { runId: 'run_000000000002' }],
  ],
  'is silent about a stage that will be tried again, and about data at fault': [
    (ago) => {
      ago(3).warn('stage.failed', { ...RUN, stage: 'compute', error: 'Error: x' });
      ago(3).warn('run.rejected', { ...RUN, code: 'orphan' });
      ago(3).info('run.succeeded', RUN);
    },
    [],
  ],
});

means('run-stuck', {
  'fires when a run was begun 16 minutes ago and nothing ended it': [
    (ago) => {
      ago(16).info('file.landed', RUN);
      ago(15).info('stage.started', { ...RUN, stage: 'validate' });
    },
    [{ runId: 'run_4f1c29ab03de', attempt: 1 }],
  ],
  'is silent while it may still be at work': [(ago) => ago(14).info('file.landed', RUN), []],
  'is silent about a run that came to an end, whatever that was': [
    (ago) => {
      ago(50).info('file.landed', RUN);
      ago(40).info('run.succeeded', RUN);
      ago(50).info('file.landed', { ...RUN, runId: 'run_2' });
      ago(49).warn('run.rejected', { ...RUN, runId: 'run_2' });
      ago(50).info('file.landed', { ...RUN, runId: 'run_3' });
      ago(49).error('run.failed', { ...RUN, runId: 'run_3' });
      ago(50).info('file.landed', { ...RUN, runId: 'run_4' });
      ago(49).warn('run.canceled', { ...RUN, runId: 'run_4' });
    },
    [],
  ],
  'looks at the newest attempt: one that was overtaken never ends': [
    (ago) => {
      ago(90).info('file.landed', RUN);
      ago(60).info('run.refreshed', { ...RUN, attempt: 2 });
      ago(50).info('run.succeeded', { ...RUN, attempt: 2 });
    },
    [],
  ],
  'fires for a rerun that does not end, though the first attempt did': [
    (ago) => {
      ago(110).info('file.landed', RUN);
      ago(100).info('run.succeeded', RUN);
      ago(20).info('run.rerun', { ...RUN, attempt: 2, stage: 'validate' });
    },
    [{ attempt: 2 }],
  ],
});

const published =
  (kpi: string, value: number, minutes = 30): Tell =>
  (ago) =>
    ago(minutes).info('kpi.published', { ...RUN, kpi, version: 1, value, asOf: '2026-02-28' });

const KPIS = [
  ['par30', 'risk.par_30', { fine: 5, warning: 5.01, limit: 8, critical: 8.01 }],
  ['par90', 'risk.par_90', { fine: 3, warning: 3.01, limit: 5, critical: 5.0000000001 }],
  ['collection-rate', 'risk.collection_rate', { fine: 1.5, warning: 1.49, limit: 1, critical: 0.99 }],
  ['rdr90', 'risk.rdr_90', { fine: 50, warning: 49.9, limit: 25, critical: 24.9 }],
  ['portfolio-health', 'risk.portfolio_health', { fine: 5, warning: 4.9, limit: 3, critical: 2.9 }],
] as const;

for (const [name, kpi, { fine, warning, limit, critical }] of KPIS) {
  means(`${name}-critical`, {
    'fires beyond its limit': [published(kpi, critical), [{ kpi, value: critical, asOf: '2026-02-28' }]],
    'is silent exactly on it': [published(kpi, limit), []],
    'is silent at the warning': [published(kpi, warning), []],
    'is silent about another KPI': [published('risk.par_60', 99), []],
    'looks at the newest value alone': [
      (ago) => {
        published(kpi, critical, 600)(ago);
        published(kpi, fine, 5)(ago);
      },
      [],
    ],
  });
  means(`${name}-warning`, {
    'fires between the two limits': [published(kpi, warning), [{ kpi, value: warning }]],
    'fires exactly on the critical one': [published(kpi, limit), [{ kpi, value: limit }]],
    'is silent exactly on its own': [published(kpi, fine), []],
    'leaves what is critical to the other alert': [published(kpi, critical), []],
  });
}

const succeeded =
  (minutes: number): Tell =>
  (ago) =>
    ago(minutes).info('run.succeeded', { ...RUN, durationMs: 1_000 });

means('data-late-critical', {
  'fires after 12 hours': [succeeded(12 * 60 + 1), [{ level: 'critical' }]],
  'is silent at 12 hours': [succeeded(12 * 60), []],
  'is silent when any run has succeeded since': [
    (ago) => {
      succeeded(1_000)(ago);
      succeeded(10)(ago);
    },
    [],
  ],
  'sees nothing where there never was a run': [() => undefined, []],
});
means('data-late-warning', {
  'fires after 8 hours': [succeeded(8 * 60 + 1), [{ level: 'warning' }]],
  'is silent at 8 hours': [succeeded(8 * 60), []],
  'leaves 13 hours to the other alert': [succeeded(13 * 60), []],
});

const took =
  (minutes: number, more: LogFields = {}): Tell =>
  (ago) =>
    ago(5).info('run.succeeded', { ...RUN, durationMs: minutes * 60_000, ...more });

means('run-slow-critical', {
  'fires beyond 15 minutes, with the run': [took(15.1), [{ runId: 'run_4f1c29ab03de', minutes: 15.1 }]],
  'is silent at 15 minutes': [took(15), []],
  'is silent about what is computed again': [took(99, { attempt: 2 }), []],
});
means('run-slow-warning', {
  'fires beyond 12 minutes': [took(12.1), [{ minutes: 12.1 }]],
  'is silent at 12 minutes': [took(12), []],
  'leaves 16 minutes to the other alert': [took(16), []],
});

const errors =
  (count: number): Tell =>
  (ago) => {
    for (let index = 0; index < count; index++) ago(5).error('health.failed', { check: 'x' });
    for (let index = 0; index < 20; index++) ago(5).warn('stage.failed', RUN);
  };
means('errors-many-critical', {
  'fires for 11': [errors(11), [{ errors: 11 }]],
  'is silent for 10, however many warnings there are': [errors(10), []],
});
means('errors-many-warning', {
  'fires for 6': [errors(6), [{ errors: 6 }]],
  'is silent for 5': [errors(5), []],
  'leaves 11 to the other alert': [errors(11), []],
});
it('exceptions count as errors', () => {
  const AppExceptions = Array.from({ length: 6 }, () => ({ TimeGenerated: NOW }));

  expect(firing('errors-many-critical', errors(5), { AppExceptions })).toMatchObject([{ errors: 11 }]);
});

means('message-poisoned', {
  'fires for a message that failed five times, and for one that is none': [
    (ago) => {
      ago(3).error('message.poisoned', { queue: 'compute-poison', runId: 'run_1', stage: 'compute' });
      ago(2).error('message.malformed', { queue: 'deliver-poison', kept: 'poison/x.json' });
    },
    [
      { queue: 'compute-poison', runId: 'run_1' },
      { queue: 'deliver-poison', runId: '' },
    ],
  ],
  'is silent about a stage that will be tried again': [(ago) => ago(3).warn('stage.failed', RUN), []],
});

describe('requests', () => {
  const requests = (count: number, of: Row): Row[] =>
    Array.from({ length: count }, () => ({ TimeGenerated: NOW, ResultCode: '200', DurationMs: 50, ...of }));
  const told = (name: string, ...rows: Row[][]) =>
    firing(name, () => undefined, { AppRequests: rows.flat() });

  it('alarm when more than one in a hundred fails', () => {
    const bad = requests(2, { ResultCode: '503' });

    expect(told('http-5xx', requests(198, {}), bad)).toEqual([]);
    expect(told('http-5xx', requests(197, {}), bad)).toMatchObject([{ requests: 199, bad: 2 }]);
  });

  it('do not alarm for faults of the caller, for a handful, or for triggers, which have no status', () => {
    expect(told('http-5xx', requests(50, { ResultCode: '404' }))).toEqual([]);
    expect(told('http-5xx', requests(19, { ResultCode: '500' }))).toEqual([]);
    expect(told('http-5xx', requests(50, { ResultCode: '' }), requests(50, { ResultCode: '0' }))).toEqual([]);
  });

  it('alarm when one in twenty takes more than 5 seconds', () => {
    const slow = requests(2, { DurationMs: 5_001 });

    expect(told('http-slow', requests(38, {}), slow)).toEqual([]);
    expect(told('http-slow', requests(18, {}), slow)).toMatchObject([{ requests: 20, p95: 5_001 }]);
    expect(told('http-slow', requests(18, {}), requests(2, { DurationMs: 5_000 }))).toEqual([]);
    expect(told('http-slow', requests(5, { DurationMs: 9_000 }))).toEqual([]);
  });
});

describe('dead-man', () => {
  const alive: Tell = (ago) => {
    // Two days of life, and everything was heard of in time.
    ago(47 * 60).info('landing.swept', { ingested: [], resent: [] });
    for (const source of ['cascade', 'hubspot', 'meta']) ago(20 * 60).info('source.pulled', { source });
    ago(20 * 60).info('run.succeeded', RUN);
    ago(20 * 60).info('summary.planned', { day: '2026-03-01' });
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

  it('is silent while everything is heard of', () => {
    expect(firing('dead-man', alive)).toEqual([]);
  });

  it.each([
    ['source.pulled', 'cascade', 'pull of cascade'],
    ['source.pulled', 'hubspot', 'pull of hubspot'],
    ['source.pulled', 'meta', 'pull of meta'],
    ['run.succeeded', undefined, 'any good run'],
    ['summary.planned', undefined, 'summary of the day'],
    ['landing.swept', undefined, 'sweep of landing'],
    ['watch.completed', undefined, 'watch'],
  ])('fires when there is no %s (%s)', (event, source, process) => {
    expect(firing('dead-man', without(event, source))).toMatchObject([{ process }]);
  });

  it('fires when a pull only fails, and not while a person has paused it', () => {
    const failing: Tell = (ago) => {
      without('source.pulled', 'meta')(ago);
      ago(60).error('source.failed', { source: 'meta', error: 'CredentialsRefused' });
    };
    const paused: Tell = (ago) => {
      without('source.pulled', 'meta')(ago);
      ago(60).warn('source.skipped', { source: 'meta' });
    };

    expect(firing('dead-man', failing)).toMatchObject([{ process: 'pull of meta' }]);
    expect(firing('dead-man', paused)).toEqual([]);
  });

  it('fires for everything when there is total silence', () => {
    expect(firing('dead-man', () => undefined)).toHaveLength(7);
  });

  it('gives an app that was only just deployed the time for its first day', () => {
    const young: Tell = (ago) => {
      ago(20).info('landing.swept', { ingested: [], resent: [] });
      ago(1).info('watch.completed', { conditions: 0 });
    };

    expect(firing('dead-man', young)).toEqual([]);
  });
});

const accepted =
  (rows: number, earlierRows: number, earlierFiles = 4): Tell =>
  (ago) =>
    ago(3).info('dataset.accepted', { ...RUN, rows, earlierRows, earlierFiles });
means('rows-dropped', {
  'fires when more than a fifth of the rows is gone': [
    accepted(799, 1_000),
    [{ dataset: 'looker/loans', rows: 799, usualRows: 1_000 }],
  ],
  'is silent at a fifth': [accepted(800, 1_000), []],
  'is silent before four files have told what is usual': [accepted(1, 1_000, 3), []],
  'is silent about a feed whose rows are not counted': [
    (ago) => ago(3).info('dataset.accepted', { ...RUN, rows: 3, earlierFiles: 0 }),
    [],
  ],
});

means('must-never-happen', {
  'fires for personal data that nobody declared': [
    (ago) => ago(3).warn('run.rejected', { ...RUN, code: 'undeclared-personal-data' }),
    [{ code: 'undeclared-personal-data', dataset: 'looker/loans' }],
  ],
  'fires for a feed that lost a column': [
    (ago) => ago(3).warn('run.rejected', { ...RUN, code: 'missing-column' }),
    [{ code: 'missing-column' }],
  ],
  'fires when the two engines differ': [
    (ago) => ago(3).error('run.failed', { ...RUN, code: 'parity-mismatch' }),
    [{ code: 'parity-mismatch' }],
  ],
  'is silent about rows that are at fault': [
    (ago) => {
      ago(3).warn('run.rejected', { ...RUN, code: 'too-many-bad-rows' });
      ago(3).info('run.succeeded', { ...RUN, code: 'missing-column' });
    },
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

  it('fires when the day is over quota, and for nothing else', () => {
    expect(told('Ingestion', 'Data collection stopped: OverQuota')).toHaveLength(1);
    expect(told('Ingestion', 'Data collection started')).toEqual([]);
    expect(told('Workspace', 'OverQuota')).toEqual([]);
  });
});

describe('limits', () => {
  const limitsOf = (name: string) => [name, ruleNamed(name).let['warning'], ruleNamed(name).let['critical']];
  const shown = (limit: number, digits: number): string => limit.toFixed(digits);

  it('of KPIs are those of their definitions, in the same direction', async () => {
    const { kpis } = await loadCatalog();
    const rules = ALERT_RULES.filter(({ query }) => query === 'kpi_outside_limits');

    expect(rules).toHaveLength(10);
    for (const { name, let: own } of rules) {
      const definitions = kpis.filter(({ id }) => `"${id}"` === own['kpi']);
      expect([name, definitions.length]).not.toEqual([name, 0]);
      for (const { thresholds, direction } of definitions) {
        expect([name, Number(own['warning'])]).toEqual([name, Number(thresholds?.warning)]);
        expect([name, Number(own['critical'])]).toEqual([name, Number(thresholds?.critical)]);
        expect([name, own['higherIsWorse']]).toEqual([name, String(direction === 'lower-is-better')]);
      }
    }
  });

  it('of service levels are those that the product itself alarms by', () => {
    const { freshnessHours, latencyMinutes, errors: counts } = SERVICE_LEVELS;
    for (const level of ['warning', 'critical']) {
      expect(limitsOf(`data-late-${level}`).slice(1)).toEqual([
        shown(freshnessHours.warning, 1),
        shown(freshnessHours.critical, 1),
      ]);
      expect(limitsOf(`run-slow-${level}`).slice(1)).toEqual([
        shown(latencyMinutes.warning, 1),
        shown(latencyMinutes.critical, 1),
      ]);
      expect(limitsOf(`errors-many-${level}`).slice(1)).toEqual([
        shown(counts.warning, 0),
        shown(counts.critical, 0),
      ]);
    }
  });
});

describe('the rules', () => {
  it('have names of their own, and every query is in use', () => {
    expect(new Set(ALERT_RULES.map(({ name }) => name)).size).toBe(ALERT_RULES.length);
    expect([...new Set(ALERT_RULES.map(({ query }) => query))].toSorted()).toEqual([
      ...queriesIn('alerts').keys(),
    ]);
  });

  it('wake somebody for the first severities, and leave the others for the morning', () => {
    for (const { name, severity, actionGroup } of ALERT_RULES)
      expect([name, actionGroup]).toEqual([name, severity <= 1 ? 'page' : 'notify']);
  });

  it('are split by columns that their queries give', () => {
    for (const rule of ALERT_RULES) {
      const { columns } = compile(queryOf(rule), SAVED_FUNCTIONS);
      expect(columns).toEqual(expect.arrayContaining(rule.dimensions.map((column) => `${column}:string`)));
    }
  });

  it('look back at least as far as they wait between looks', () => {
    const minutes: Record<string, number> = {
      PT5M: 5,
      PT15M: 15,
      PT30M: 30,
      PT1H: 60,
      PT2H: 120,
      P2D: 2_880,
    };
    for (const { name, every, window } of ALERT_RULES)
      expect([name, (minutes[window] ?? 0) >= (minutes[every] ?? 0)]).toEqual([name, true]);
  });
});
