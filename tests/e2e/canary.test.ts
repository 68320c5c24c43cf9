import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readCsvTable } from '../../local/generate/faults/csv-table.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { MaskDomain } from '../../shared/contracts/contract.ts';
import { matchHeader } from '../../shared/contracts/match-header.ts';
import { identifyContract } from '../../shared/contracts/registry.ts';
import { DatasetId } from '../../shared/domain/ids.ts';
import { aWorkbook, relationships, workbookXml } from '../shared/decode/xlsx/a-workbook.ts';
import { aZip } from '../shared/decode/zip/a-zip.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { type Leak, leaksIn, PERSON, SPELLINGS } from '../support/canary-marks.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { csvOf, FORMATS, inFormat, sheetRowsOf, type Table, workbookOf } from './table-formats.ts';

// Marks stand in for people and keys wherever files have them. Then everything that the product wrote, said or
// answered is read, and none of them may be in it.

const PSEUDONYM_KEY = 'canary-pseudonym-key-0123456789-abcdefghij';
const AS_OF = { asof: '2025-12-10' };

/** Where files are kept as they came, by design; and what the host itself keeps in its own containers. */
const AS_THEY_CAME = ['landing', 'raw'];

const MARK_OF: Readonly<Record<MaskDomain, readonly string[]>> = {
  name: SPELLINGS.slice(0, 4),
  email: SPELLINGS.slice(4, 6),
  phone: SPELLINGS.slice(6, 8),
  dui: SPELLINGS.slice(8, 10),
  nit: [PERSON.dui],
  trait: [PERSON.name],
};

const MASKED_TABLES = [
  'looker/customers',
  'looker/customer_data',
  'looker/historic_real_payments',
  'manual/payor_map',
];

/** Each of them says something of what it met. */
const CODES = [
  ...['text-in-number', 'impossible-date', 'ragged-row', 'malformed-row', 'unclosed-quote', 'wrong-encoding'],
  ...['undeclared-personal-data', 'unexpected-column', 'missing-column', 'unknown-dataset'],
  ...['ambiguous-sheet', 'unsupported-format', 'too-many-bad-rows', 'rows-quarantined'],
];

