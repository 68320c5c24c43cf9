import { expect, it } from '@jest/globals';
import { conditionsOfKpis } from '../../../shared/alerting/conditions-of-kpis.ts';
import { requestsFor } from '../../../shared/alerting/requests-for.ts';
import { DatasetId, RunId } from '../../../shared/domain/ids.ts';
import { REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import { aBookEntry, aKpiMart, aRun } from '../../support/a-kpi-mart.ts';

const LOANS = RunId.parse('run_0000000000aa');
const entryOf = (dataset: string, runId: RunId) => aBookEntry({ dataset: DatasetId.parse(dataset), runId });

it('a KPI outside its limits has the request to go back for each file that it was computed from, and for no other', () => {
  const par = entryOf('looker/loan_par_balances', RunId.parse('run_0000000000bb'));
  const reference = { ...entryOf('looker/customers', RunId.parse('run_0000000000cc')), asOf: REFERENCE_DAY };
  const inputs = [par.dataset, DatasetId.parse('looker/loans'), reference.dataset];
  const { kpis, ...rest } = aKpiMart({
    book: [par, entryOf('looker/loans', LOANS), entryOf('looker/transactions', aRun().runId), reference],
  });
  const mart = { ...rest, kpis: kpis.map((kpi) => ({ ...kpi, inputs })) };

  const [critical] = conditionsOfKpis({ mart, run: aRun() }).filter(({ of }) => of === 'risk.par_90');

  expect(critical?.facts).toMatchObject({ run: aRun().runId, 'run of looker/loans': LOANS });
  expect(critical && requestsFor(critical)).toEqual([
    {
      why: 'If the file of looker/loan_par_balances is wrong, back to the numbers before',
      request: 'POST /api/runs/run_0000000000bb/rollback?by=NAME&reason=TEXT&dryRun=true',
    },
    {
      why: 'If the file of looker/loans is wrong, back to the numbers before',
      request: `POST /api/runs/${LOANS}/rollback?by=NAME&reason=TEXT&dryRun=true`,
    },
  ]);
});
