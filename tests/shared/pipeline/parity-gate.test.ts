import { beforeAll, expect, it } from '@jest/globals';
import { type Catalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../../shared/kpis/catalog-assets.ts';
import { Parity } from '../../../shared/kpis/parity-result.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { RunSummary } from '../../../shared/runs/documents.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

/** The PAR family of the shipped catalogue and what it reads: enough for a proof, and quicker. */
async function catalogWhere(par30: 'par_30' | 'par_60'): Promise<Catalog> {
  const assets = await readCatalogAssets();
  const whole = parseCatalog(
    assets.map((asset) =>
      asset.name.endsWith('par.yaml')
        ? { ...asset, text: asset.text.replaceAll('at_risk: { sum: par_30 }', `at_risk: { sum: ${par30} }`) }
        : asset,
    ),
  );
  const kpis = whole.kpis.filter(({ id }) => id.startsWith('risk.par_'));
  return { ...whole, kpis, former: [], models: whole.models.filter(isBehind('mart_loan_par', whole.models)) };
}

function isBehind(mart: string, models: Catalog['models']): (model: { name: string }) => boolean {
  const behind = new Set([mart, 'mart_tape_par', 'mart_loan_tape']);
  for (const { name, reads } of models.toReversed())
    if (behind.has(name)) for (const read of reads) behind.add(read);
  return ({ name }) => behind.has(name);
}

it('a run whose KPIs the twin computes otherwise fails, says by how much, and publishes nothing until it is mended', async () => {
  await pipeline.drop(`${PAR}/gate.csv`, parFile('GATE'));
  const outcome = await pipeline.announce(`${PAR}/gate.csv`);
  await pipeline.deliver(pipeline.next());
  const message = pipeline.next();
  const wrong = { ...pipeline.deps, catalog: () => catalogWhere('par_60') };

  await expect(pipeline.deliver(message, wrong)).rejects.toThrow('2 of');
  await closePoisoned({ queue: 'compute-poison', messageId: 'm1', body: message }, pipeline.deps);

  const run = await pipeline.runOf(outcome);
  expect(run).toMatchObject({ status: 'failed', stage: 'compute' });
  expect(run.problems[0]).toMatchObject({ code: 'parity-mismatch', severity: 'error' });
  const parity = Parity.parse(await pipeline.json('runs', `${run.runId}/parity.json`));
  // 250 of 4,000 instead of 750.
  expect(parity.mismatches).toContainEqual({
    kpi: 'risk.par_30',
    version: 1,
    reportingDate: '2025-11-30',
    part: 'numerator',
    engine: '250',
    twin: '750',
    difference: '-500',
  });
  const summary = RunSummary.parse(await pipeline.json('runs', `${run.runId}/summary.json`));
  expect(summary.status).toBe('failed');
  expect(summary.problems[0]?.code).toBe('parity-mismatch');
  expect(await pipeline.paths('marts')).toEqual([]);
  expect(await pipeline.paths('reports')).toEqual([]);

  const again = {
    runId: run.runId,
    from: 'compute',
    reason: 'the catalogue is mended',
    dryRun: false,
  } as const;
  const started = await rerun(again, pipeline.deps);
  expect(started.kind).toBe('started');
  if (started.kind === 'started') pipeline.queue.push(...started.next);
  const right = { ...pipeline.deps, catalog: () => catalogWhere('par_30') };
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), right);

  const mended = await pipeline.run(run.runId);
  expect(mended).toMatchObject({ status: 'success' });
  const proof = Parity.parse(await pipeline.json('runs', `${run.runId}/parity.json`));
  expect(proof).toEqual({ checked: expect.any(Number), mismatches: [], unproven: [] });
  expect((await pipeline.martOf(mended)).parity).toEqual(proof);
});
