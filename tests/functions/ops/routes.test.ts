import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../../functions/ops/routes.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, sentBy } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const UNKNOWN_RUN = 'run_000000000000';

let pipeline: Pipeline;
let run: RunRecord;
let rejected: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PSEUDONYM_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('HTTP'));
  rejected = await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
});

describe('errors', () => {
  it.each([
    ['run', { params: { runId: UNKNOWN_RUN } }, 404],
    ['run', { params: { runId: '../../etc' } }, 404],
    ['runs', { query: { limit: 'many' } }, 400],
    ['runs', { query: { status: 'gone' } }, 400],
    ['artifact', { params: { runId: UNKNOWN_RUN, name: 'summary.json' } }, 404],
    ['artifact', { params: { runId: 'x', name: 'summary.json' } }, 404],
    ['rerun', { params: { runId: UNKNOWN_RUN } }, 404],
    ['rerun', { params: { runId: 'x' } }, 404],
    ['rerun', { params: { runId: UNKNOWN_RUN }, query: { from: 'ingest' } }, 400],
    ['trigger', {}, 400],
    ['trigger', { query: { input_file: 'looker/loans/missing.csv' } }, 404],
    ['kpis', { query: { asOf: '2025-02-30' } }, 400],
    ['kpis', { query: { asOf: '2001-01-01' } }, 404],
    ['kpi', { params: { id: 'risk.par_31' } }, 404],
    ['kpi', { params: { id: 'risk.par_30' }, query: { asOf: 'x' } }, 400],
    ['report', { params: { date: 'today' } }, 400],
    ['report', { params: { date: '2001-01-01' } }, 404],
  ])('of %s with %j are problem details with a runbook: %i', async (name, request, status) => {
    const answer = await call(name, request);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status,
      detail: expect.stringMatching(/\.$/),
      runbook: expect.stringMatching(/^docs\/runbooks\/[\w-]+\.md$/),
    });
  });

  it('that nobody expected are a 500 which names the invocation, and are logged', async () => {
    const invocation = anInvocation('kpis');
    // A mart that was tampered with: it does not parse.
    const path = `kpis/as_of=2025-11-30/${run.runId}.json`;
    const good = await pipeline.text('marts', path);
    await pipeline.deps.lake.write('marts', path, '{"kpis": "broken"}');

    const answer = await call('kpis', {}, invocation);

    await pipeline.deps.lake.write('marts', path, good);
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(invocation.context.invocationId) });
    expect(answer.text).not.toContain('broken');
    expect(invocation.lines.join()).toContain('stage.failed');
  });
});

describe('health', () => {
  it('is healthy over good storage', async () => {
    const answer = await call('health');

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'healthy', last_run: { dataset: PAR } });
    expect(Object(answer.json()).next_run).toMatch(/^\d{4}-.*:\d[05]:00\.000Z$/);
  });

  it('shows no next run when the schedule is not usable', async () => {
    process.env['INGEST_SWEEP_SCHEDULE'] = 'every now and then';

    const answer = await call('health');

    delete process.env['INGEST_SWEEP_SCHEDULE'];
    expect(answer.json()).toMatchObject({ status: 'healthy', next_run: null });
  });
});

describe('runs', () => {
  it('are listed, newest first, and can be filtered and limited', async () => {
    const idsOf = async (query: Record<string, string>): Promise<string[]> => {
      const { runs }: { runs: RunRecord[] } = Object((await call('runs', { query })).json());
      return runs.map(({ runId }) => runId);
    };

    expect(await idsOf({})).toEqual([rejected.runId, run.runId]);
    expect(await idsOf({ limit: '1' })).toEqual([rejected.runId]);
    expect(await idsOf({ status: 'success' })).toEqual([run.runId]);
  });

  it('are shown one by one with what they left', async () => {
    const answer = await call('run', { params: { runId: run.runId } });

    expect(answer.json()).toMatchObject({
      run: JSON.parse(JSON.stringify(run)),
      artifacts: expect.arrayContaining(['summary.json', 'manifest.json', 'attempts/1/kpis.json']),
    });
  });
});

describe('artifacts', () => {
  it.each([
    ['summary.json', 'application/json'],
    ['manifest.json', 'application/json'],
    ['lineage.jsonl', 'application/x-ndjson'],
    ['report.html', 'text/html; charset=utf-8'],
    ['report.md', 'text/markdown; charset=utf-8'],
    ['kpis.csv', 'text/csv; charset=utf-8'],
    ['kpis.parquet', 'application/octet-stream'],
  ])('%s is served as %s', async (name, type) => {
    const answer = await call('artifact', { params: { runId: run.runId, name } });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.text.length).toBeGreaterThan(100);
  });

  it.each([
    'raw',
    'staging.parquet',
    '../run_aaaaaaaaaaaa/summary.json',
    '..%2f..%2flatest',
    '..%2fsummary.json',
    'attempts/1/manifest.json',
    'attempts%2f1%2fmanifest.json',
    'summary.json%00',
    'SUMMARY.JSON',
    'unheard_of.json',
    '',
  ])('%j is not served', async (name) => {
    const answer = await call('artifact', { params: { runId: run.runId, name } });

    expect(answer.status).toBe(404);
  });
});

