import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { checkRoute, receiveBody } from '../../../functions/ops/check.ts';
import { httpFunction } from '../../../functions/ops/route.ts';
import { CheckReport } from '../../../shared/pipeline/check-file.ts';
import { CONTENT_SECURITY_POLICY } from '../../../shared/publishing/page.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../../support/a-local-host.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation } from '../../support/an-invocation.ts';
import { csvOf } from '../../support/file-rows.ts';
import { parFile, parRows } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
let host: LocalHostProcess;
let dir: string;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  host = await aLocalHost({ storage: pipeline.storage });
  dir = await mkdtemp(join(tmpdir(), 'abaco-check-http-'));
});
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

/** Without any row that can be taken in. */
const RED = csvOf(parRows('RED').map((row) => ({ ...row, outstanding_balance: 'much' })));

type Sent = { query?: Record<string, string>; headers?: Record<string, string>; body?: string };

async function sent({ query = {}, headers, body }: Sent): Promise<HttpResponseInit & { text: string }> {
  const request = new HttpRequest({
    method: 'POST',
    url: 'http://127.0.0.1/api/check',
    query,
    ...(headers && { headers }),
    ...(body !== undefined && { body: { string: body } }),
  });
  const answer: HttpResponseInit = Object(
    await httpFunction(checkRoute).handler(request, anInvocation('check').context),
  );
  return { ...answer, text: z.string().parse(answer.body) };
}

describe('over HTTP', () => {
  it.each([
    ['accepted', parFile('GREEN')],
    ['rejected', RED],
  ])('answers 200 with the verdict in it: %s', async (verdict, body) => {
    const answer = await host.ask(`/api/check?name=par.csv`, { method: 'POST', body });

    expect(answer.status).toBe(200);
    const report = CheckReport.parse(await answer.json());
    expect(report).toMatchObject({ verdict, dataset: PAR, sourceFile: 'par.csv', rows: { read: 5 } });
    expect(report.rejectedRows).toHaveLength(verdict === 'rejected' ? 5 : 0);
  });

  it('gives the page to a browser', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml;q=0.9' };

    const answer = await host.ask('/api/check', { method: 'POST', headers, body: RED });

    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(await answer.text()).toContain('This was a check. Nothing was taken in');
  });

  it('takes a file that is no text, byte for byte', async () => {
    const bytes = new Uint8Array([0x50, 0x41, 0x52, 0x31, 0, 255, 254, 0x50, 0x41, 0x52, 0x31]);

    const answer = await host.ask(`/api/check?dataset=${PAR}`, { method: 'POST', body: bytes });

    const report = CheckReport.parse(await answer.json());
    expect(report).toMatchObject({ verdict: 'rejected', problems: [{ code: 'damaged-file' }] });
  });

  it('wants a key, and a body', async () => {
    const withoutKey = await host.ask('/api/check', { method: 'POST', body: RED, key: '' });
    const withoutBody = await host.ask('/api/check', { method: 'POST' });

    expect(withoutKey.status).toBe(401);
    expect(withoutBody.status).toBe(400);
    expect(withoutBody.headers.get('content-type')).toBe('application/problem+json');
    expect(await withoutBody.json()).toMatchObject({
      type: 'urn:abaco:problem:empty-file',
      detail: expect.stringContaining('nothing was checked'),
    });
  });

  it('leaves nothing behind: no file, no run, no message', async () => {
    expect(await pipeline.paths('landing')).toEqual([]);
    expect(await pipeline.versions()).toEqual({});
    expect(await pipeline.deps.ledger.list()).toEqual([]);
  });
});

describe('the request', () => {
  it('may say the dataset, the name and the day', async () => {
    const { text } = await sent({
      query: { dataset: PAR, name: 'my file.csv', asOf: '2025-10-31' },
      body: parFile('NAMED'),
    });

    const report = CheckReport.parse(JSON.parse(text));
    expect(report.sourceFile).toBe(`${PAR}/my file.csv`);
    expect(report.problems.map(({ message }) => message).join()).toContain('asof=2025-10-31');
  });

  it.each([
    [400, { query: { dataset: 'looker/nothing' }, body: RED }],
    [400, { query: { asOf: '2025-02-30' }, body: RED }],
    [400, { query: { name: '' }, body: RED }],
    [400, { body: '' }],
    [413, { headers: { 'content-length': '100000001' }, body: RED }],
    [415, { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x' }],
  ])('is refused with %i and problem details: %j', async (status, request) => {
    const answer = await sent(request);

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({
      status,
      detail: expect.stringMatching(/\.$/),
      runbook: expect.stringMatching(/^docs\/runbooks\//),
    });
  });

  it('may be a form of curl --data-binary, whose type says nothing', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    const { text } = await sent({ headers, body: parFile('CURL') });

    expect(CheckReport.parse(JSON.parse(text)).verdict).toBe('accepted');
  });
});

describe('a body', () => {
  async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield Buffer.from(text);
  }

  it('is written to the disk piece by piece', async () => {
    const path = join(dir, 'whole');

    expect(await receiveBody(pieces('one,', 'two,', 'three'), path, 13)).toBe(13);
    expect(await readFile(path, 'utf8')).toBe('one,two,three');
  });

  it('is given up as soon as it is too long, whatever it said of its length', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield Buffer.from('row\n');
      }
    }

    expect(await receiveBody(endless(), join(dir, 'endless'), 10)).toBeUndefined();
    expect(asked).toBe(3);
    expect(await readdir(dir)).toContain('endless');
  });
});
