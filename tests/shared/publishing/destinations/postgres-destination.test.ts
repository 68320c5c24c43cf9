import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp, type Deps } from '../../../../shared/app.ts';
import { auditOfRun } from '../../../../shared/pipeline/audit-of-run.ts';
import { deliver, dueDeliveries, resendDelivery } from '../../../../shared/pipeline/deliver.ts';
import { rerun } from '../../../../shared/pipeline/rerun.ts';
import type { Delivery } from '../../../../shared/ports/deliveries.ts';
import type { RunRecord } from '../../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../../support/a-pipeline.ts';
import { embeddedPostgres, type TestDatabase } from '../../../support/a-postgres.ts';
import { parFile } from '../../../support/small-files.ts';

// From a dropped file to rows in PostgreSQL: the real pipeline, the real client, a real database.

const PAR = 'looker/loan_par_balances';

let database: TestDatabase;
let pipeline: Pipeline;
let deps: Deps;
let run: RunRecord;
beforeAll(async () => {
  database = await embeddedPostgres();
  pipeline = await Pipeline.open();
  deps = await depsWith({ SUPABASE_DB_URL: database.url });
  await deps.audit.migrate();
  run = await aRun('named after somebody', parFile('AUDITED'));
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function depsWith(secrets: Record<string, string>): Promise<Deps> {
  const env = {
    DataStorage: pipeline.storage,
    PII_KEY: TEST_PSEUDONYM_KEY,
    DESTINATIONS: 'postgres',
    ...secrets,
  };
  const { destinations, audit } = (await buildApp(env, pipeline.deps.clock)).depsFor(pipeline.deps.log);
  return { ...pipeline.deps, destinations, audit };
}

async function aRun(name: string, body: string): Promise<RunRecord> {
  await pipeline.drop(`${PAR}/${name}.csv`, body);
  const outcome = await pipeline.announce(`${PAR}/${name}.csv`, deps);
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);
  return await pipeline.runOf(outcome);
}

async function deliverAll(using = deps): Promise<readonly (Delivery | undefined)[]> {
  const results: (Delivery | undefined)[] = [];
  for (const id of await dueDeliveries(using)) results.push(await deliver(id, using));
  return results;
}

it('a database that is away loses nothing, and has everything when it is back', async () => {
  const away = await depsWith({ DATABASE_URL: 'postgresql://user:secret@127.0.0.1:9/none' });

  const results = await deliverAll(away);

  expect(results).toMatchObject([
    { status: 'due', detail: expect.stringContaining('could not be reached, or broke off (ECONNREFUSED)') },
  ]);
  expect(JSON.stringify(results)).not.toContain('secret');
  pipeline.advanceClock(10 * 60_000);
  expect(await deliverAll()).toMatchObject([{ destination: 'postgres', status: 'delivered', tries: 2 }]);
});

describe('a run that has ended', () => {
  it('lies in the tables with every number of its mart, and where its bytes are', async () => {
    const mart = await pipeline.martOf(run);
    const values = await database.rows(
      'SELECT kpi_name, kpi_def_version, value_numeric::text AS value, status FROM analytics.kpi_values',
    );
    const expected = [...mart.kpis, ...mart.former].map(({ id, version, value, status }) => ({
      kpi_name: id,
      kpi_def_version: version,
      value,
      status,
    }));

    expect(values.length).toBeGreaterThan(20);
    expect(values.map((row) => JSON.stringify(row)).toSorted()).toEqual(
      expected.map((row) => JSON.stringify(row)).toSorted(),
    );
    expect(
      await database.rows(
        'SELECT run_key, outcome, sha256, storage_uri, config_version FROM analytics.pipeline_runs JOIN analytics.raw_artifacts USING (run_id)',
      ),
    ).toEqual([
      {
        run_key: run.runId,
        outcome: 'success',
        sha256: run.sha256,
        storage_uri: `raw/${run.rawPath}`,
        config_version: mart.catalogSha256,
      },
    ]);
    expect(
      await database.rows(
        'SELECT completeness::text, referential_integrity_pass FROM analytics.data_quality_results',
      ),
    ).toEqual([
      { completeness: expect.stringMatching(/^(0\.\d{6}|1\.000000)$/), referential_integrity_pass: null },
    ]);
  });

  it('is kept as it was sent, with no loan, customer or file name in it', async () => {
    const { runId, attempt } = run;

    const kept = await pipeline.text('reports', `deliveries/postgres/${runId}.${attempt}.json`);

    expect(JSON.parse(kept)).toEqual(await auditOfRun({ kind: 'run', runId, attempt }, deps));
    for (const hidden of ['AUDITED', 'named after somebody']) expect(kept).not.toContain(hidden);
  });

  it('that is sent again, or computed again, is there once', async () => {
    const { runId } = run;
    const count = async () =>
      await database.rows(
        'SELECT attempt, count(*)::int AS values FROM analytics.kpi_values JOIN analytics.pipeline_runs USING (run_id) GROUP BY attempt',
      );
    const [before] = await count();
    await resendDelivery(
      { destination: 'postgres', subject: { kind: 'run', runId, attempt: run.attempt } },
      deps,
    );
    const again = await rerun({ runId, from: 'publish', reason: 'asked for', dryRun: false }, deps);
    if (again.kind !== 'started') throw new Error(again.kind);
    pipeline.queue.push(...again.next);
    while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);

    expect(await deliverAll()).toHaveLength(2);

    expect(await count()).toEqual([{ ...before, attempt: run.attempt + 1 }]);
  });

  it('is there as rejected when its data was at fault', async () => {
    const { runId } = await aRun('odd', 'odd\n1\n');
    await deliverAll();

    expect(
      await database.rows(
        `SELECT status, outcome, as_of FROM analytics.pipeline_runs WHERE run_key = '${runId}'`,
      ),
    ).toEqual([{ status: 'failed', outcome: 'rejected', as_of: null }]);
  });
});
