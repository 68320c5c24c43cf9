import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { BlobServiceClient } from '@azure/storage-blob';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { recorded, recordingOf } from '../../../functions/ops/recorded.ts';
import { ROUTES } from '../../../functions/ops/routes.ts';
import { ACCESS_FOLDER, type AccessRecord } from '../../../shared/access/access-record.ts';
import { verifyChain } from '../../../shared/access/verify-chain.ts';
import { VIEWS } from '../../../shared/publishing/dashboard/views.ts';
import { RunRecord } from '../../../shared/runs/run-record.ts';
import { recordsIn } from '../../shared/access/a-chain.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';

const KEY = 'a-function-key-of-some-length-0123456789';
const UNTIL = '2099-01-15T06:00:00Z';

let pipeline: Pipeline;
let run: RunRecord;
let seen = 0;
beforeAll(async () => {
  const noKpis = async () => ({ ...(await coreCatalog()), kpis: [], models: [] });
  pipeline = await Pipeline.open({ catalog: noKpis });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('RECORDED'));
});
beforeEach(async () => {
  seen = (await recordsIn(pipeline.deps.lake)).length;
});

async function newRecords(): Promise<AccessRecord['entry'][]> {
  return (await recordsIn(pipeline.deps.lake)).slice(seen).map(({ entry }) => entry);
}

/** Puts the container out of reach, as lost rights do. What it returns brings it back with all that was in it. */
async function takenAway(): Promise<() => Promise<void>> {
  const { lake } = pipeline.deps;
  const container = BlobServiceClient.fromConnectionString(pipeline.storage).getContainerClient('audit');
  const kept: [string, Buffer | undefined][] = [];
  for await (const { path } of lake.list('audit', ACCESS_FOLDER))
    kept.push([path, await lake.read('audit', path)]);
  await container.delete();
  return async () => {
    await container.create();
    for (const [path, body = ''] of kept) await lake.write('audit', path, body);
  };
}

/** An act that the test does, on a route that is one. */
async function acted(
  handle: () => Promise<HttpResponseInit>,
  invocation = anInvocation('test-alert'),
): Promise<HttpResponseInit> {
  const route = ROUTES.find(({ name }) => name === 'test-alert');
  if (route === undefined) throw new Error('there is no route test-alert');
  const request = new HttpRequest({ method: 'POST', url: 'http://127.0.0.1/api/alerts/test' });
  const { context } = invocation;
  return await recorded(route, { request, query: { by: 'ana' }, context }, handle);
}

const pause = (more: Record<string, string> = {}, headers: Record<string, string> = {}) => ({
  params: { name: 'hubspot' },
  query: { until: UNTIL, by: 'ana', reason: 'their maintenance', ...more },
  headers: { 'x-functions-key': KEY, ...headers },
});