describe('rerun', () => {
  it('says on a dry run what it would do, and does nothing', async () => {
    const invocation = anInvocation('rerun');

    const answer = await call(
      'rerun',
      { params: { runId: run.runId }, query: { from: 'compute', dryRun: 'true' } },
      invocation,
    );

    expect(answer.json()).toMatchObject({ dryRun: true, attempt: 2, redone: ['compute', 'publish'] });
    expect(sentBy(invocation)).toEqual([]);
    expect(await pipeline.run(run.runId)).toEqual(run);
  });

  it('answers 409 where there is nothing to work on', async () => {
    const answer = await call('rerun', { params: { runId: rejected.runId }, query: { from: 'compute' } });

    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('rerun it from validate') });
  });

  it('starts an attempt and sends its message', async () => {
    const own = await pipeline.takeThrough(`${PAR}/rerun.csv`, parFile('RERUN'));
    const invocation = anInvocation('rerun');

    const answer = await call(
      'rerun',
      { params: { runId: own.runId }, query: { from: 'publish' } },
      invocation,
    );

    expect(answer.status).toBe(202);
    expect(sentBy(invocation)).toEqual([{ v: 1, runId: own.runId, stage: 'publish', attempt: 2 }]);
    pipeline.queue.push(...sentBy(invocation));
    await pipeline.runDry();
    expect(await pipeline.run(own.runId)).toMatchObject({ status: 'success', attempt: 2 });
  });
});

describe('trigger', () => {
  it('drops what is sent, takes it in at once, and says where to watch', async () => {
    const invocation = anInvocation('trigger');
    const body = parFile('SENT');

    const answer = await call('trigger', { query: { input_file: `${PAR}/sent.csv` }, body }, invocation);

    expect(answer.status).toBe(202);
    const [message] = sentBy(invocation);
    expect(answer.json()).toMatchObject({
      outcome: 'accepted',
      runId: message?.runId,
      watch: `/api/runs/${message?.runId}`,
    });
    expect(await pipeline.text('landing', `${PAR}/sent.csv`)).toBe(body);
    const event = await pipeline.announce(`${PAR}/sent.csv`);
    expect(event).toMatchObject({ outcome: 'accepted', runId: message?.runId });
    pipeline.queue.length = 0;
  });

  it('takes in the file that lies there when nothing is sent', async () => {
    await pipeline.drop(`${PAR}/lying.csv`, parFile('LYING'));
    const invocation = anInvocation('trigger');

    const answer = await call('trigger', { query: { input_file: `landing/${PAR}/lying.csv` } }, invocation);

    expect(answer.status).toBe(202);
    expect(sentBy(invocation)).toHaveLength(1);
  });

  it.each(['../raw/x.csv', 'looker/../../x.csv', 'looker/%2e%2e/x.csv', 'a\\..\\b.csv', '/x.csv'])(
    'refuses %j and drops nothing',
    async (path) => {
      const before = await pipeline.paths('landing');

      const answer = await call('trigger', { query: { input_file: path }, body: 'x' });

      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ detail: expect.stringContaining('Nothing was dropped') });
      expect(await pipeline.paths('landing')).toEqual(before);
    },
  );
});

describe('KPIs', () => {
  it('are those of the newest day, or of the day asked for', async () => {
    const newest = Object((await call('kpis')).json());
    const asked = Object((await call('kpis', { query: { asOf: '2025-11-30' } })).json());

    expect(newest).toMatchObject({ asOf: '2025-11-30', book: [{ dataset: PAR }] });
    expect(asked.kpis).toEqual(newest.kpis);
    expect(newest.kpis.find(({ id }: { id: string }) => id === 'risk.par_30')).toMatchObject({
      value: '18.7500000000',
    });
  });

  it('can be asked for one by one, with formula, past and inputs', async () => {
    const answer = await call('kpi', { params: { id: 'risk.par_30' } });

    expect(answer.json()).toMatchObject({
      formula: expect.stringContaining('30 or more days past due'),
      kpi: { id: 'risk.par_30', numerator: '750.00' },
      previous: null,
      series: [{ reportingDate: '2025-11-30' }],
      book: [{ sha256: expect.any(String) }],
    });
  });
});

describe('pages', () => {
  it('the dashboard is HTML that runs nothing from elsewhere, and carries the key on in its links', async () => {
    const answer = await call('dashboard', { query: { code: 'a key&more' } });

    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.text).toMatch(/^<!doctype html>/i);
    expect(answer.text).toContain('?code=a%20key%26more');
    expect(answer.text).toContain('18.75');
  });

  it('the dashboard needs no key in its links when it was sent in the header', async () => {
    expect((await call('dashboard')).text).not.toContain('?code=');
  });

  it('the report of a day is the newest one', async () => {
    const answer = await call('report', { params: { date: '2025-11-30' } });

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('PAR 30');
  });
});

describe('openapi.json', () => {
  it('is valid JSON that describes every route, its keys and its parameters', async () => {
    const document = Object((await call('openapi')).json());

    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(Object(operations)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = ROUTES.filter(({ name }) => name !== 'openapi');
    expect(described.toSorted()).toEqual(
      registered.map(({ method, path }) => `${method} /api/${path}`).toSorted(),
    );
    expect(document.paths['/api/health'].get.security).toEqual([]);
    expect(document.paths['/api/runs'].get.security).toHaveLength(2);
    expect(document.paths['/api/runs/{runId}/rerun'].post.parameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'runId', in: 'path', required: true }),
        expect.objectContaining({ name: 'from', in: 'query', required: false }),
      ]),
    );
    expect(document.paths['/api/pipeline/trigger'].post.parameters).toEqual([
      expect.objectContaining({ name: 'input_file', required: true }),
    ]);
  });
});
