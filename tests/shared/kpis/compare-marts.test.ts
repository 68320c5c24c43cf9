import { describe, expect, it } from '@jest/globals';
import { Sha256 } from '../../../shared/domain/ids.ts';
import { compareMarts } from '../../../shared/kpis/compare-marts.ts';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aBookEntry, aKpiMart } from '../../support/a-kpi-mart.ts';

const mart = aKpiMart();
const withKpi = (id: string, change: Partial<KpiResult>): KpiMart => ({
  ...mart,
  kpis: mart.kpis.map((kpi) => (kpi.id === id ? { ...kpi, ...change } : kpi)),
});

describe('two computations side by side', () => {
  it('are the same, to the last digit, where nothing differs', () => {
    expect(compareMarts(mart, mart)).toEqual({ files: [], kpis: [], same: mart.kpis.length });
  });

  it.each([
    ['another value', { value: '5.3000000000' }, 'value'],
    ['another denominator, though the quotient is the same', { denominator: '1.00' }, 'value'],
    ['another status by other limits', { status: 'warning' }, 'status'],
    ['another definition, whatever its value', { version: 9, value: '5.3000000000' }, 'version'],
  ] as const)('tell %s', (_, change, difference) => {
    const { kpis, same } = compareMarts(mart, withKpi('risk.par_90', change));

    expect(kpis.map(({ id, difference: found }) => [id, found])).toEqual([['risk.par_90', difference]]);
    expect(same).toBe(mart.kpis.length - 1);
  });

  it('tell KPIs that are new and gone', () => {
    const [first, ...others] = mart.kpis;
    const without = { ...mart, kpis: others };

    expect(compareMarts(without, mart).kpis).toMatchObject([{ id: first?.id, difference: 'new' }]);
    expect(compareMarts(mart, without).kpis).toMatchObject([{ id: first?.id, difference: 'gone' }]);
  });

  it('tell files that are others, and those that one of them did not have', () => {
    const other = aBookEntry({ sha256: Sha256.parse('b'.repeat(64)) });

    const { files } = compareMarts(mart, { ...mart, book: [other] });

    expect(files.map(({ dataset, before, now }) => [dataset, before !== undefined, now?.sha256])).toEqual([
      ['looker/loan_par_balances', true, other.sha256],
      ['looker/loans', true, undefined],
    ]);
  });

  it('leave parts of the book to the exports', () => {
    const part = mart.kpis.slice(0, 1).map((kpi) => ({ ...kpi, dimension: { company: 'ABF' } }));

    expect(compareMarts(mart, { ...mart, kpis: [...mart.kpis, ...part] }).kpis).toEqual([]);
  });
});
