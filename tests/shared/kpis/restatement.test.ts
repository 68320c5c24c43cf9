import { expect, it } from '@jest/globals';
import { restatementsOf } from '../../../shared/kpis/restatement.ts';
import { aKpiMart, aKpiResult } from '../../support/a-kpi-mart.ts';

it('a changed definition is told with the value of each former version, the oldest first', () => {
  const third = aKpiResult({ version: 3, value: '6.0000000000', numerator: '6' });
  const former = [
    aKpiResult({ version: 2, value: null, status: 'not-computable', reason: 'needs looker/loans' }),
    aKpiResult({ version: 1, value: '5.0000000000', status: 'warning' }),
    aKpiResult({ id: 'risk.other', version: 1 }),
  ];

  expect(restatementsOf(aKpiMart({ kpis: [third], former }))).toEqual([
    {
      kpi: 'risk.par_90',
      name: 'PAR 90',
      reportingDate: '2025-12-31',
      from: { version: 1, value: '5.0000000000', unit: 'percent', precision: 2, status: 'warning' },
      to: { version: 3, value: '6.0000000000', unit: 'percent', precision: 2, status: 'critical' },
    },
    {
      kpi: 'risk.par_90',
      name: 'PAR 90',
      reportingDate: '2025-12-31',
      from: {
        version: 2,
        value: null,
        unit: 'percent',
        precision: 2,
        status: 'not-computable',
        reason: 'needs looker/loans',
      },
      to: { version: 3, value: '6.0000000000', unit: 'percent', precision: 2, status: 'critical' },
    },
  ]);
});

it('nothing is restated while there is one version of each', () => {
  expect(restatementsOf(aKpiMart())).toEqual([]);
});
