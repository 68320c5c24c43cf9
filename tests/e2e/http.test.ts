import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { KpiResult } from '../../shared/kpis/kpi-result.ts';
import { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfBook, partsOf } from '../support/expected-kpis.ts';
import { tagsOf } from '../support/tags-of.ts';

// The HTTP interface of a host with one whole book in it.

const PATHS = [
  'looker/loan_par_balances/par.csv',
  'looker/loans/loans.csv',
  'cascade/loan_tape/tape.csv',
] as const;
const [PAR_PATH] = PATHS;
const PROTECTED = [
  ['GET', 'runs'],
  ['GET', 'runs/run_000000000000'],
  ['GET', 'runs/run_000000000000/artifacts/summary.json'],
  ['POST', 'runs/run_000000000000/rerun'],
  ['POST', 'runs/run_000000000000/replay'],
  ['POST', 'pipeline/trigger'],
  ['POST', 'check'],
  ['GET', 'kpis'],
  ['GET', 'kpis/risk.par_30'],
  ['GET', 'catalog'],
  ['GET', 'dashboard'],
  ['GET', 'exports/kpis'],
  ['GET', 'exports/tables/table_vintages'],
  ['GET', 'reports/2025-12-10'],
  ['GET', 'openapi.json'],
] as const;

const ProblemDetails = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  runbook: z.string().regex(/^docs\/runbooks\/.+\.md$/),
  problems: z.array(z.string()).optional(),
});

let dir: string;
let sums: ExpectedSums;
let store: Store;
let host: LocalHostProcess;
let run: RunRecord;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-http-'));
  sums = await generateBook({ dir, loans: 400, seed: 31 });
  const storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({ storage });
  for (const path of PATHS) {
    const [source, dataset] = path.split('/');
    await store.drop(path, await readFile(join(dir, `${source}/${dataset}.csv`)));
  }
  await untilQuiet(store, { dropped: PATHS });
  ({ run } = await store.outcomeOf(PAR_PATH));
}, 600_000);
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('keys', () => {
  it.each(PROTECTED)('%s %s wants one, and a wrong one is none', async (method, path) => {
    const without = await host.ask(`/api/${path}`, { method, key: '' });
    const wrong = await host.ask(`/api/${path}`, { method, key: 'a wrong key of forty characters or so___' });

    expect([without.status, wrong.status]).toEqual([401, 401]);
    expect(await without.text()).not.toContain(host.key);
  });

  it('may stand in the address', async () => {
    const answer = await host.ask(`/api/runs?code=${host.key}`, { key: '' });

    expect(answer.status).toBe(200);
  });

  it('are not needed for health', async () => {
    const answer = await host.ask('/api/health', { key: '' });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'healthy',
      last_error: null,
      revision: 'revision-under-test',
      checks: { 'container landing': { ok: true }, 'table runs': { ok: true } },
    });
  });
});

