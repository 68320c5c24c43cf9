import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditStore } from '../../../../shared/adapters/postgres/postgres-audit-store.ts';
import type { ConnectionRule } from '../../../../shared/adapters/postgres/postgres-connection.ts';
import { RunId } from '../../../../shared/domain/ids.ts';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import type { KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { seal } from '../../../../shared/privacy/sealed.ts';
import type { AuditPayload } from '../../../../shared/runs/audit-payload.ts';
import type { RunRecord } from '../../../../shared/runs/run-record.ts';
import { aKpiMart, aKpiResult, aRun } from '../../../support/a-kpi-mart.ts';
import {
  embeddedPostgres,
  HAS_POSTGRES,
  installedPostgres,
  NO_POSTGRES,
  type TestDatabase,
} from '../../../support/a-postgres.ts';
import { anAuditPayload } from '../../../support/an-audit-payload.ts';

// The same on PostgreSQL in WebAssembly, which every machine has, and on the machine's own.

const LOCAL: ConnectionRule = { allowsLoopback: true };
const TABLES = [
  'pipeline_runs',
  'raw_artifacts',
  'kpi_definitions',
  'kpi_values',
  'kpi_parts',
  'data_quality_results',
];
const MIGRATIONS = [
  '001-audit-tables.sql',
  '002-kpi-monitoring.sql',
  '003-kpi-history.sql',
  '004-loan-facts.sql',
  '005-kpi-parts.sql',
];

function storeAt(url: string, rule = LOCAL, root?: string): PostgresAuditStore {
  const secrets = { get: () => Promise.resolve(seal(url)) };
  return new PostgresAuditStore(rule, { secrets, ...(root !== undefined && { root }) });
}

const KINDS = [
  { kind: 'PostgreSQL in WebAssembly', open: embeddedPostgres, has: true },
  {
    kind: HAS_POSTGRES ? 'the PostgreSQL of this machine' : `the PostgreSQL of this machine (${NO_POSTGRES})`,
    open: installedPostgres,
    has: HAS_POSTGRES,
  },
];

for (const { kind, open, has } of KINDS) {
  const on = has ? describe : describe.skip;

  on(kind, () => {
    let database: TestDatabase;
    let store: PostgresAuditStore;
    beforeAll(async () => {
      database = await open();
      store = storeAt(database.url);
    });
    afterAll(async () => {
      await database?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      await database.rows('DROP SCHEMA IF EXISTS analytics CASCADE');
      await store.migrate();
    });

    const counts = async () => {
      const counted = TABLES.map((table) => `(SELECT count(*)::int FROM analytics.${table}) AS ${table}`);
      return (await database.rows(`SELECT ${counted.join(', ')}`))[0];
    };
    /** Every row with the transaction that wrote it. */
    const everything = async () =>
      await Promise.all(
        TABLES.map((table) =>
          database.rows(`SELECT xmin::text, t::text FROM analytics.${table} AS t ORDER BY t`),
        ),
      );

    describe('a run', () => {
      it('lies in its tables with definitions, versions and the bytes that its numbers came from', async () => {
        const outcome = await store.write(anAuditPayload());

        expect(outcome).toMatchObject({ kind: 'written' });
        expect(await counts()).toEqual({
          pipeline_runs: 1,
          raw_artifacts: 2,
          kpi_definitions: 11,
          kpi_values: 11,
          kpi_parts: 0,
          data_quality_results: 1,
        });
        // PAR 90 of December 2025 is 648,259.20 of 12,004,800.00.
        const [par] = await database.rows(`
          SELECT run_key, value_numeric::text, numerator::text, kpi_def_version, storage_uri, config_version, git_sha
          FROM analytics.kpi_values JOIN analytics.pipeline_runs USING (run_id)
          JOIN analytics.raw_artifacts ON artifact_id = raw_artifact_id WHERE kpi_name = 'risk.par_90'`);
        expect(par).toEqual({
          run_key: 'run_4f1c29ab03de',
          value_numeric: '5.4000000000',
          numerator: '648259.20',
          kpi_def_version: 1,
          storage_uri: `raw/${aRun().rawPath}`,
          config_version: 'c0ffee'.padEnd(64, '1'),
          git_sha: 'a1b2c3d',
        });
      });

      it('that is written again changes no row', async () => {
        await store.write(anAuditPayload());
        const before = await everything();

        const outcome = await store.write(anAuditPayload());

        expect(outcome).toEqual({
          kind: 'written',
          changes: [...TABLES, 'loan_days', 'loan_facts'].map((table) => ({ table, written: 0, removed: 0 })),
        });
        expect(await everything()).toEqual(before);
      });

      it('keeps amounts to the last digit, and more of them than a float has', async () => {
        const value = '12345678901234567890123456789.0000000001';
        const mart = aKpiMart({ months: 1, kpis: [aKpiResult({ value })] });

        await store.write(anAuditPayload({ mart }));

        expect(await database.rows('SELECT value_numeric::text AS value FROM analytics.kpi_values')).toEqual([
          { value },
        ]);
      });

      it('has each KPI by the values of its dimensions, at the newest reporting date and of its newest attempt', async () => {
        const kpi = aKpiResult({});
        const part = (company: string, more: Partial<KpiResult> = {}) => ({
          ...kpi,
          dimension: { company },
          ...more,
        });
        const before = LocalDate.parse('2025-11-30');
        const breakdowns = [part('ABF'), part('ABC'), part('ABF', { reportingDate: before })];
        const mart = { ...aKpiMart({ months: 1, kpis: [kpi] }), breakdowns };
        const written =
          'SELECT kpi_name, dimension, dimension_value, value_numeric::text FROM analytics.kpi_parts ORDER BY 3';

        await store.write(anAuditPayload({ mart }));
        const first = await database.rows(written);
        const fewer = { ...mart, breakdowns: breakdowns.slice(0, 1) };
        const outcome = await store.write(anAuditPayload({ run: aRun({ attempt: 2 }), mart: fewer }));

        const [abc, abf] = ['ABC', 'ABF'].map((company) => ({
          kpi_name: kpi.id,
          dimension: 'company',
          dimension_value: company,
          value_numeric: kpi.value,
        }));
        expect(first).toEqual([abc, abf]);
        expect(outcome).toMatchObject({
          changes: expect.arrayContaining([{ table: 'kpi_parts', written: 0, removed: 1 }]),
        });
        expect(await database.rows(written)).toEqual([abf]);
      });

      it('is replaced by its next attempt, which may have fewer KPIs', async () => {
        await store.write(anAuditPayload());
        const mart = aKpiMart({
          months: 1,
          kpis: [aKpiResult({ value: '4.0000000000', status: 'warning' })],
        });

        const outcome = await store.write(anAuditPayload({ run: aRun({ attempt: 2 }), mart }));

        expect(outcome).toMatchObject({
          changes: expect.arrayContaining([{ table: 'kpi_values', written: 1, removed: 10 }]),
        });
        expect(
          await database.rows(
            'SELECT attempt, value_numeric::text AS value FROM analytics.kpi_values JOIN analytics.pipeline_runs USING (run_id)',
          ),
        ).toEqual([{ attempt: 2, value: '4.0000000000' }]);
      });

      it('is not put back by an attempt that comes late', async () => {
        await store.write(anAuditPayload({ run: aRun({ attempt: 2 }) }));
        const before = await everything();

        const outcome = await store.write(anAuditPayload({ run: aRun({ attempt: 1 }) }));

        expect(outcome).toEqual({ kind: 'overtaken', byAttempt: 2 });
        expect(await everything()).toEqual(before);
      });

      it.each([
        ['rejected', 'failed'],
        ['canceled', 'canceled'],
      ] as const)(
        'keeps its last numbers while the machinery fails, and loses them when it is %s',
        async (outcome, status) => {
          await store.write(anAuditPayload());

          await store.write(anAuditPayload({ run: aRun({ attempt: 2, status: 'failed' }), mart: undefined }));

          expect(await counts()).toMatchObject({ kpi_values: 11, raw_artifacts: 2 });
          await store.write(anAuditPayload({ run: aRun({ attempt: 3, status: outcome }), mart: undefined }));
          expect(await counts()).toMatchObject({ kpi_values: 0, raw_artifacts: 1 });
          expect(await database.rows('SELECT status, outcome FROM analytics.pipeline_runs')).toEqual([
            { status, outcome },
          ]);
        },
      );

      it('is there whole or not at all', async () => {
        const { kpi_values: values, ...rest } = anAuditPayload();
        const broken = { ...rest, kpi_values: values.map((row) => ({ ...row, kpi_def_version: 9 })) };

        await expect(store.write(broken)).rejects.toMatchObject({
          name: 'RequestRefused',
          message: expect.stringMatching(/23503.*kpi_values/),
        });

        expect(await counts()).toMatchObject({ pipeline_runs: 0, kpi_definitions: 0 });
      });

      it('is seen once for each book by whoever monitors', async () => {
        await store.write(anAuditPayload());
        await store.write(anAuditPayload({ run: aRun({ runId: RunId.parse('run_0123456789ab') }) }));

        const seen = await database.rows(
          "SELECT snapshot_id, as_of_date::text, value_num::text, status FROM analytics.kpi_monitoring WHERE kpi_key = 'risk.par_90'",
        );

        expect(seen).toEqual([
          {
            snapshot_id: 'book_9b2f00c4d1e7',
            as_of_date: '2025-12-31',
            value_num: '5.4000000000',
            status: 'critical',
          },
        ]);
      });
    });

    it('a value of the past is that of the newest run that knows it, as long as that stands', async () => {
      const written = async (name: string, value: string, run: Partial<RunRecord>) => {
        const mart = aKpiMart({ months: 1, kpis: [aKpiResult({ value })] });
        const rejected = run.status === 'rejected';
        const runId = RunId.parse(name);
        await store.write(
          anAuditPayload({ run: aRun({ runId, ...run }), mart: rejected ? undefined : mart }),
        );
      };
      const seen = () =>
        database.rows('SELECT value_numeric::text AS value, run_key FROM analytics.kpi_history');
      const [first, correction] = ['run_000000000001', 'run_000000000002'] as const;
      await written(correction, '4.2', { completedAt: '2026-01-06T06:30:00.000Z' });

      await written(first, '4.1', { completedAt: '2026-01-05T06:30:00.000Z' });

      expect(await seen()).toEqual([{ value: '4.2', run_key: correction }]);
      await written(correction, '', { attempt: 2, status: 'rejected' });
      expect(await seen()).toEqual([{ value: '4.1', run_key: first }]);
    });

    describe('migrations', () => {
      let root: string;
      beforeEach(async () => {
        root = await mkdtemp(join(tmpdir(), 'abaco-migrations-'));
        await cp(
          join(import.meta.dirname, '../../../../shared/adapters/postgres/migrations'),
          join(root, 'migrations'),
          {
            recursive: true,
          },
        );
      });
      afterEach(() => rm(root, { recursive: true, force: true }));
      const add = (name: string, sql: string) => writeFile(join(root, 'migrations', name), sql);

      it('are said before, applied once, and written down', async () => {
        await database.rows('DROP SCHEMA analytics CASCADE');

        expect(await store.pendingMigrations()).toEqual(MIGRATIONS);
        expect(await database.rows("SELECT to_regnamespace('analytics') IS NULL AS untouched")).toEqual([
          { untouched: true },
        ]);
        expect(await store.migrate()).toEqual(MIGRATIONS);
        expect(await store.migrate()).toEqual([]);
        expect(await store.pendingMigrations()).toEqual([]);
        expect(await database.rows('SELECT name FROM analytics.schema_migrations ORDER BY name')).toEqual(
          MIGRATIONS.map((name) => ({ name })),
        );
      });

      it('are applied all or none', async () => {
        await add('901-good.sql', 'CREATE TABLE analytics.good (id int);');
        await add('902-bad.sql', 'CREATE TABLE analytics.bad (id nonsense);');

        await expect(storeAt(database.url, LOCAL, root).migrate()).rejects.toMatchObject({
          name: 'RequestRefused',
        });

        expect(await database.rows("SELECT to_regclass('analytics.good') AS good")).toEqual([{ good: null }]);
        expect(await store.pendingMigrations()).toEqual([]);
      });

      it('that were changed after they were applied are refused, and what to do is said', async () => {
        await add(MIGRATIONS[0] ?? '', '-- nothing any more');
        const changed = storeAt(database.url, LOCAL, root);

        await expect(changed.pendingMigrations()).rejects.toMatchObject({
          name: 'MigrationRefused',
          message: expect.stringMatching(/^001-audit-tables\.sql was changed .*migration of its own\.$/),
        });
        await expect(changed.migrate()).rejects.toMatchObject({ name: 'MigrationRefused' });
      });

      it('of newer code, or with a number that was passed, are refused', async () => {
        await add('901-new.sql', 'SELECT 1;');
        await storeAt(database.url, LOCAL, root).migrate();

        await expect(store.migrate()).rejects.toMatchObject({
          message: expect.stringContaining('the database is of newer code'),
        });
        await add('900-late.sql', 'SELECT 1;');
        await expect(storeAt(database.url, LOCAL, root).migrate()).rejects.toMatchObject({
          message: expect.stringMatching(/^900-late\.sql would come before 901-new\.sql/),
        });
      });
    });

    it('tables that are not there are nobody else’s fault: it stays due, and says what to run', async () => {
      await database.rows('DROP SCHEMA analytics CASCADE');

      await expect(store.write(anAuditPayload())).rejects.toMatchObject({
        name: 'ServiceUnavailable',
        message: expect.stringContaining('npm run audit:migrate'),
      });
    });

    it('nothing of a row is in what a refusal says', async () => {
      const [run] = anAuditPayload().pipeline_runs;
      const payload: AuditPayload = {
        ...anAuditPayload(),
        pipeline_runs: [{ ...run, status: 'running', git_sha: 'secret-of-the-row' }],
      };

      const refusal: unknown = await store.write(payload).catch((error: unknown) => error);

      expect(refusal).toMatchObject({ name: 'RequestRefused', status: '23514' });
      expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-of-the-row');
    });

    it('a server that cannot encrypt, or is known to nobody, is reached on this machine in development alone', async () => {
      await expect(
        storeAt(database.url, { allowsLoopback: false }).pendingMigrations(),
      ).rejects.toMatchObject({
        name: 'ServiceUnavailable',
      });
    });
  });
}

(HAS_POSTGRES ? describe : describe.skip)(
  HAS_POSTGRES ? 'a database that asks for more' : `a database that asks for more (${NO_POSTGRES})`,
  () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await installedPostgres();
    });
    afterAll(async () => {
      await database?.[Symbol.asyncDispose]();
    });

    it('is reached with encryption where its authority is known', async () => {
      const store = storeAt(database.url, { allowsLoopback: false, authority: database.authority });

      await store.migrate();

      expect(await store.write(anAuditPayload())).toMatchObject({ kind: 'written' });
    });

    it('and refuses the password has the secret renewed once, and then somebody told', async () => {
      const asked: boolean[] = [];
      const wrong = database.url.replace(/:[^:@]+@/, ':wrong@');
      const secretsWith = (renewedUrl: string) => ({
        get: (_name: string, { renewed = false } = {}) => {
          asked.push(renewed);
          return Promise.resolve(seal(renewed ? renewedUrl : wrong));
        },
      });

      const mended = new PostgresAuditStore(LOCAL, { secrets: secretsWith(database.url) });
      const lost = new PostgresAuditStore(LOCAL, { secrets: secretsWith(wrong) });

      expect(await mended.pendingMigrations()).toEqual([]);
      await expect(lost.pendingMigrations()).rejects.toMatchObject({
        name: 'CredentialsRefused',
        secret: 'postgres-url',
        message: expect.stringContaining('28P01'),
      });
      expect(asked).toEqual([false, true, false, true]);
    });

    it('and has two writers of one run at once lets one after the other', async () => {
      const store = storeAt(database.url);
      const attempts = [1, 2, 3, 2, 1, 3].map((attempt) => aRun({ attempt }));

      await Promise.all(attempts.map((run) => store.write(anAuditPayload({ run }))));

      expect(await database.rows('SELECT attempt FROM analytics.pipeline_runs')).toEqual([{ attempt: 3 }]);
    });
  },
);

