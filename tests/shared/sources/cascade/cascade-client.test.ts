import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import { zipOf } from '../../../../local/generate/formats/write-zip.ts';
import { aTapeRow, csvOf } from '../../../support/file-rows.ts';
import { fileOf, SourceStubs } from '../../../support/source-stubs.ts';
import { CASCADE_PATHS, CASCADE_SESSION } from '../../../support/stub-cascade.ts';
import { along, instead, times } from '../../../support/stub-server.ts';

const TAPE = 'cascade/loan_tape';
const ANALYTICS = 'cascade/analytics';
const CSV = csvOf([aTapeRow()]);

let stubs: SourceStubs;
let dir: string;
beforeAll(async () => {
  stubs = await SourceStubs.open();
  dir = await mkdtemp(join(tmpdir(), 'abaco-cascade-'));
});
afterAll(async () => {
  await stubs.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  stubs.reset();
  stubs.cascade.put(CASCADE_PATHS.loanTape, CSV, 'text/csv');
});

const saved = (dataset = TAPE) => fileOf(stubs.client('cascade'), dataset, join(dir, 'file'));
const analytics = (partner_id?: string): string =>
  JSON.stringify({ metadata: { ...(partner_id && { partner_id }), data_as_of: '2025-12-10' } });

async function workbook(): Promise<Buffer> {
  const book = new exceljs.Workbook();
  book.addWorksheet('Loans').addRow(['loan_id']);
  return Buffer.from(await book.xlsx.writeBuffer());
}

describe('the format of an export', () => {
  it.each([
    ['csv', async () => Buffer.from(CSV)],
    ['csv', async () => Buffer.from(`\uFEFF${CSV}`)],
    ['xlsx', workbook],
    ['zip', async () => zipOf('loan_tape.csv', Buffer.from(CSV))],
    ['zip', async () => zipOf('loan_tape.xlsx', await workbook())],
    ['zip', async () => storedZip('loan_tape.xlsx', await workbook())],
    ['json', async () => Buffer.from(`\uFEFF ${analytics('abaco')}`)],
    ['json', async () => Buffer.from('[{"loan_id":"1"}]')],
  ] as const)('is told by its content, not by what it is announced as: %s', async (extension, make) => {
    const body = await make();
    stubs.cascade.put(CASCADE_PATHS.loanTape, body, 'application/pdf');

    expect(await saved()).toEqual({ bytes: body.length, extension });
    expect(await readFile(join(dir, 'file'))).toEqual(body);
  });
});

describe('a session that has ended', () => {
  it.each(['page', 'redirect'] as const)('is told by the login %s in place of the file', async (shown) => {
    stubs.cascade.session = 'another';
    stubs.cascade.withoutSession = shown;

    await expect(saved()).rejects.toMatchObject({
      name: 'CredentialsRefused',
      secret: 'cascade-session-cookie',
      message: expect.stringMatching(/session at Cascade has expired/),
    });
  });

  it('is told by a page that says it is CSV', async () => {
    stubs.cascade.put(
      CASCADE_PATHS.loanTape,
      '\n<!DOCTYPE html><html><body>Log in</body></html>',
      'text/csv',
    );

    await expect(saved()).rejects.toMatchObject({ name: 'CredentialsRefused' });
  });
});

describe('the credential', () => {
  it.each([
    [CASCADE_SESSION, undefined, { authorization: `Bearer ${CASCADE_SESSION}` }],
    [`Bearer ${CASCADE_SESSION}`, undefined, { authorization: `Bearer ${CASCADE_SESSION}` }],
    [CASCADE_SESSION, 'session', { cookie: `session=${CASCADE_SESSION}` }],
  ] as const)('%s goes into the header that the settings say', async (secret, cookieName, headers) => {
    stubs.secrets.set('cascade-session-cookie', secret);
    stubs.settings = { cascade: { cookieName } };

    expect(await saved()).toMatchObject({ extension: 'csv' });
    expect(stubs.cascade.server.requests[0]?.headers).toMatchObject(headers);
  });
});

describe('an answer that is not what it was', () => {
  it('of another portfolio is refused', async () => {
    stubs.cascade.put(CASCADE_PATHS.analytics, analytics('another lender'), 'application/json');

    await expect(saved(ANALYTICS)).rejects.toMatchObject({
      name: 'AnswerChanged',
      message: 'Cascade gave the data of portfolio "another lender" instead of abaco',
    });
  });

  it.each([analytics('abaco'), analytics()])('%s is taken', async (body) => {
    stubs.cascade.put(CASCADE_PATHS.analytics, body, 'application/json');

    expect(await saved(ANALYTICS)).toMatchObject({ extension: 'json' });
  });

  it.each([
    ['an empty file', '', /an empty file/],
    ['JSON that is cut off', '{"metadata":{"partner_id":"aba', /cut off or broken/],
  ])('%s is refused', async (_what, body, message) => {
    stubs.cascade.put(CASCADE_PATHS.analytics, body, 'application/json');

    await expect(saved(ANALYTICS)).rejects.toMatchObject({
      name: 'AnswerChanged',
      message: expect.stringMatching(message),
    });
  });

  it('without the export is a request that is refused', async () => {
    await expect(saved('manual/financial_statements')).rejects.toMatchObject({
      name: 'RequestRefused',
      status: 404,
    });
  });
});

describe('a connection that is bad', () => {
  it('breaks off in the middle of the file, and the whole of it is fetched again', async () => {
    stubs.cascade.server.fault = times(1, along({ cutAt: 40 }));

    expect(await saved()).toEqual({ bytes: CSV.length, extension: 'csv' });
    expect(await readFile(join(dir, 'file'), 'utf8')).toBe(CSV);
  });

  it.each([
    ['breaks off each time', along({ cutAt: 40 })],
    ['drips', along({ dripMs: 20 })],
    ['is late', along({ lateMs: 400 })],
    ['is answered with 502', instead({ status: 502 })],
  ])('that %s is given up after the last try', async (_what, fault) => {
    stubs.cascade.server.fault = fault;
    stubs.settings = { rule: { retries: 1, timeoutMs: 100 } };

    await expect(saved()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    expect(stubs.cascade.server.requests).toHaveLength(2);
  });
});

it('asks another address for the loan tape where the settings say so, and for nothing else', async () => {
  stubs.cascade.put('/elsewhere', CSV);
  stubs.cascade.put(CASCADE_PATHS.analytics, analytics('abaco'));
  stubs.settings = { cascade: { exportUrl: `${stubs.cascade.server.url}/elsewhere?pid=abaco` } };

  await saved();
  await saved(ANALYTICS);

  expect(stubs.cascade.server.requests.map(({ path }) => path)).toEqual([
    '/elsewhere',
    CASCADE_PATHS.analytics,
  ]);
});

/** The workbook stands in the archive as it is, with the names of its own parts in plain sight. */
function storedZip(name: string, content: Buffer): Buffer {
  const header = zipOf(name, content).subarray(0, 30 + name.length);
  header.writeUInt16LE(0, 8);
  return Buffer.concat([header, content]);
}