describe('an act', () => {
  it('is recorded before it is done and after it: who, what, why, and what came of it', async () => {
    await call(
      'pause-source',
      pause({}, { 'x-ticket': 'RISK-12', 'x-ms-client-principal-name': 'ana@abaco.sv' }),
    );

    expect(await newRecords()).toEqual([
      {
        kind: 'asked',
        who: {
          key: createHash('sha256').update(KEY).digest('hex').slice(0, 12),
          principal: 'ana@abaco.sv',
          by: 'ana',
        },
        what: { route: 'pause-source', values: { name: 'hubspot', until: UNTIL } },
        why: { reason: 'their maintenance', ticket: 'RISK-12' },
        invocation: '7d9cbd0f-0000-4000-8000-000000000001',
      },
      { kind: 'answered', asked: seen + 1, status: 200, found: { name: 'hubspot' } },
    ]);
  });

  it('is recorded with the reason in its body, and the run that it made or named', async () => {
    const params = { runId: run.runId };
    await call('replay', { params, body: JSON.stringify({ reason: 'new statuses', dryRun: true }) });
    await call('trigger', { query: { input_file: run.drop.path } });
    await call('pull-source', {
      params: { name: 'hubspot' },
      query: { dataset: 'hubspot/deals', from: '2025-12-01', dryRun: 'true' },
    });

    expect(await newRecords()).toMatchObject([
      { what: { values: { ...params, dryRun: 'true' } }, why: { reason: 'new statuses' } },
      { status: 409 },
      { what: { route: 'trigger' } },
      { status: 202, runId: run.runId },
      { what: { values: { name: 'hubspot', dataset: 'hubspot/deals', from: '2025-12-01', dryRun: 'true' } } },
      { kind: 'answered' },
    ]);
  });

  it('that brings a file goes with the file: who, why, and the ticket', async () => {
    const brought = async (by: string, headers: Record<string, string>) => {
      const query = { input_file: `looker/loan_par_balances/${by}.csv`, by };
      const answer = await call('trigger', { query, body: parFile(by), headers });
      const { runId } = RunRecord.pick({ runId: true }).parse(answer.json());
      return (await pipeline.run(runId)).drop.origin;
    };

    const told = await brought('josé', { 'x-reason': 'cierre de noviembre', 'x-ticket': 'RISK-12' });
    const proved = await brought('eva', { 'x-ms-client-principal-name': 'ana@abaco.sv' });

    expect(told).toEqual({ principal: 'josé', purpose: 'cierre de noviembre', ticket: 'RISK-12' });
    expect(proved).toEqual({ principal: 'ana@abaco.sv' });
  });

  it('leaves no personal value in the record, wherever it stands', async () => {
    const reason = 'for Ana, ana.lopez@mail.sv, DUI 01234567-8, tel. +503 7777 8888, as of 2025-12-10';
    await call('trigger', { query: { input_file: 'looker/María López 7777-8888.csv' } });
    await call('acknowledge-incident', { params: { id: 'maria.lopez' }, query: { by: 'eva' } });
    await call('replay', { params: { runId: 'maria' }, body: '{"reason":"x","María":true}' });
    await call('pull-source', { params: { name: 'hubspot' }, query: { dataset: 'maria_lopez/x01234567' } });
    await call('kpi', { params: { id: 'risk.par_30' }, query: { dimension: 'company:María 7777-8888' } });
    await call('resume-source', {
      params: { name: 'maria' },
      query: { by: 'eva' },
      headers: { 'x-reason': reason },
    });

    const text = JSON.stringify(await newRecords());
    expect(text).not.toMatch(/mar[ií]a|l[oó]pez|7777|01234567|8888/i);
    expect(text).toContain('for Ana, [withheld], DUI [withheld], tel. [withheld], as of 2025-12-10');
    expect(text).not.toMatch(/object Object/);
    expect(text).not.toContain(KEY);
  });

  it('is not done when it cannot be recorded, and the log has an error', async () => {
    await call('resume-source', { params: { name: 'hubspot' }, query: { by: 'ana' } });
    const invocation = anInvocation('pause-source');

    const bringBack = await takenAway();
    const answer = await call('pause-source', pause(), invocation);
    await bringBack();

    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ type: 'urn:abaco:problem:access-unrecorded' });
    expect(invocation.lines.join()).toContain('access.unrecorded');
    expect(JSON.stringify((await call('sources')).json())).not.toContain(UNTIL);
  });

  it('is not done with a ticket or a reason that is none', async () => {
    const ticket = await call('pause-source', pause({}, { 'x-ticket': 'María 7777-8888' }));
    const reason = await call('pause-source', pause({}, { 'x-reason': 'r'.repeat(201) }));

    expect([ticket.status, reason.status]).toEqual([400, 400]);
    expect(ticket.text).toContain('Header x-ticket is not usable');
    expect(await newRecords()).toEqual([]);
  });

  it('is answered although what came of it cannot be recorded', async () => {
    const invocation = anInvocation('test-alert');
    let bringBack = async (): Promise<void> => undefined;
    const answer = await acted(async () => {
      bringBack = await takenAway();
      return { status: 202, body: 'done' };
    }, invocation);
    await bringBack();

    expect(answer).toEqual({ status: 202, body: 'done' });
    expect(invocation.lines.join()).toContain('access.unrecorded');
    expect(await newRecords()).toMatchObject([{ kind: 'asked', who: { by: 'ana' } }]);
  });

  it('of a process that died over it stands there as asked, without an answer', async () => {
    void acted(() => new Promise(() => undefined));
    while ((await newRecords()).length === 0) await sleep(5);

    const verdict = await verifyChain({}, { lake: pipeline.deps.lake, clock: pipeline.deps.clock });

    expect(verdict.breaks).toEqual([]);
    expect(verdict.unanswered.at(-1)?.number).toBe(seen + 1);
  });

  it('that breaks is recorded as such', async () => {
    await expect(acted(() => Promise.reject(new Error('storage is away')))).rejects.toThrow(
      'storage is away',
    );

    expect((await newRecords()).at(-1)).toEqual({ kind: 'answered', asked: seen + 1, status: 500 });
  });
});

