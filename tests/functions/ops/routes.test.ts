import { QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../../functions/ops/routes.ts';
import { parseLocalDate } from '../../../shared/domain/local-date.ts';
import { CONTENT_SECURITY_POLICY } from '../../../shared/publishing/page.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const UNKNOWN_RUN = 'run_000000000000';

let pipeline: Pipeline;
let run: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('HTTP'));
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

  it('name the parameter that is wrong, whichever it is', async () => {
    const wrong: [string, Record<string, string>, string][] = [
      ['kpis', { grain: 'year' }, 'Query parameter grain: '],
      ['runs', { limit: 'many', status: 'gone' }, 'Query parameter status: '],
      ['dashboard', { refresh: 'maybe' }, 'Query parameter refresh: '],
      ['trigger', {}, 'Query parameter input_file: say which file'],
      ['test-alert', {}, 'Query parameter by: it is missing. Nothing was done.'],
    ];
    for (const [name, query, sentence] of wrong) {
      const { detail }: { detail: string } = Object((await call(name, { query })).json());
      expect(detail).toContain(sentence);
      expect(detail).not.toContain('asOf');
    }
  });

  it('are a page for a browser, with links that carry its key, and nothing of the address in its markup', async () => {
    const headers = { accept: 'text/html,*/*;q=0.8' };
    const unknown = await call('kpi', { params: { id: '<b>x' }, query: { code: 'k' }, headers });
    const asked = await call('catalog', { query: { format: 'html', '<i>': '1' } });
    const program = await call('kpi', { params: { id: 'none' }, headers: { accept: '*/*' } });

    expect([unknown.status, unknown.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(unknown.headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(unknown.text).toContain('<h1>Not found</h1>');
    expect(unknown.text).toContain('href="/api/catalog?format=html&amp;code=k"');
    expect(unknown.text).not.toContain('<b>x');
    expect([asked.status, asked.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(asked.text).not.toContain('<i>');
    expect(program.headers['content-type']).toBe('application/problem+json');
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

  it('names neither account nor path of what is wrong; those are in the log', async () => {
    const queues = QueueServiceClient.fromConnectionString(pipeline.storage);
    await queues.deleteQueue('publish');
    const invocation = anInvocation('health');

    const answer = await call('health', {}, invocation);

    await queues.createQueue('publish');
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({
      status: 'unhealthy',
      last_error: 'queue publish: RestError QueueNotFound',
      checks: { 'queue publish': { ok: false, detail: 'RestError QueueNotFound' } },
    });
    expect(answer.text).not.toMatch(/RequestId|127\.0\.0\.1/);
    expect(invocation.lines.join()).toContain('health.failed');
    expect(invocation.lines.join()).toContain('queue publish: RestError: ');
  });
});

describe('KPIs', () => {
  it('come with their book, in which reference data stands for no day', async () => {
    const { runId } = Object((await call('kpis')).json());
    const path = `kpis/as_of=2025-11-30/${runId}.json`;
    const body = await pipeline.text('marts', path);
    const mart = Object(JSON.parse(body));
    const reference = { ...mart.book[0], dataset: 'manual/risk_parameters', asOf: '0001-01-01' };
    await pipeline.deps.lake.write(
      'marts',
      path,
      JSON.stringify({ ...mart, book: [...mart.book, reference] }),
    );

    const answers = [await call('kpis'), await call('kpi', { params: { id: 'risk.par_30' } })];

    await pipeline.deps.lake.write('marts', path, body);
    for (const answer of answers) {
      const [dated, always] = Object(answer.json()).book;
      expect(dated).toMatchObject({ dataset: PAR, asOf: '2025-11-30' });
      expect(always).toMatchObject({ dataset: 'manual/risk_parameters' });
      expect(always).not.toHaveProperty('asOf');
    }
  });

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

describe('a day', () => {
  const LABEL = '2025-12-31';
  const CUT_OFF = '2026-01-10';
  beforeAll(async () => {
    // A book that was cut off after the day that it is reported under.
    const own = await pipeline.takeThrough(`${PAR}/cut-off.csv`, parFile('CUT'));
    const mart = Object(JSON.parse(await pipeline.text('marts', `kpis/as_of=${own.asOf}/${own.runId}.json`)));
    const labelled = mart.kpis.map((kpi: object) => ({ ...kpi, reportingDate: LABEL }));
    const found = await pipeline.deps.ledger.find(own.runId);
    await pipeline.deps.ledger.save({ ...own, asOf: parseLocalDate(CUT_OFF) }, found?.version ?? '');
    await pipeline.deps.lake.write(
      'marts',
      `kpis/as_of=${CUT_OFF}/${own.runId}.json`,
      JSON.stringify({ ...mart, asOf: CUT_OFF, kpis: labelled }),
    );
  });

  it.each([LABEL, CUT_OFF])('may be the as-of date or the day that is reported: %s', async (asOf) => {
    const kpis = await call('kpis', { query: { asOf } });
    const kpi = await call('kpi', { params: { id: 'risk.par_30' }, query: { asOf } });
    const report = await call('report', { params: { date: asOf } });

    expect(kpis.json()).toMatchObject({ asOf: CUT_OFF });
    expect([kpi.status, report.status]).toEqual([200, 200]);
  });

  it.each([
    ['kpis', { query: { asOf: '2025-12-30' } }],
    ['kpi', { params: { id: 'risk.par_30' }, query: { asOf: '2020-12-31' } }],
    ['report', { params: { date: '2025-12-30' } }],
  ])('that fits nothing is answered with days that there are: %s', async (name, request) => {
    const answer = await call(name, request);

    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining(`${CUT_OFF}, 2025-11-30.`) });
  });
});

describe('pages', () => {
  it('are all served with the headers that keep them harmless', async () => {
    const pages = [
      await call('dashboard'),
      await call('report', { params: { date: '2025-11-30' } }),
      await call('artifact', { params: { runId: run.runId, name: 'report.html' } }),
    ];

    for (const { status, headers } of pages) {
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });

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

  it('the dashboard loads itself again until that is stopped', async () => {
    const moving = await call('dashboard', { query: { code: 'key' } });
    const still = await call('dashboard', { query: { code: 'key', refresh: 'off' } });

    expect(moving.text).toContain('http-equiv="refresh"');
    expect(moving.text).toMatch(/\/api\/dashboard\?refresh=off&(amp;)?code=key"/);
    expect(still.text).not.toContain('http-equiv="refresh"');
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
    expect(document.paths['/api/pipeline/trigger'].post.requestBody).toMatchObject({
      required: false,
      content: { 'application/octet-stream': {} },
    });
    expect(Object.keys(document.paths['/api/pipeline/trigger'].post.responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '404']),
    );
    const answered = document.paths['/api/kpis'].get.responses['200'].content['application/json'].schema;
    expect(Object.keys(answered.properties).toSorted()).toEqual(
      Object.keys(Object((await call('kpis')).json())).toSorted(),
    );
    expect(document.paths['/api/pipeline/trigger'].post.parameters).toEqual([
      expect.objectContaining({ name: 'input_file', required: true }),
      expect.objectContaining({ name: 'by', required: false }),
      expect.objectContaining({ name: 'logLevel', required: false }),
      expect.objectContaining({ name: 'x-reason', in: 'header', required: false }),
      expect.objectContaining({ name: 'x-ticket', in: 'header', required: false }),
    ]);
  });
});
