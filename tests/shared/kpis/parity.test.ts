import { describe, expect, it } from '@jest/globals';
import { toEpochDay } from '../../../shared/domain/local-date.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { parityOf } from '../../../shared/kpis/parity.ts';
import type { Parity } from '../../../shared/kpis/parity-result.ts';
import { cents, percent, sum, type TwinFigure } from '../../../shared/kpis/twin/figure.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';
import { date } from './small-book.ts';

const DAY = date('2025-11-30');

/** PAR 30 of 20.00 / 300.00 is 6.6666666667 %. */
function engine(overrides: Partial<KpiResult> = {}): KpiResult {
  return aKpiResult({
    id: 'risk.par_30',
    version: 1,
    reportingDate: DAY,
    value: '6.6666666667',
    numerator: '20.00',
    denominator: '300.00',
    ...overrides,
  });
}

const NOTHING = { value: null, numerator: '0.00', denominator: '0.00', status: 'not-computable' } as const;

function twin(overrides: Partial<TwinFigure> = {}): TwinFigure {
  return {
    ...percent('risk.par_30', cents(2_000n), cents(30_000n)),
    reportingDay: toEpochDay(DAY),
    ...overrides,
  };
}

function parity(
  series: readonly KpiResult[],
  figures: readonly TwinFigure[],
  except?: ReadonlySet<string>,
): Parity {
  const mart = { kpis: [...series], series: [...series], former: [] };
  return parityOf(mart, figures, except === undefined ? {} : { except });
}

describe('two computations agree', () => {
  it('on a ratio to nine decimals, and on its sides to the last digit', () => {
    expect(parity([engine()], [twin()])).toEqual({ checked: 1, mismatches: [], unproven: [] });
    // The same at another scale, and a value at the edge of the tolerance.
    expect(parity([engine({ numerator: '20', denominator: '300.000' })], [twin()]).mismatches).toEqual([]);
    expect(parity([engine({ value: '6.6666666676' })], [twin()]).mismatches).toEqual([]);
  });

  it('on a sum exactly', () => {
    const outstanding = engine({
      id: 'port.outstanding',
      value: '300.00',
      numerator: '300.00',
      denominator: null,
    });
    const figure = (units: bigint) => ({
      ...sum('port.outstanding', cents(units)),
      reportingDay: toEpochDay(DAY),
    });

    expect(parity([outstanding], [figure(30_000n)]).mismatches).toEqual([]);
    expect(
      parity([outstanding], [figure(30_001n)]).mismatches.map(({ part, difference }) => [part, difference]),
    ).toEqual([
      ['value', '-0.01'],
      ['numerator', '-0.01'],
    ]);
  });

  it('that something has no value: nothing to divide by, a feed that lacks, or no result at all', () => {
    const empty = twin({ numerator: cents(0n), denominator: cents(0n) });

    expect(parity([engine(NOTHING)], [empty]).mismatches).toEqual([]);
    expect(parity([engine(NOTHING)], [twin({ lacks: 'a feed' })]).mismatches).toEqual([]);
    expect(parity([engine(NOTHING)], []).mismatches).toEqual([]);
    const other = engine({ reportingDate: date('2025-10-31') });
    expect(parity([other], [empty, twin({ reportingDay: toEpochDay(date('2025-10-31')) })])).toEqual({
      checked: 2,
      mismatches: [],
      unproven: [],
    });
  });
});

describe('two computations differ', () => {
  const named = { kpi: 'risk.par_30', version: 1, reportingDate: DAY };

  it('by a hair in the value', () => {
    expect(parity([engine({ value: '6.6666666677' })], [twin()]).mismatches).toEqual([
      {
        ...named,
        part: 'value',
        engine: '6.6666666677',
        twin: '6.666666666667',
        difference: '0.000000001033',
      },
    ]);
  });

  it('by a cent in a side, though the value is the same', () => {
    const other = engine({ numerator: '40.00', denominator: '600.00' });

    expect(parity([other], [twin()]).mismatches).toEqual([
      { ...named, part: 'numerator', engine: '40', twin: '20', difference: '20' },
      { ...named, part: 'denominator', engine: '600', twin: '300', difference: '300' },
    ]);
  });

  it('when only one has a value', () => {
    expect(parity([engine(NOTHING)], [twin()]).mismatches[0]).toEqual({
      ...named,
      part: 'value',
      engine: null,
      twin: '6.666666666667',
      difference: null,
    });
    expect(parity([engine()], []).mismatches[0]).toMatchObject({ engine: '6.6666666667', twin: null });
    expect(parity([engine()], [twin({ denominator: cents(0n) })]).mismatches).toHaveLength(3);
  });

  it('when one makes a ratio of what the other adds up', () => {
    const { denominator: _, ...figure } = twin();

    expect(parity([engine()], [figure]).mismatches.map(({ part }) => part)).toEqual(['value', 'denominator']);
  });

  it('in order of date and name', () => {
    const october = date('2025-10-31');
    const results = [engine(), engine({ id: 'risk.par_7' }), engine({ reportingDate: october })];

    const { mismatches } = parity(results, []);

    expect(
      mismatches.filter(({ part }) => part === 'value').map((m) => `${m.reportingDate} ${m.kpi}`),
    ).toEqual(['2025-10-31 risk.par_30', '2025-11-30 risk.par_30', '2025-11-30 risk.par_7']);
  });
});

describe('what is not compared', () => {
  it('is no core KPI, or was not computed for a reason of its own', () => {
    expect(parity([engine({ id: 'rev.revenue' })], [])).toEqual({ checked: 0, mismatches: [], unproven: [] });
    expect(parity([engine()], [], new Set(['risk.par_30'])).checked).toBe(0);
    expect(parity([], [twin()]).checked).toBe(0);
  });

  it('is of a date for which a version that has been replaced is not kept', () => {
    const october = twin({ version: 1, reportingDay: toEpochDay(date('2025-10-31')) });
    const mart = { kpis: [], series: [], former: [engine()] };

    expect(parityOf(mart, [twin(), october])).toEqual({ checked: 1, mismatches: [], unproven: [] });
  });

  it('is of a version that the twin does not know, which is said', () => {
    expect(parity([engine({ version: 9 }), engine()], [twin()])).toEqual({
      checked: 1,
      mismatches: [],
      unproven: ['risk.par_30@9'],
    });
  });
});
