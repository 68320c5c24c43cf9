import { beforeAll, expect, it } from '@jest/globals';
import { Hold, HoldCase, holdRun } from '../../../shared/pipeline/hold-run.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';

// A run that is needed for a case, long after everything of it would have been deleted.

const CASE = HoldCase.parse('LEGAL-7');

let pipeline: Pipeline;
let run: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open({
    catalog: async () => ({ ...(await coreCatalog()), kpis: [], models: [] }),
  });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough('looker/loan_par_balances/held.csv', parFile('HELD'));
});

async function filesIn(zone: 'audit' | 'runs', prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of pipeline.deps.lake.list(zone, prefix)) paths.push(path);
  return paths;
}

it('is told on a dry run what would be copied, and nothing is', async () => {
  const query = { case: CASE, by: 'ana', reason: 'the regulator asks', dryRun: 'true' };

  const answer = await call('hold-run', { params: { runId: run.runId }, query });

  expect(answer.json()).toMatchObject({ dryRun: true, isAsWritten: true, by: 'ana', attempt: 1 });
  expect(await filesIn('audit', 'holds/')).toEqual([]);
  const params = { runId: run.runId };
  const held = await call('hold-run', { params, query: { ...query, case: 'LEGAL-9', dryRun: 'false' } });
  const asPlanned = answer.text.replaceAll('LEGAL-7', 'LEGAL-9');
  expect(Object(held.json()).files).toEqual(Object(JSON.parse(asPlanned)).files);
  for (const path of await filesIn('audit', 'holds/')) await pipeline.remove('audit', path);
});

it('every file of it but the raw one is copied to where nothing is changed, with what is known of each', async () => {
  const query = { case: CASE, by: 'ana', reason: 'the regulator asks' };

  const answer = await call('hold-run', { params: { runId: run.runId }, query });

  expect(answer.status).toBe(200);
  const hold = Hold.parse(answer.json());
  const folder = `holds/LEGAL-7/${run.runId}.1`;
  expect(hold).toMatchObject({ case: CASE, runId: run.runId, attempt: 1, by: 'ana', isAsWritten: true });
  expect(hold.files.filter(({ heldAs }) => heldAs === undefined).map(({ container }) => container)).toEqual([
    'raw',
  ]);
  const copied = hold.files.flatMap(({ heldAs }) => heldAs ?? []);
  expect(await filesIn('audit', 'holds/')).toEqual([...copied, `${folder}/hold.json`].toSorted());
  for (const name of ['summary.json', 'manifest.json', 'validation_report.json']) {
    const path = `${run.runId}/${name}`;
    expect(await pipeline.deps.lake.read('audit', `${folder}/runs/${path}`)).toEqual(
      await pipeline.deps.lake.read('runs', path),
    );
  }
});

it('stays as it was held, whoever asks again and whatever becomes of the run', async () => {
  const first = await holdRun({ runId: run.runId, case: CASE, by: 'ana', dryRun: false }, pipeline.deps);
  await pipeline.deps.lake.write('runs', `${run.runId}/compliance.json`, '{}');

  expect(await holdRun({ runId: run.runId, case: CASE, by: 'eva', dryRun: false }, pipeline.deps)).toEqual(
    first,
  );
  expect(
    await holdRun(
      { runId: run.runId, case: HoldCase.parse('LEGAL-8'), by: 'eva', dryRun: false },
      pipeline.deps,
    ),
  ).toMatchObject({
    hold: { isAsWritten: false, by: 'eva' },
  });
});

it('goes on where it came to no end, and copies nothing once more', async () => {
  const input = { runId: run.runId, case: HoldCase.parse('LEGAL-10'), by: 'ana', dryRun: false };
  const copied: string[] = [];
  const dyingAfter = (most: number): typeof pipeline.deps => ({
    ...pipeline.deps,
    lake: new Proxy(pipeline.deps.lake, {
      get(target, name) {
        if (name === 'writeStream')
          return async (...args: Parameters<typeof target.writeStream>) => {
            if (copied.length === most) throw new Error('the process died');
            copied.push(args[1]);
            return await target.writeStream(...args);
          };
        const method: unknown = Reflect.get(target, name, target);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    }),
  });
  await expect(holdRun(input, dyingAfter(2))).rejects.toThrow('the process died');

  const outcome = await holdRun(input, dyingAfter(Number.POSITIVE_INFINITY));

  const held = outcome.kind === 'held' ? outcome.hold.files.flatMap(({ heldAs }) => heldAs ?? []) : [];
  expect(copied.toSorted()).toEqual(held.toSorted());
});

it('a run that there is not is held by nobody, nor is one for a case without a name', async () => {
  const query = { case: CASE, by: 'ana', reason: 'x' };

  expect((await call('hold-run', { params: { runId: 'run_000000000000' }, query })).status).toBe(404);
  expect(
    (await call('hold-run', { params: { runId: run.runId }, query: { ...query, case: 'María López' } }))
      .status,
  ).toBe(400);
});
