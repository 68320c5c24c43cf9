import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp, type Deps } from '../../../../shared/app.ts';
import { auditOfRun } from '../../../../shared/pipeline/audit-of-run.ts';
import { deliver, dueDeliveries, resendDelivery } from '../../../../shared/pipeline/deliver.ts';
import { rerun } from '../../../../shared/pipeline/rerun.ts';
import type { Delivery } from '../../../../shared/ports/deliveries.ts';
import { pseudonymiser } from '../../../../shared/privacy/pseudonym.ts';
import type { RunRecord } from '../../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../../support/a-pipeline.ts';
import { embeddedPostgres, type TestDatabase } from '../../../support/a-postgres.ts';
import { csvOf } from '../../../support/file-rows.ts';
import { loansFile, parFile, parRows } from '../../../support/small-files.ts';

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

describe('the loans of a run', () => {
  const facts = () =>
    database.rows(`
      SELECT as_of::text, status, dpd, bucket, outstanding::text, par_30::text, customer_type, vintage, disburse_date::text
      FROM analytics.loan_facts WHERE as_of = '2025-10-31' ORDER BY dpd, outstanding`);
  const everything = async () =>
    JSON.stringify(await database.rows('SELECT * FROM analytics.loan_facts AS f, analytics.loan_days AS d'));
  const DAY = '2025-10-31';

  it('lie there one by one, under tokens, and add up to the numbers of the run', async () => {
    await aRun('loan balances', parFile('CLEARID', DAY));
    await deliverAll();

    expect(await facts()).toEqual(
      [
        { dpd: 0, bucket: '0_7', outstanding: '1000.00', par_30: '0.00', status: 'Current' },
        { dpd: 0, bucket: '0_7', outstanding: '2000.00', par_30: '0.00', status: 'Current' },
        { dpd: 10, bucket: '7_30', outstanding: '250.00', par_30: '0.00', status: 'Default' },
        { dpd: 40, bucket: '30_60', outstanding: '500.00', par_30: '500.00', status: 'Default' },
        { dpd: 95, bucket: '90_plus', outstanding: '250.00', par_30: '250.00', status: 'Default' },
      ].map((loan) => ({
        as_of: DAY,
        customer_type: 'unknown',
        vintage: 'unknown',
        disburse_date: null,
        ...loan,
      })),
    );
    expect(
      await database.rows(`
        SELECT sum(fact.par_30) = numerator AND sum(fact.outstanding) = denominator AS agrees
        FROM analytics.loan_facts AS fact JOIN analytics.loan_days AS day USING (as_of) JOIN analytics.kpi_values AS value USING (run_id)
        WHERE fact.as_of = '${DAY}' AND kpi_name = 'risk.par_30' GROUP BY numerator, denominator`),
    ).toEqual([{ agrees: true }]);
    expect(await everything()).not.toContain('CLEARID');
  });

  it('bear the tokens that explanations of KPIs show', async () => {
    const tokenOf = pseudonymiser(TEST_PSEUDONYM_KEY);

    const tokens = await database.rows('SELECT loan_token FROM analytics.loan_facts');

    expect(tokens).toContainEqual({ loan_token: tokenOf('loan_id', 'CLEARID-001') });
  });

  it('are those of the newest file of the day: others are gone, and no resending brings them back', async () => {
    const first = await aRun('loan balances 1', parFile('OLD', '2025-09-30'));
    await pipeline.landLaterThan(first);
    const rows = parRows('NEW', '2025-09-30').slice(1);
    await aRun('loan balances 2', csvOf(rows));
    await deliverAll();
    const ofDay = () =>
      database.rows(`
        SELECT count(*)::int AS loans, sum(fact.outstanding)::text AS outstanding
        FROM analytics.loan_facts AS fact WHERE as_of = '2025-09-30'`);
    const newest = [{ loans: 4, outstanding: '3000.00' }];
    expect(await ofDay()).toEqual(newest);

    const { runId, attempt } = await pipeline.runOf(first);
    await resendDelivery({ destination: 'postgres', subject: { kind: 'run', runId, attempt } }, deps);

    expect(await deliverAll()).toMatchObject([{ status: 'delivered' }]);
    expect(await ofDay()).toEqual(newest);
  });

  it('know the customer and the terms where the file of loans is there as well', async () => {
    await aRun('loan balances 3', parFile('KNOWN', '2025-11-30'));
    await pipeline.drop('looker/loans/loans.csv', loansFile('KNOWN'));
    const outcome = await pipeline.announce('looker/loans/loans.csv', deps);
    while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);
    await pipeline.runOf(outcome);
    await deliverAll();
    const tokenOf = pseudonymiser(TEST_PSEUDONYM_KEY);

    const known = await database.rows(`
      SELECT count(*)::int AS loans, count(DISTINCT customer_token)::int AS customers,
        count(*) FILTER (WHERE customer_token = '${tokenOf('customer_id', 'CLI0002')}')::int AS of_one
      FROM analytics.loan_facts WHERE as_of = '2025-11-30'`);

    expect(known).toEqual([{ loans: 5, customers: 4, of_one: 2 }]);
    expect(await everything()).not.toMatch(/KNOWN|CLI000/);
  });
});
