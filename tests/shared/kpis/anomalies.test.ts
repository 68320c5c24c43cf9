import { describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { findAnomalies } from '../../../shared/kpis/anomalies.ts';
import { type Anomaly, causesOf } from '../../../shared/kpis/anomaly.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aKpiMart, aKpiResult, aRun, monthEnd } from '../../support/a-kpi-mart.ts';

const kpi = (value: string | null, month = '2025-12-31', overrides: Partial<KpiResult> = {}): KpiResult =>
  aKpiResult({
    id: 'risk.par_30',
    unit: 'percent',
    status: 'ok',
    value,
    asOf: LocalDate.parse(month),
    reportingDate: LocalDate.parse(month),
    ...overrides,
  });

/** What is found about a KPI that went from one value to the other within a month, its status aside. */
function moved(from: string | null, to: string | null, overrides: Partial<KpiResult> = {}): Anomaly[] {
  const current = kpi(to, '2025-12-31', overrides);
  const series = [kpi(from, '2025-11-30', overrides), current];
  return found([current], series).filter(({ kind }) => kind === 'change');
}

function withoutLimits({ thresholds: _thresholds, ...rest }: KpiResult): KpiResult {
  return rest;
}

function found(kpis: KpiResult[], series: KpiResult[]): Anomaly[] {
  return findAnomalies(aKpiMart({ kpis, series }));
}

/** A KPI with these values at the month ends before, oldest first, and this one now. */
function after(values: readonly string[], now: string, overrides: Partial<KpiResult> = {}): Anomaly[] {
  const past = values.map((value, index) =>
    kpi(value, monthEnd(35 - values.length + index), { unit: 'usd', ...overrides }),
  );
  const current = kpi(now, '2025-12-31', { unit: 'usd', ...overrides });
  return found([current], [...past, current]);
}

describe('an anomaly', () => {
  it('is a move of more than a fifth, told with both values and the change in percent', () => {
    // (6 - 4) / 4 = 0.5, that is 50 percent.
    expect(moved('4.0000000000', '6.0000000000')).toEqual([
      {
        kpi: 'risk.par_30',
        name: 'PAR 90',
        version: 1,
        reportingDate: '2025-12-31',
        kind: 'change',
        direction: 'up',
        previous: '4.0000000000',
        current: '6.0000000000',
        changePercent: '50.00',
        zScore: null,
        severity: 'warning',
        reason: 'PAR 90 went up from 4.00 % on 2025-11-30 to 6.00 %, by more than a fifth.',
        cause: 'risk.par_30 up 2025-12-31',
      },
    ]);
  });

  it.each([
    ['up by exactly a fifth', '5', '6', 0],
    ['up by a hair more', '5', '6.0000000001', 1],
    ['down by exactly a fifth', '5', '4', 0],
    ['down by a hair more', '5', '3.9999999999', 1],
    ['not at all', '5', '5', 0],
    ['far, but by a tenth of a point only', '0.1', '0.2', 0],
    ['far, and by a hair more than a tenth of a point', '0.1', '0.2000000001', 1],
    ['from below zero', '-5', '-7', 1],
    ['through zero', '-1', '1', 1],
    ['to zero', '5', '0', 1],
  ])('is or is not a KPI that moved %s: %s to %s', (_, from, to, count) => {
    expect(moved(from, to)).toHaveLength(count);
  });

  it.each([
    ['-5', '-7', '-40.00'],
    ['-1', '1', '200.00'],
    ['3', '4', '33.33'],
    ['3', '1', '-66.67'],
  ])('from %s to %s is a change of %s percent of what it was', (from, to, percent) => {
    expect(moved(from, to)[0]?.changePercent).toBe(percent);
  });

  it.each([
    ['there was nothing before', null, '5'],
    ['there is nothing now', '5', null],
    ['it was zero before, of which nothing is a share', '0.0000000000', '5'],
  ])('is not found when %s', (_, from, to) => {
    expect(moved(from, to)).toEqual([]);
  });

  it.each(['usd', 'count'] as const)(
    'is not looked for in a KPI in %s, which moves with the book',
    (unit) => {
      expect(moved('5', '50', { unit })).toEqual([]);
    },
  );

  it.each([
    ['index', '0.5', '0.6', '0.7'],
    ['fraction', '0.004', '0.005', '0.0051'],
    ['days', '2', '3', '3.1'],
    ['times', '0.4', '0.5', '0.51'],
    ['score', '0.4', '0.5', '0.51'],
    ['months', '0.4', '0.5', '0.51'],
    ['percent-per-day', '0.4', '0.5', '0.51'],
  ] as const)(
    'in %s has a floor in that unit: %s to %s is too small, to %s is not',
    (unit, from, small, large) => {
      expect(moved(from, small, { unit })).toEqual([]);
      expect(moved(from, large, { unit })).toHaveLength(1);
    },
  );

  it.each([
    ['critical', 'critical'],
    ['warning', 'warning'],
    ['ok', 'warning'],
  ] as const)('of a KPI whose status is %s is a %s', (status, severity) => {
    expect(moved('4', '6', { status, thresholds: { warning: '1', critical: '2' } })).toMatchObject([
      { severity },
    ]);
  });

  it('is not found without a snapshot before', () => {
    const current = kpi('6');

    expect(findAnomalies(aKpiMart({ kpis: [current], series: [current] }))).toEqual([]);
  });
});

describe('a month in which everything moves', () => {
  it('is told by the ten changes that went furthest, and by all KPIs that have limits', () => {
    const letters = 'abcdefghijklmn'.split('');
    const kpis = letters.map((letter, index) => {
      const moving = kpi(String(6 + index), '2025-12-31', { id: `risk.${letter}` });
      return letter === 'a' ? moving : withoutLimits(moving);
    });
    const series = letters.map((letter) => kpi('4', '2025-11-30', { id: `risk.${letter}` }));

    const told = found(kpis, series).map(({ kpi: id }) => id.slice(-1));

    expect(told.toSorted()).toEqual(['a', ...'efghijklmn'.split('')]);
  });
});

describe('a growth rate', () => {
  it('may change by any share, since it is a change itself; its outliers are told', () => {
    const values = Array.from({ length: 12 }, (_, index) => String(10 + 10 * (index % 2)));

    expect(after(values, '12', { id: 'growth.mom', unit: 'percent' })).toEqual([]);
    expect(after(values, '900', { id: 'growth.mom', unit: 'percent' }).map(({ kind }) => kind)).toEqual([
      'outlier-level',
      'outlier-step',
    ]);
  });
});

describe('a value that is not ripe yet', () => {
  it('may be far from the ripe ones before: neither the change nor the level nor the step is told', () => {
    const values = ['80', '90', '80', '90', '80', '90', '80', '90', '80', '90'];
    const kinds = (overrides: Partial<KpiResult>): string[] =>
      after(values, '20', { unit: 'percent', ...overrides }).map(({ kind }) => kind);

    expect(kinds({})).toEqual(['change', 'outlier-level', 'outlier-step']);
    expect(kinds({ ripens: true })).toEqual([]);
  });
});

describe('a status outside the limits', () => {
  const limits = { thresholds: { warning: '5', critical: '8' } };

  it('is said with the limit that it is beyond', () => {
    const current = kpi('8.5', '2025-12-31', { ...limits, status: 'critical' });

    expect(found([current], [current])).toMatchObject([
      {
        kind: 'threshold',
        direction: 'up',
        severity: 'critical',
        previous: null,
        changePercent: null,
        reason: 'PAR 90 is 8.50 %: critical, above 8.',
      },
    ]);
  });

  it('of a KPI of which more is better is below its limit', () => {
    const current = kpi('4', '2025-12-31', {
      direction: 'higher-is-better',
      thresholds: { warning: '5' },
      status: 'warning',
    });

    expect(found([current], [current])).toMatchObject([
      { direction: 'down', severity: 'warning', reason: 'PAR 90 is 4.00 %: warning, below 5.' },
    ]);
  });

  it('is no anomaly when it is not known', () => {
    const current = kpi(null, '2025-12-31', { ...limits, status: 'not-computable' });

    expect(found([current], [current])).toEqual([]);
  });
});

describe('an outlier', () => {
  // Eight values of mean 5 and sum of squared deviations 4 x 1 + 4 x 9 = 40: sample variance 40 / 7, so that a value v
  // is |v - 5| / sqrt(40 / 7) = |v - 5| / 2.390457 standard deviations away. Four are 9.561829.
  const EIGHT = ['4', '6', '2', '8', '6', '4', '8', '2'];

  it.each([
    ['14.56', 0],
    ['14.57', 1],
    ['-4.56', 0],
    ['-4.57', 1],
  ])('among eight values is more than four standard deviations from their mean: %s', (now, count) => {
    expect(after(EIGHT, now).filter(({ kind }) => kind === 'outlier-level')).toHaveLength(count);
  });

  it('says how far it is, rounded down to hundredths', () => {
    const [level] = after(EIGHT, '29.90457').filter(({ kind }) => kind === 'outlier-level');

    // 24.90457 / 2.390457 = 10.41...
    expect(level).toMatchObject({
      zScore: '10.41',
      direction: 'up',
      reason: 'PAR 90 is USD 29.90: 10.41 standard deviations from the mean of the 8 dates before.',
    });
  });

  it.each([
    ['29904.57', 'USD 29,904.57'],
    ['-1234567.5', 'USD -1,234,567.50'],
    ['-123.45', 'USD -123.45'],
  ])('writes %s as every other page does: %s', (now, shown) => {
    const [level] = after(EIGHT, now).filter(({ kind }) => kind === 'outlier-level');

    expect(level?.reason).toContain(`PAR 90 is ${shown}: `);
  });

  it('is not looked for among seven values, nor where nothing has ever moved', () => {
    expect(after(EIGHT.slice(1), '1000')).toEqual([]);
    expect(
      after(
        Array.from({ length: 12 }, () => '5'),
        '1000',
      ),
    ).toEqual([]);
  });

  it('may be a step that is larger than all before, though the level is not strange', () => {
    // Up by 1.9 and 2.1 in turn, from 10 on, and now down by 5: the level is that of three months ago.
    const values = Array.from({ length: 13 }, (_, index) => String(10 + 2 * index + (index % 2) * 0.1));

    expect(after(values, '29')).toMatchObject([{ kind: 'outlier-step', direction: 'down' }]);
  });

  it('needs nine values before it for a step', () => {
    const values = Array.from({ length: 8 }, (_, index) => String(10 + 2 * index + (index % 2) * 0.1));

    expect(after(values, '15')).toEqual([]);
    expect(after(['8', ...values], '15')).toMatchObject([{ kind: 'outlier-step' }]);
  });

  it('is not looked for in a count', () => {
    expect(after(EIGHT, '1000', { unit: 'count' })).toEqual([]);
  });

  it('is only held against values of the same version and the same model', () => {
    const past = EIGHT.map((value, index) => kpi(value, monthEnd(27 + index), { unit: 'usd' }));
    for (const other of [{ version: 2 }, { model: 'another_mart' }]) {
      const current = kpi('1000', '2025-12-31', { unit: 'usd', ...other });

      expect(found([current], [...past, current])).toEqual([]);
    }
  });
});

describe('a period that is not over', () => {
  it('is said to be one', () => {
    const [anomaly] = moved('4', '6', { asOf: LocalDate.parse('2025-12-10') });

    expect(anomaly?.reason).toMatch(/, by more than a fifth \(the data ends on 2025-12-10\)\.$/);
  });
});

describe('anomalies of one cause', () => {
  const CRITICAL = { status: 'critical', thresholds: { warning: '3', critical: '5' } } as const;

  it('are those of KPIs whose id continues another one, and stand together, the critical ones first', () => {
    const ids = ['risk.par_30', 'risk.par_30_incl_writeoff', 'risk.par_3', 'risk.par_90'];
    const kpis = ids.map((id, index) =>
      kpi('6', '2025-12-31', { id, numerator: String(index + 1), ...(id === 'risk.par_90' ? CRITICAL : {}) }),
    );
    const series = ids.map((id) => kpi('4', '2025-11-30', { id }));

    const causes = found(kpis, series).map(({ kpi: id, kind, cause }) => [id, kind, cause]);

    expect(causes).toEqual([
      ['risk.par_90', 'change', 'risk.par_90 up 2025-12-31'],
      ['risk.par_90', 'threshold', 'risk.par_90 up 2025-12-31'],
      ['risk.par_3', 'change', 'risk.par_3 up 2025-12-31'],
      ['risk.par_30', 'change', 'risk.par_30 up 2025-12-31'],
      ['risk.par_30_incl_writeoff', 'change', 'risk.par_30 up 2025-12-31'],
    ]);
  });

  it('are those of KPIs that divide the very same numbers, told by the one that has limits', () => {
    const ids = ['cov.late', 'risk.par_30', 'risk.par_7'];
    const kpis = ids.map((id) => {
      const late = kpi('6', '2025-12-31', { id, numerator: '6', denominator: '100' });
      return id === 'risk.par_30' ? late : withoutLimits(late);
    });
    // PAR 7 is the same by chance: at the date before it was not.
    const series = ids.map((id) =>
      kpi('4', '2025-11-30', { id, numerator: id === 'risk.par_7' ? '5' : '4', denominator: '100' }),
    );

    expect(found(kpis, series).map(({ kpi: id, cause }) => [id, cause])).toEqual([
      ['cov.late', 'risk.par_30 up 2025-12-31'],
      ['risk.par_30', 'risk.par_30 up 2025-12-31'],
      ['risk.par_7', 'risk.par_7 up 2025-12-31'],
    ]);
  });

  it('are those of whatever belongs to either of two that belong together', () => {
    // Nothing is 60 to 89 days late, so that PAR 60 and PAR 90 are the same, with write-offs and without.
    const shares = {
      'risk.par_60': '6',
      'risk.par_90': '6',
      'risk.par_60_incl': '9',
      'risk.par_90_incl': '9',
    };
    const kpis = Object.entries(shares).map(([id, numerator]) => {
      const late = kpi(numerator, '2025-12-31', { id, numerator, denominator: '100' });
      return id === 'risk.par_90' ? late : withoutLimits(late);
    });
    const series = Object.keys(shares).map((id) =>
      kpi('4', '2025-11-30', { id, numerator: '4', denominator: '100' }),
    );

    expect(found(kpis, series).map(({ cause }) => cause)).toEqual(
      Array.from({ length: 4 }, () => 'risk.par_90 up 2025-12-31'),
    );
  });

  it('are counted once', () => {
    const raised = found(
      [kpi('6'), kpi('7', '2025-12-31', { id: 'risk.par_30_incl_writeoff', ...CRITICAL })],
      [kpi('4', '2025-11-30'), kpi('4', '2025-11-30', { id: 'risk.par_30_incl_writeoff' })],
    ).map((anomaly, index) => ({
      ...anomaly,
      isNew: index > 0,
      raisedBy: { runId: aRun().runId, attempt: 1 },
    }));

    expect(causesOf(raised)).toEqual([
      {
        cause: 'risk.par_30 up 2025-12-31',
        severity: 'critical',
        kpis: ['risk.par_30_incl_writeoff', 'risk.par_30'],
        kinds: ['change', 'threshold'],
        isNew: true,
      },
    ]);
  });
});

describe('the value before', () => {
  it('is that of the newest earlier reporting date, whatever the order', () => {
    const current = kpi('6');
    const series = [
      kpi('1', '2025-09-30'),
      kpi('3', '2025-11-30'),
      kpi('2', '2025-10-31'),
      current,
      kpi('9', '2026-01-31'),
      kpi('8', '2025-11-30', { id: 'risk.par_90' }),
    ];

    for (const ordered of [series, series.toReversed()]) {
      const [anomaly] = findAnomalies(aKpiMart({ kpis: [current], series: ordered }));

      expect(anomaly).toMatchObject({ previous: '3', current: '6' });
    }
  });
});