describe('runs', () => {
  it('are listed newest first, by status and up to a limit', async () => {
    const runsOf = async (query: string): Promise<RunRecord[]> =>
      z.object({ runs: z.array(RunRecord) }).parse(await json(`/api/runs${query}`)).runs;

    const all = await runsOf('');

    expect(all).toHaveLength(PATHS.length);
    expect(all.map(({ startedAt }) => startedAt)).toEqual(
      all.map(({ startedAt }) => startedAt).toSorted((a, b) => (a < b ? 1 : -1)),
    );
    expect(await runsOf('?status=success')).toHaveLength(PATHS.length);
    expect(await runsOf('?status=rejected')).toEqual([]);
    expect(await runsOf('?limit=1')).toEqual(all.slice(0, 1));
  });

  it('show their trail and the names of their documents', async () => {
    const shown = z
      .object({ run: RunRecord, artifacts: z.array(z.looseObject({ name: z.string() })) })
      .parse(await json(`/api/runs/${run.runId}`));

    expect(shown.run).toEqual(run);
    const names = shown.artifacts.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['summary.json', 'manifest.json', 'report.html', 'kpis.csv']),
    );
    for (const name of names) {
      const { status } = await host.ask(`/api/runs/${run.runId}/artifacts/${name}`);
      expect([name, status]).toEqual([name, 200]);
    }
  });

  it('hand out their documents as they lie in the lake, and no rows of people', async () => {
    for (const [name, type] of [
      ['summary.json', 'application/json'],
      ['lineage.jsonl', 'application/x-ndjson'],
      ['report.md', 'text/markdown; charset=utf-8'],
      ['report.html', 'text/html; charset=utf-8'],
    ] as const) {
      const answer = await host.ask(`/api/runs/${run.runId}/artifacts/${name}`);
      const stored = await store.bytes('runs', `${run.runId}/${name}`);
      expect([name, answer.headers.get('content-type')]).toEqual([name, type]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(stored)).toBe(true);
    }
    const csv = await host.ask(`/api/runs/${run.runId}/artifacts/kpis.csv`);
    const mart = await store.bytes('marts', `kpis/as_of=${run.asOf}/${run.runId}.csv`);
    expect(Buffer.from(await csv.arrayBuffer()).equals(mart)).toBe(true);
    for (const name of ['staging.parquet', 'raw', 'nothing.json', '..%2Fx.json']) {
      await expectProblem(await host.ask(`/api/runs/${run.runId}/artifacts/${name}`), 404);
    }
  });
});

describe('a rerun', () => {
  it('as a dry run says what would be done and does nothing', async () => {
    const answer = await host.ask(`/api/runs/${run.runId}/rerun?from=compute&dryRun=true`, {
      method: 'POST',
    });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      dryRun: true,
      runId: run.runId,
      attempt: run.attempt + 1,
      kept: ['ingest', 'validate'],
      redone: ['compute', 'publish'],
    });
    expect((await store.ledger.find(run.runId))?.value).toEqual(run);
  });

  it('is a new attempt that succeeds with the very same marts, and keeps the earlier documents', async () => {
    const marts = await store.paths('marts', 'kpis/');
    const before = await Promise.all(marts.map((path) => store.bytes('marts', path)));
    const staging = await store.paths('staging');

    const answer = await host.ask(`/api/runs/${run.runId}/rerun?reason=a%20test`, { method: 'POST' });
    await untilQuiet(store, { dropped: PATHS });

    const { run: after } = await store.outcomeOf(PAR_PATH);
    expect(answer.status).toBe(202);
    expect(after).toMatchObject({ status: 'success', runId: run.runId });
    expect(after.attempt).toBeGreaterThan(run.attempt);
    expect(await store.paths('marts', 'kpis/')).toEqual(marts);
    expect(await store.paths('staging')).toEqual(staging);
    for (const [index, path] of marts.entries()) {
      expect([path, (await store.bytes('marts', path)).equals(before[index] ?? Buffer.alloc(0))]).toEqual([
        path,
        true,
      ]);
    }
    const documents = await store.paths('runs', `${run.runId}/attempts/${run.attempt}/`);
    expect(documents).toContain(`${run.runId}/attempts/${run.attempt}/summary.json`);
    run = after;
  });

  it.each([
    ['from a stage that is none', 'runs/RUN/rerun?from=ingest', 400],
    ['of a run that is not there', 'runs/run_000000000000/rerun', 404],
    ['of something that is no run', 'runs/..%2F..%2Fx/rerun', 404],
  ])('%s is refused', async (_, path, status) => {
    const answer = await host.ask(`/api/${path.replace('RUN', run.runId)}`, { method: 'POST' });

    await expectProblem(answer, status);
  });

  it('of a file that no contract accepted is refused: there is nothing to work on', async () => {
    await store.drop('inbox/unknown.csv', 'alpha,beta\n1,2\n');
    await untilQuiet(store, { dropped: ['inbox/unknown.csv'] });
    const { run: unknown } = await store.outcomeOf('inbox/unknown.csv');

    const answer = await host.ask(`/api/runs/${unknown.runId}/rerun`, { method: 'POST' });

    const { detail } = await expectProblem(answer, 409);
    expect(detail).toContain('was not rerun');
  });
});

