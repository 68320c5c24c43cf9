import { describe, expect, it } from '@jest/globals';
import { SERVICE_LEVELS } from '../../shared/alerting/conditions-of-runs.ts';
import { loadCatalog } from '../../shared/kpis/catalog.ts';
import { ALERT_RULES, letsOf, ruleNamed } from '../support/kql/alert-rules.ts';
import { means, RUN, type Tell } from '../support/kql/firing.ts';

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

describe('limits', () => {
  const limitsOf = (name: string) => {
    const { warning, critical } = letsOf(ruleNamed(name));
    return [warning, critical];
  };
  const shown = (limit: number, digits: number): string => limit.toFixed(digits);

  it('of KPIs are those of their definitions, in the same direction', async () => {
    const { kpis } = await loadCatalog();
    const rules = ALERT_RULES.filter(({ query }) => query === 'kpi_outside_limits');

    expect(rules).toHaveLength(10);
    for (const rule of rules) {
      const { name } = rule;
      const own = letsOf(rule);
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
    expect(Number(letsOf(ruleNamed('run-stuck'))['limitMinutes'])).toBe(latencyMinutes.critical);
    for (const level of ['warning', 'critical']) {
      expect(limitsOf(`data-late-${level}`)).toEqual([
        shown(freshnessHours.warning, 1),
        shown(freshnessHours.critical, 1),
      ]);
      expect(limitsOf(`run-slow-${level}`)).toEqual([
        shown(latencyMinutes.warning, 1),
        shown(latencyMinutes.critical, 1),
      ]);
      expect(limitsOf(`errors-many-${level}`)).toEqual([shown(counts.warning, 0), shown(counts.critical, 0)]);
    }
  });
});
