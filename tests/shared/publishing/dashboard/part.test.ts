import { describe, expect, it } from '@jest/globals';
import { ageingOf } from '../../../../shared/publishing/ageing.ts';
import { dimensionsOf, partOf, resultsBy } from '../../../../shared/publishing/dashboard/part.ts';
import { kpiRows } from '../../../../shared/publishing/kpi-row.ts';
import { languageOf } from '../../../../shared/publishing/language/language.ts';
import { aFullMart } from '../../../support/a-full-mart.ts';

// ABF has 70 % of every amount: 648,259.20 x 0.7 of 12,004,800.00 x 0.7 is 453,781.44 of 8,403,360.00, 5.40 %.

const english = languageOf('en');
const mart = aFullMart();
const ofAbf = partOf(mart, { dimension: 'company', value: 'ABF' }, english);

describe('a part of the book', () => {
  it('is one of those that the breakdowns have', () => {
    expect(dimensionsOf(mart)).toEqual([{ name: 'company', values: ['ABF', 'ABT'] }]);
  });

  it('divides its own sums, and is compared with itself at the date before', () => {
    const par = kpiRows(ofAbf).find(({ id }) => id === 'risk.par_90');
    const outstanding = kpiRows(ofAbf).find(({ id }) => id === 'port.outstanding');

    expect(par).toMatchObject({ shown: '5.40 %', numerator: '453,781.4400', denominator: '8,403,360.0000' });
    expect(par?.change).toMatchObject({ shown: '+0.60 points', since: '2025-11-30' });
    expect(outstanding).toMatchObject({ shown: 'USD 8,403,360.00' });
  });

  it('adds up to the whole with the others', () => {
    const outstanding = ['ABF', 'ABT'].map((value) => {
      const { kpis } = partOf(mart, { dimension: 'company', value }, english);
      return Number(kpis.find(({ id }) => id === 'port.outstanding')?.value);
    });

    expect(outstanding.reduce((a, b) => a + b)).toBe(12_004_800);
  });

  it('has buckets of its own', () => {
    const ageing = ageingOf(ofAbf);

    expect(ageing).toMatchObject({ kind: 'known', total: 'USD 8,403,360.00' });
  });

  it('says of a KPI that is not divided that it is not, and gives no number of the whole book', () => {
    const clients = kpiRows(ofAbf).find(({ id }) => id === 'port.active_clients');

    expect(ofAbf.without.get('port.active_clients')).toBe('Not divided by Company');
    expect(clients).toMatchObject({ shown: 'no value', reason: undefined, numerator: undefined });
  });

  it('says of a KPI that has no such value that it has none', () => {
    const breakdowns = mart.breakdowns.filter(
      ({ id, dimension }) => id !== 'risk.par_90' || dimension['company'] !== 'ABT',
    );
    const part = partOf({ ...mart, breakdowns }, { dimension: 'company', value: 'ABT' }, languageOf('es'));

    expect(part.without.get('risk.par_90')).toBe('Sin valor para esta parte');
    expect(ofAbf.without.has('risk.par_90')).toBe(false);
    expect(part.kpis.find(({ id }) => id === 'risk.par_90')?.value).toBeNull();
  });

  it('stands beside the others, the largest first', () => {
    const results = resultsBy(mart, 'port.outstanding', 'company');

    expect(results.map(({ dimension }) => dimension['company'])).toEqual(['ABF', 'ABT']);
  });
});