describe('the trigger', () => {
  const LATER = 'looker/loans/later.csv';

  it('drops a body into landing and takes it in once, though its event comes as well', async () => {
    const body = await laterLoans();

    const answer = await host.ask(`/api/pipeline/trigger?input_file=${LATER}`, { method: 'POST', body });
    const taken = z.looseObject({ runId: z.string(), watch: z.string() }).parse(await answer.json());
    await untilQuiet(store, { dropped: [LATER] });

    expect(answer.status).toBe(202);
    expect(taken.watch).toBe(`/api/runs/${taken.runId}`);
    expect((await store.bytes('landing', LATER)).toString('utf8')).toBe(body);
    expect((await store.outcomeOf(LATER)).run).toMatchObject({
      runId: taken.runId,
      status: 'success',
      attempt: 1,
      duplicates: 0,
    });
  });

  it('without a body finds the file that lies there, and answers with the run it has', async () => {
    const answer = await host.ask(`/api/pipeline/trigger?input_file=landing/${LATER}`, { method: 'POST' });

    expect(answer.status).toBe(202);
    const { run: known } = await store.outcomeOf(LATER);
    expect(await answer.json()).toMatchObject({ runId: known.runId, path: LATER });
  });

  it('without a body and without a file says that there is none', async () => {
    const answer = await host.ask('/api/pipeline/trigger?input_file=looker/loans/gone.csv', {
      method: 'POST',
    });

    await expectProblem(answer, 404);
  });

  it('without a name says which parameter it wants', async () => {
    const answer = await host.ask('/api/pipeline/trigger', { method: 'POST', body: 'x' });

    const { problems } = await expectProblem(answer, 400);
    expect(problems?.join()).toContain('input_file');
  });
});

describe('KPIs', () => {
  it('are those that the book adds up to', async () => {
    const answer = z
      .object({ asOf: z.string(), kpis: z.array(KpiResult), book: z.array(z.unknown()) })
      .parse(await json(`/api/kpis?asOf=${sums.asOf}`));

    expect(answer.asOf).toBe(sums.asOf);
    expect(answer.book).toHaveLength(PATHS.length);
    expect(Object.keys(partsOf(answer.kpis))).toEqual(
      expect.arrayContaining(Object.keys(expectedOfBook(sums))),
    );
    const { 'risk.par_30': par30, 'port.outstanding': outstanding } = partsOf(answer.kpis);
    expect(par30).toEqual(expectedOfBook(sums)['risk.par_30']);
    expect(outstanding).toEqual(expectedOfBook(sums)['port.outstanding']);
  });

  it('can be asked for one by one, with formula, series and inputs', async () => {
    const answer = z
      .object({
        formula: z.string(),
        kpi: KpiResult,
        previous: KpiResult,
        series: z.array(KpiResult),
        book: z.array(z.looseObject({ sha256: z.string() })),
      })
      .parse(await json('/api/kpis/risk.par_90'));

    const newest = sums.parDates.at(-1);
    expect(answer.formula).toContain('90 or more days past due');
    expect(answer.kpi).toMatchObject({ numerator: newest?.par90, denominator: newest?.outstanding });
    expect(answer.previous.reportingDate).toBe(sums.parDates.at(-2)?.reportingDate);
    expect(answer.series.map(({ reportingDate }) => reportingDate)).toEqual(
      sums.parDates.map(({ reportingDate }) => reportingDate),
    );
    expect(answer.book.map(({ sha256 }) => sha256)).toContain(run.sha256);
  });

  it('are explained to a browser on a page, in its language, and so is the catalogue', async () => {
    const headers = { accept: 'text/html,*/*;q=0.8', 'accept-language': 'es-SV' };
    for (const path of ['kpis/risk.par_90', 'catalog']) {
      const answer = await host.ask(`/api/${path}`, { headers });
      const html = await answer.text();

      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(html).toContain('<html lang="es">');
      expectNoScript(html);
      expect(html).not.toContain(host.key);
    }
  });

  it.each([
    ['kpis/no.such_kpi', 404],
    ['kpis?asOf=2001-01-01', 404],
    ['kpis?asOf=2999-01-01', 404],
    ['kpis?asOf=yesterday', 400],
    ['kpis?grain=year', 400],
    ['kpis/risk.par_30?dimension=company', 400],
    ['catalog?format=xml', 400],
    ['kpis/risk.par_30?asOf=2025-13-01', 400],
    ['reports/2001-01-01', 404],
    ['reports/latest', 400],
    ['runs?limit=0', 400],
    ['runs?status=odd', 400],
    ['runs/run_000000000000', 404],
  ])('and runs: GET %s is answered with a problem, %i', async (path, status) => {
    await expectProblem(await host.ask(`/api/${path}`), status);
  });
});