describe('an address', () => {
  it.each([
    'https://project.supabase.co',
    'postgresql://db.example/postgres',
    'postgresql://user:100%@db.example/postgres',
    'postgresql://user:pass@db.example',
    'not an address',
  ])('that is none is a secret to renew, and is not repeated: %s', async (url) => {
    const refusal: unknown = await storeAt(url)
      .pendingMigrations()
      .catch((error: unknown) => error);

    expect(refusal).toMatchObject({ name: 'CredentialsRefused', secret: 'postgres-url' });
    expect(String(refusal)).not.toContain(url);
  });

  it("of Supabase's REST interface is told from that of its database", async () => {
    await expect(storeAt('https://project.supabase.co').pendingMigrations()).rejects.toMatchObject({
      message: expect.stringMatching(/REST interface.* Supabase shows it under Connect$/),
    });
  });

  it('where nobody listens, or nobody answers, is left for later', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const quick = { ...LOCAL, connectMs: 100 };

    await expect(
      storeAt(`postgresql://u:p@127.0.0.1:${port}/db`, quick).pendingMigrations(),
    ).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await new Promise((resolve) => silent.close(resolve));
    await expect(
      storeAt(`postgresql://u:p@127.0.0.1:${port}/db`, quick).pendingMigrations(),
    ).rejects.toMatchObject({ name: 'ServiceUnavailable', message: expect.stringContaining('ECONNREFUSED') });
  });
});
