import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditCommand } from '../../local/audit-options.ts';
import { accessPath } from '../../shared/access/access-record.ts';
import { AuditPayload } from '../../shared/runs/audit-payload.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aChain, asked } from '../shared/access/a-chain.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../support/a-pipeline.ts';
import { embeddedPostgres, type TestDatabase } from '../support/a-postgres.ts';
import { type Ended, runScript } from '../support/run-script.ts';
import { parFile } from '../support/small-files.ts';

// The commands as people call them, over a store with one run.

let dir: string;
let database: TestDatabase;
let pipeline: Pipeline;
let run: RunRecord;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-audit-'));
  database = await embeddedPostgres();
  pipeline = await Pipeline.open();
  run = await pipeline.takeThrough('looker/loan_par_balances/audited.csv', parFile('AUDITED'));
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function audit(args: readonly string[], url: string | undefined = database.url): Promise<Ended> {
  const env = {
    DataStorage: pipeline.storage,
    PII_KEY: TEST_PSEUDONYM_KEY,
    ...(url !== '' && { SUPABASE_DB_URL: url }),
  };
  return await runScript('local/audit.ts', args, { folder: dir, env });
}

describe('by hand', () => {
  it('migrations are shown before they are applied', async () => {
    const shown = await audit(['migrate']);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Would be applied:\n {2}001-/) });
    expect(await database.rows("SELECT to_regnamespace('analytics') AS there")).toEqual([{ there: null }]);

    expect((await audit(['migrate', '--apply'])).stdout).toMatch(/^Applied:\n {2}001-/);
    expect((await audit(['migrate'])).stdout).toBe('The database has all migrations.\n');
  });

  it('a dry run prints what would be written, with nothing left out, and writes nothing', async () => {
    const { code, stdout, stderr } = await audit(['dry-run', '--run', run.runId], '');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { pipeline_runs: runs, kpi_values: values } = AuditPayload.parse(JSON.parse(stdout));
    expect(runs[0]).toMatchObject({ run_key: run.runId, git_sha: expect.stringMatching(/./) });
    expect(runs[0].config_version).toMatch(/^[0-9a-f]{64}$/);
    expect(values.every(({ kpi_def_version }) => kpi_def_version > 0)).toBe(true);
    expect(await database.rows('SELECT count(*)::int AS n FROM analytics.pipeline_runs')).toEqual([{ n: 0 }]);
  });

  it('a write says what it changed, and that it changed nothing the second time', async () => {
    const first = await audit(['write', '--run', run.runId]);
    const second = await audit(['write', '--run', run.runId]);

    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`${run.runId}, attempt 1 as `);
    expect(first.stdout).toMatch(/^ {2}pipeline_runs: 1 written\n {2}raw_artifacts: 1 written$/m);
    expect(first.stdout).toMatch(/^ {2}loan_days: 1 written\n {2}loan_facts: 5 written$/m);
    expect(second.stdout).toBe(
      `${run.runId}, attempt 1: all of it was there already, nothing was changed.\n`,
    );
  });
});

it('the access record is walked, and its first break is named with an exit code of its own', async () => {
  const { lake } = pipeline.deps;
  const chain = aChain(lake);
  const first = await chain.append(asked('ana'));
  const newest = await chain.append(asked('eva'));
  const noted = `${newest.number}:${newest.sha256}`;
  const whole = await audit(['verify', '--noted', noted], '');
  await lake.write('audit', accessPath(first.number), '{}');
  const broken = await audit(['verify'], '');

  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toContain('The access record is whole: 2 records');
  expect(whole.stdout).toContain(`The newest is ${noted} of 2026-11-29T06:00:00.000Z.`);
  expect(whole.stdout).toContain('Record 2: pause-source, asked at 2026-11-29T06:00:00.000Z by eva, and ');
  expect(broken).toMatchObject({ code: 3, stderr: '' });
  expect(broken.stdout).toMatch(/^The access record breaks at record 1: it is no record of ours\.$/m);
});

it('what a run left is held against its manifest, and its numbers are computed again', async () => {
  const whole = await audit(['verify', '--run', run.runId, '--recompute'], '');
  const path = `${run.runId}/compliance.json`;
  const body = await pipeline.deps.lake.read('runs', path);
  await pipeline.deps.lake.write('runs', path, '{}');
  const changed = await audit(['verify', '--run', run.runId], '');
  await pipeline.deps.lake.write('runs', path, body ?? '');

  // The command has more definitions than the run was computed with.
  expect(whole).toMatchObject({ code: 3, stderr: '' });
  expect(whole.stdout).toMatch(
    /attempt 1: all of its \d+ files are as they were written\.\nComputed again, \d+ numbers are other ones\. The definitions have changed since\.\n {2}\S+@\d/,
  );
  expect(changed).toMatchObject({ code: 3, stderr: '' });
  expect(changed.stdout).toMatch(
    /: 1 of \d+ files are not as they were written\.\n {2}runs\/run_\w+\/compliance\.json was changed: /,
  );
});

describe('what is wrong with a call is said, without a stack', () => {
  it.each([
    [['write', '--run', 'run_000000000000'], undefined, 2, 'there is no run run_000000000000'],
    [['write', '--run', 'RUN', '--attempt', '7'], undefined, 2, 'has 1 attempts so far'],
    [['write', '--run', 'RUN'], '', 2, 'secret postgres-url is not in the environment (SUPABASE_DB_URL)'],
    [['write', '--run', 'RUN'], 'postgresql://u:p@127.0.0.1:9/none', 1, 'could not be reached'],
  ])('%j at %j', async (args, url, code, said) => {
    const ended = await audit(
      args.map((arg) => (arg === 'RUN' ? run.runId : arg)),
      url,
    );

    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) });
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  it.each([
    [[], 'say what to do'],
    [['write'], 'no run was given'],
    [['write', '--run', 'x'], 'is no run'],
    [['dry-run', '--run', 'run_0123456789ab', '--attempt', '0'], 'is no attempt'],
    [['dry-run', '--run', 'run_0123456789ab', '--apply'], 'belongs to audit:migrate'],
    [['verify', '--run', 'run_0123456789ab', '--noted', `1:${'0'.repeat(64)}`], 'not of a run'],
    [['verify', '--recompute'], 'is of a run'],
    [['verify', '--attempt', '2'], 'newest attempt'],
    [['dry-run', '--run', 'run_0123456789ab', '--recompute'], 'belongs to audit:verify'],
    [['verify', '--noted', '42'], 'is no link'],
    [['migrate', '--noted', '42'], 'belongs to audit:verify'],
    [['migrate', '--run', 'run_0123456789ab'], 'not of a run'],
    [['migrate', 'now'], 'one word too many'],
    [['migrate', '--really'], '--really'],
  ])('%j', (args, said) => {
    expect(() => auditCommand(args)).toThrow(said);
  });

  it('and help is given', () => {
    expect(auditCommand(['--help'])).toEqual({ kind: 'help' });
  });
});