describe('pages', () => {
  it('the dashboard shows every KPI and has no script', async () => {
    const answer = await host.ask('/api/dashboard');
    const html = await answer.text();

    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const kpis = z.object({ kpis: z.array(KpiResult) }).parse(await json('/api/kpis')).kpis;
    for (const { name } of kpis) expect(html).toContain(name);
    const outstanding = kpis.find(({ id }) => id === 'port.outstanding')?.value ?? '';
    expect(html).toContain(Number(outstanding).toLocaleString('en-US', { minimumFractionDigits: 2 }));
    expectNoScript(html);
    expect(html).not.toContain(host.key);
  });

  it('the report of an as-of date is the one that the run left', async () => {
    const answer = await host.ask(`/api/reports/${sums.asOf}`);
    const html = await answer.text();

    expect(answer.status).toBe(200);
    expect(html).toContain(sums.asOf);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expectNoScript(html);
  });
});

describe('the interface', () => {
  it('describes itself: every path that is served, with its parameters', async () => {
    const document = z
      .object({
        openapi: z.literal('3.1.0'),
        paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
      })
      .parse(await json('/api/openapi.json'));

    for (const [method, path] of PROTECTED) {
      const template = path
        .replace(/run_0+/, '{runId}')
        .replace('artifacts/summary.json', 'artifacts/{name}')
        .replace('risk.par_30', '{id}')
        .replace('2025-12-10', '{date}')
        .replace('table_vintages', '{name}');
      if (path === 'openapi.json') continue;
      expect(document.paths[`/api/${template}`]).toHaveProperty(method.toLowerCase());
    }
    expect(document.paths['/api/health']?.['get']).toMatchObject({ security: [] });
  });

  it('answers 404 to what is not there and does not take the wrong method', async () => {
    const nowhere = await host.ask('/api/nothing/here');
    const wrongMethod = await host.ask('/api/kpis', { method: 'DELETE' });
    const wrongRerun = await host.ask(`/api/runs/${run.runId}/rerun`);

    expect(nowhere.status).toBe(404);
    // The real host answers 404 here; ours says that it is the method.
    expect(wrongMethod.status).toBe(405);
    expect(wrongRerun.status).toBe(405);
  });
});

async function json(path: string): Promise<unknown> {
  const answer = await host.ask(path);
  expect([path, answer.status]).toEqual([path, 200]);
  return await answer.json();
}

async function expectProblem(answer: Response, status: number): Promise<z.infer<typeof ProblemDetails>> {
  const problem = ProblemDetails.parse(await answer.json());
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect([answer.status, problem.status]).toEqual([status, status]);
  expect(problem.detail).toMatch(/^\S.{15,}\.$/);
  return problem;
}

function expectNoScript(html: string): void {
  const tags = tagsOf(html);
  expect(tags.filter((tag) => tag.startsWith('script'))).toEqual([]);
  expect(tags.filter((tag) => / on\w+/.test(tag))).toEqual([]);
}

/** The loans of a later book: another content, as of a later day. */
async function laterLoans(): Promise<string> {
  const later = join(dir, 'later');
  await generateBook({ dir: later, loans: 420, seed: 32, asOf: '2026-01-10' });
  return await readFile(join(later, 'looker/loans.csv'), 'utf8');
}