describe('a look at rows of people', () => {
  it('is recorded with what was found, and by whom', async () => {
    const params = { runId: run.runId, name: 'validation_report.json' };
    await call('artifact', { params, query: { code: KEY }, headers: { 'x-reason': 'audit of November' } });
    await call('artifact', { params: { ...params, name: 'maria.csv' } });

    const what = { route: 'artifact', values: { runId: run.runId } };
    expect(await newRecords()).toMatchObject([
      {
        kind: 'read',
        who: { key: expect.any(String) },
        what,
        why: { reason: 'audit of November' },
        status: 200,
        found: params,
      },
      { kind: 'read', what: { route: 'artifact', values: { name: '[withheld]' } }, status: 404 },
    ]);
    expect((await newRecords())[1]).not.toHaveProperty('found');
  });

  it('is a check too, which tells the pseudonyms of the names that it is sent, and none of them is in the record', async () => {
    const checked = await call('check', {
      query: { name: 'María López.csv', dataset: 'looker/customers' },
      body: 'customer_id,customer_name\nC1,María López\n',
      headers: { 'x-reason': 'a file of the branch', 'x-ticket': '#345' },
    });

    expect(checked.status).toBe(200);
    const records = await newRecords();
    expect(records).toMatchObject([
      {
        kind: 'read',
        what: { route: 'check', values: { name: '[withheld]', dataset: 'looker/customers' } },
        why: { reason: 'a file of the branch', ticket: '#345' },
        status: 200,
      },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/mar[ií]a|l[oó]pez/i);
  });

  it('is not answered when it cannot be recorded', async () => {
    const bringBack = await takenAway();
    const answer = await call('artifact', { params: { runId: run.runId, name: 'masked_sample.json' } });
    await bringBack();

    expect(answer.status).toBe(503);
    expect(answer.text).not.toContain('RECORDED');
  });
});

describe('the access record', () => {
  it('has every request that changes something or tells of people', () => {
    const unrecorded = ROUTES.filter((route) => recordingOf(route) === undefined);
    const looks = ROUTES.filter((route) => recordingOf(route) === 'look');

    expect(unrecorded.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(looks.map(({ name }) => name).toSorted()).toEqual([
      'access-report',
      'artifact',
      'check',
      'dashboard',
      'kpi',
      'table-export',
    ]);
  });

  it('has the views of the dashboard that list customers, under pseudonyms, and no others', async () => {
    for (const view of [...VIEWS, undefined]) await call('dashboard', { query: view ? { view } : {} });

    const views = (await newRecords()).flatMap((entry) =>
      entry.kind === 'read' && entry.what.route === 'dashboard' ? [entry.what.values['view']] : [],
    );
    expect(views).toEqual(['risk', 'sales']);
  });

  it('has no look at what names nobody', async () => {
    await call('runs');
    await call('sources');
    await call('runs', { query: { misspelt: 'x' } });

    expect(await newRecords()).toEqual([]);
  });

  it('is whole after all of this', async () => {
    expect(await verifyChain({}, { lake: pipeline.deps.lake, clock: pipeline.deps.clock })).toMatchObject({
      breaks: [],
    });
  });
});