let dir: string;
let storage: string;
let store: Store;
let host: LocalHostProcess;
let loans: Table;
let secrets: readonly string[];
let answers: { readonly where: string; readonly text: string }[];
let messages: { readonly where: string; readonly text: string }[];
const listening = new AbortController();
const dropped = new Map<string, Buffer>();
/** How many marked cells went into rows that were accepted. */
let goodMarks = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-canary-'));
  await generateBook({ dir: join(dir, 'book'), loans: 300, seed: 51 });
  loans = await readCsvTable(join(dir, 'book/looker/loans.csv'));
  storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({ storage, env: { PII_KEY: PSEUDONYM_KEY } });
  secrets = [PSEUDONYM_KEY, /AccountKey=([^;]+)/.exec(storage)?.[1] ?? '', host.key];
  messages = [];
  const heard = listen(listening.signal);
  await dropMarkedFiles();
  await untilQuiet(store, { dropped: [...dropped.keys()], deadlineMs: 150_000 });
  await workAgain();
  listening.abort();
  await heard;
  answers = await allAnswers();
}, 600_000);
afterAll(async () => {
  listening.abort();
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('the marks', () => {
  it('went in everywhere: good rows, rejected rows and rejected files, over which a stage failed', async () => {
    const runs = await store.ledger.list();
    const count = (status: string): number => runs.filter((run) => run.status === status).length;
    const quarantined = runs.filter(
      ({ status, rejectedRows = 0 }) => status === 'success' && rejectedRows > 0,
    );

    expect(goodMarks).toBeGreaterThan(500);
    expect([count('success') > 10, count('rejected') > 8, count('failed')]).toEqual([true, true, 1]);
    expect(quarantined.length).toBeGreaterThan(4);
    expect(secrets.every((secret) => secret.length >= 32)).toBe(true);
    const codes = new Set(runs.flatMap(({ problems }) => problems.map(({ code }) => code)));
    expect([...codes]).toEqual(expect.arrayContaining(CODES));
    const came = [...dropped.values()].filter((body) => leaksIn('landing', body, secrets).length > 0);
    expect(came.length).toBeGreaterThan(10);
  });

  it('are in no blob but those that are kept as they came', async () => {
    const leaks: Leak[] = [];
    const seen = new Set<string>();
    for await (const { where, bytes } of allBlobs()) {
      seen.add(where.split('/')[0] ?? '');
      leaks.push(...leaksIn(where, bytes, secrets), ...leaksIn(`the name of ${where}`, where, secrets));
    }

    expect(leaks).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining(['staging', 'quarantine', 'marts', 'reports', 'runs']));
  });

  it('are in no value of a Parquet file', async () => {
    const leaks: Leak[] = [];
    let values = 0;
    await using sql = await duckDbSqlEngine.open(dir, { memoryMegabytes: 128, threads: 1 });
    for (const [zone, path] of await parquetFiles()) {
      const where = `${zone}/${path}`;
      const local = join(dir, 'read.parquet');
      await store.lake.download(zone, path, local);
      const rows = await sql.rows(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${local}')`);
      values += rows.length;
      leaks.push(...leaksIn(where, JSON.stringify(rows), secrets));
    }

    expect(leaks).toEqual([]);
    expect(values).toBeGreaterThan(1_000);
  });

  it('are in no row of a table', async () => {
    const leaks: Leak[] = [];
    let rows = 0;
    const service = TableServiceClient.fromConnectionString(storage, { allowInsecureConnection: true });
    for await (const { name = '' } of service.listTables()) {
      const table = TableClient.fromConnectionString(storage, name, { allowInsecureConnection: true });
      for await (const entity of table.listEntities()) {
        rows += 1;
        leaks.push(...leaksIn(`table ${name}`, JSON.stringify(entity), secrets));
      }
    }

    expect(leaks).toEqual([]);
    expect(rows).toBeGreaterThan(50);
  });

  it('are in no message of a queue', () => {
    expect(messages.flatMap(({ where, text }) => leaksIn(where, text, secrets))).toEqual([]);
    expect(messages.length).toBeGreaterThan(5);
  });

  it('are in no line that the host printed, but for the lines that tell its developer the keys', () => {
    const lines = host.lines();
    const end = lines.findIndex((line) => line.startsWith('Ctrl-C'));
    const log = lines.slice(end + 1).join('\n');

    expect(leaksIn('the log', log, secrets)).toEqual([]);
    expect(end).toBeGreaterThan(0);
    expect(log).toContain('"event":"stage.failed"');
  });

  it('are in no answer over HTTP', () => {
    expect(answers.flatMap(({ where, text }) => leaksIn(where, text, secrets))).toEqual([]);
    expect(answers.length).toBeGreaterThan(100);
  });

  it('would be found, were they there: as they are, without accents, escaped and encoded', () => {
    const [key = ''] = secrets;
    for (const text of [
      `x ${PERSON.name.toLowerCase()} x`,
      JSON.stringify('ZORÁIDA').replace('Á', '\\u00c1'),
      Buffer.from(`ab${PERSON.email}cd`).toString('base64'),
      Buffer.from(`a${PERSON.name}`).toString('base64url'),
      Buffer.from(PERSON.phone).toString('hex'),
      encodeURIComponent(PERSON.name),
      `DUI ${PERSON.dui}`,
      Buffer.from(`PII_KEY=${key};`).toString('base64'),
    ]) {
      expect([text, leaksIn('here', text, secrets).length > 0]).toEqual([text, true]);
    }
  });
});

async function dropMarkedFiles(): Promise<void> {
  await drop('looker/loans/good.csv', csvOf(loans));
  for (const [index, table] of MASKED_TABLES.entries()) {
    const format = FORMATS[index % FORMATS.length] ?? 'csv';
    await drop(`${datasetOf(table)}/marked.${format}`, await inFormat(await withMaskedCells(table), format));
  }
  await drop('hubspot/contacts/contacts.json', contacts());
  await drop('hubspot/contacts/contacts.xlsx', workbookOf(contactTable('X'), PERSON.email));
  for (const [index, format] of FORMATS.entries()) {
    await drop(`looker/loans/bad-rows.${format}`, await inFormat(withBadRows(index), format));
  }
  for (const [name, body] of rejectedFiles()) await drop(name, body);
}

async function drop(path: string, body: Buffer | string): Promise<void> {
  dropped.set(path, Buffer.from(body));
  await store.drop(path, body, AS_OF);
}

/** A table of the book in which every cell that is to be masked has a mark. */
async function withMaskedCells(table: string): Promise<Table> {
  const { header, rows } = await readCsvTable(join(dir, `book/${table}.csv`));
  const found = identifyContract(DatasetId.parse(datasetOf(table)), header);
  if (found.kind !== 'found') throw new RangeError(`${table} has no contract`);
  const { positions } = matchHeader(found.contract, header);
  const marks = new Map<number, readonly string[]>();
  for (const { name, mask } of found.contract.columns) {
    const position = positions.get(name);
    if (mask !== undefined && position !== undefined) marks.set(position, MARK_OF[mask]);
  }
  if (marks.size === 0) throw new RangeError(`${table} has no column that is masked`);
  goodMarks += marks.size * rows.length;
  return {
    header,
    rows: rows.map((cells, row) =>
      cells.map((cell, position) => {
        const spellings = marks.get(position);
        return spellings === undefined ? cell : (spellings[row % spellings.length] ?? cell);
      }),
    ),
  };
}

function contactTable(tag: string): Table {
  return {
    header: ['id', 'email', 'firstname', 'lastname', 'phone', 'company', 'createdate'],
    rows: Array.from({ length: 120 }, (_, row) => [
      `${tag}${row + 1}`,
      SPELLINGS[4 + (row % 2)] ?? '',
      SPELLINGS[row % 4] ?? '',
      PERSON.name,
      SPELLINGS[6 + (row % 2)] ?? '',
      `${PERSON.name}, S.A. de C.V.`,
      '2025-11-03T10:00:00Z',
    ]),
  };
}

/** With one record that is none, and one that has a field twice. */
function contacts(): string {
  const { header, rows } = contactTable('C');
  const records = rows.map((cells) =>
    JSON.stringify(Object.fromEntries(header.map((name, at) => [name, cells[at]]))),
  );
  goodMarks += 5 * rows.length;
  return `[${[...records, JSON.stringify(PERSON.email)].join(',\n')}]`;
}

/** Three rows of three hundred: words in an amount, a shifted row, a torn one. */
function withBadRows(index: number): Table {
  const { header, rows } = loans;
  const at = (name: string): number => header.indexOf(name);
  const worded = (cells: readonly string[]): string[] =>
    cells.with(at('disburse_principal'), PERSON.name).with(at('maturity_date'), PERSON.email);
  const shifted = (cells: readonly string[]): string[] =>
    cells.with(at('dpd'), PERSON.phone).with(at('currency'), PERSON.dui).with(at('loan_status'), PERSON.name);
  return {
    header,
    // Each file another content, so that none is a duplicate.
    rows: rows
      .slice(0, rows.length - index)
      .map((cells, row) => (row === 11 ? worded(cells) : row === 42 ? shifted(cells) : cells)),
  };
}

function rejectedFiles(): readonly (readonly [path: string, body: Buffer | string])[] {
  const { header, rows } = loans;
  const with1 = (name: string, value: string): Table => ({
    header: [...header, name],
    rows: rows.map((cells) => [...cells, value]),
  });
  const renamed = (from: string, to: string): Table => ({
    header: header.map((name) => (name === from ? to : name)),
    rows,
  });
  const person = Object.values(PERSON);
  const grade = header.indexOf('loan_grade');
  const torn = rows.map((cells, row) => (row % 60 === 3 ? [...cells, ...person] : cells));
  const lines = csvOf(loans).split('\n');
  return [
    ['looker/loans/torn.csv', csvOf({ header, rows: torn })],
    [
      'looker/loans/unclosed.csv',
      [...lines.slice(0, 9), `"${person.join(' ')}`, ...lines.slice(9)].join('\n'),
    ],
    ['looker/loans/no-header.csv', csvOf({ header: [...person, '12.50'], rows: [[...person, '12.50']] })],
    ['inbox/no-header.csv', csvOf({ header: [...person, '12.50'], rows: [[...person, '12.50']] })],
    ['looker/loans/email-header.csv', csvOf(with1(PERSON.email, 'x'))],
    ['looker/loans/dui-header.csv', csvOf(with1(`saldo ${PERSON.dui}`, '1'))],
    [
      'looker/loans/near-header.csv',
      csvOf(renamed('outstanding_balance', `outstanding_balance_${PERSON.dui}`)),
    ],
    ['looker/loans/email-column.csv', csvOf(with1('nota', PERSON.email))],
    ['looker/loans/name-column.csv', csvOf(with1('nombre del cliente', PERSON.name))],
    [
      'looker/loans/free-text.csv',
      csvOf({ header, rows: rows.map((cells) => cells.with(grade, PERSON.email)) }),
    ],
    [
      'looker/loans/free-dui.csv',
      csvOf({ header, rows: rows.map((cells) => cells.with(grade, PERSON.dui)) }),
    ],
    ['looker/loans/sheets.xlsx', twoSheets(`hoja ${PERSON.email}`, `hoja ${PERSON.dui}`)],
    [
      'looker/loans/lines.ndjson',
      [...person.map((text) => `{"loan_id":"${text}"`), `{"${PERSON.email}":1,"${PERSON.email}":2}`].join(
        '\n',
      ),
    ],
    ['looker/loans/text.json', JSON.stringify(person)],
    [
      'looker/loans/entries.zip',
      aZip(person.slice(1).map((text) => ({ name: `${text}.csv`, content: csvOf(loans) }))),
    ],
    ['looker/loans/entry.zip', aZip([{ name: `${PERSON.email}.docx.exe`, content: person.join() }])],
    [
      'looker/loans/latin.csv',
      Buffer.from(csvOf({ header, rows: rows.map((cells) => cells.with(grade, PERSON.name)) }), 'latin1'),
    ],
  ];
}

/** Both fit alike, so that their names have to be told. */
function twoSheets(one: string, other: string): Buffer {
  const sheet = sheetRowsOf(loans);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  return aWorkbook({
    sheet,
    workbook: workbookXml(
      `<sheet name="${one}" sheetId="1" r:id="rId1"/><sheet name="${other}" sheetId="2" r:id="rId2"/>`,
    ),
    workbookRels: relationships([
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'worksheet', 'worksheets/sheet2.xml'],
    ]),
    more: [
      {
        name: 'xl/worksheets/sheet2.xml',
        content: `<?xml version="1.0"?><worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
      },
    ],
  });
}

/** A rerun that succeeds, and one that cannot: what it read before is gone. */
async function workAgain(): Promise<void> {
  const { run: good } = await store.outcomeOf('looker/loans/bad-rows.csv');
  await host.ask(`/api/runs/${good.runId}/rerun?reason=canary`, { method: 'POST' });
  await untilQuiet(store, { dropped: [...dropped.keys()] });
  const { run: broken } = await store.outcomeOf('looker/loans/bad-rows.xlsx');
  const blobs = BlobServiceClient.fromConnectionString(storage);
  await blobs.getContainerClient('raw').deleteBlob(broken.rawPath ?? '');
  await host.ask(`/api/runs/${broken.runId}/rerun?from=validate`, { method: 'POST' });
  await untilQuiet(store, { dropped: [...dropped.keys()] });
}

async function allAnswers(): Promise<typeof answers> {
  const heard: typeof answers = [];
  const ask = async (path: string, init: RequestInit & { key?: string } = {}): Promise<string> => {
    const answer = await host.ask(path, init);
    const text = await answer.text();
    heard.push({
      where: `${init.method ?? 'GET'} ${path}`,
      text: `${JSON.stringify([...answer.headers])}\n${text}`,
    });
    return text;
  };
  await ask('/api/health', { key: '' });
  for (const path of ['health', 'dashboard', 'kpis', 'openapi.json', 'reports/2025-12-10', 'runs?limit=200'])
    await ask(`/api/${path}`);
  for (const { runId } of await store.ledger.list()) {
    const shown = z
      .object({ artifacts: z.array(z.looseObject({ name: z.string() })) })
      .parse(JSON.parse(await ask(`/api/runs/${runId}`)));
    for (const { name } of shown.artifacts) await ask(`/api/runs/${runId}/artifacts/${name}`);
    await ask(`/api/runs/${runId}/rerun?dryRun=true`, { method: 'POST' });
  }
  for (const [path, body] of dropped) {
    const dataset = path.startsWith('inbox/') ? '' : `&dataset=${datasetOf(path)}`;
    const query = `name=file.bin${dataset}&asOf=2025-12-10`;
    await ask(`/api/check?${query}`, { method: 'POST', body: new Uint8Array(body) });
    await ask(`/api/check?${query}`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { accept: 'text/html' },
    });
  }
  return heard;
}

/** Looks at all queues for as long as messages may be in them. */
async function listen(signal: AbortSignal): Promise<void> {
  const service = QueueServiceClient.fromConnectionString(storage);
  while (!signal.aborted) {
    for await (const { name } of service.listQueues()) {
      const { peekedMessageItems } = await service
        .getQueueClient(name)
        .peekMessages({ numberOfMessages: 32 });
      for (const { messageText } of peekedMessageItems) {
        messages.push({ where: `queue ${name}`, text: messageText });
        messages.push({ where: `queue ${name}`, text: Buffer.from(messageText, 'base64').toString('utf8') });
      }
    }
    await sleep(50);
  }
}

async function parquetFiles(): Promise<(readonly ['staging' | 'marts', string])[]> {
  const [staged, marts] = [await store.paths('staging'), await store.paths('marts')];
  return [
    ...staged.map((path) => ['staging', path] as const),
    ...marts.filter((path) => path.endsWith('.parquet')).map((path) => ['marts', path] as const),
  ];
}

async function* allBlobs(): AsyncGenerator<{ where: string; bytes: Buffer }> {
  const service = BlobServiceClient.fromConnectionString(storage);
  for await (const { name: container } of service.listContainers()) {
    if (AS_THEY_CAME.includes(container)) continue;
    const client = service.getContainerClient(container);
    for await (const { name, metadata } of client.listBlobsFlat({ includeMetadata: true })) {
      const bytes = await client.getBlobClient(name).downloadToBuffer();
      yield {
        where: `${container}/${name}`,
        bytes: Buffer.concat([bytes, Buffer.from(JSON.stringify(metadata ?? {}))]),
      };
    }
  }
}

function datasetOf(path: string): string {
  return path
    .split('/')
    .slice(0, 2)
    .join('/')
    .replace(/_loans$/, '');
}
