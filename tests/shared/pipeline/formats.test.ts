import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { zipOf } from '../../../local/generate/formats/write-zip.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { codesOf } from '../../support/old-and-alone.ts';
import { exampleOf, loanIds, paymentsOf } from '../../support/related-files.ts';

// The same payments in every format that is read, once through the whole pipeline.

const IDS = loanIds(25);
const CSV = paymentsOf(IDS);

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

type Cells = Readonly<Record<string, string>>;

function rowsOf(csv: string): Cells[] {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

describe('the same rows', () => {
  it.each([
    ['xlsx', async () => await workbookOf({ Payments: rowsOf(CSV) })],
    ['json', async () => Buffer.from(JSON.stringify(rowsOf(CSV)))],
    ['parquet', async () => await parquetOf(CSV)],
    ['zip', async () => zipOf('payments.csv', Buffer.from(CSV))],
  ])('are staged as the same bytes from %s as from CSV', async (extension, bodyOf) => {
    const csv = await pipeline.takeThrough('looker/transactions/payments.csv', CSV);
    const expected = await pipeline.bytes('staging', csv.stagingPath ?? '');

    const run = await pipeline.takeThrough(`inbox/some file.${extension}`, await bodyOf());

    expect(run).toMatchObject({
      status: 'success',
      dataset: 'looker/transactions',
      asOf: csv.asOf,
      rows: 25,
      rejectedRows: 0,
    });
    expect(run.rawPath).toMatch(new RegExp(`\\.${extension}$`));
    expect((await pipeline.bytes('staging', run.stagingPath ?? '')).equals(expected)).toBe(true);
    expect((await pipeline.validationOf(run)).controlTotals).toEqual(
      (await pipeline.validationOf(csv)).controlTotals,
    );
  });

  it.each([
    ['xlsx', async (rows: Cells[]) => await workbookOf({ Payments: rows })],
    ['json', async (rows: Cells[]) => Buffer.from(JSON.stringify(rows))],
    ['parquet', async (rows: Cells[]) => await parquetOf(csvOf(rows))],
    ['zip', async (rows: Cells[]) => zipOf('payments.csv', Buffer.from(csvOf(rows)))],
  ])('are judged alike in %s: what is bad and what comes twice', async (extension, bodyOf) => {
    const rows = rowsOf(paymentsOf(loanIds(300)));
    const [first = {}] = rows;
    const body = [...rows, first, { ...first, loan_id: 'ABT - DSB8001-001', principal: '-1' }];

    const run = await pipeline.takeThrough(`looker/transactions/bad.${extension}`, await bodyOf(body));

    expect((await pipeline.validationOf(run)).rows).toEqual({
      read: 302,
      accepted: 300,
      rejected: 1,
      orphans: 0,
      dropped: 1,
      identicalDuplicates: 1,
    });
    expect(await rejectedRecords(run)).toEqual([302]);
  });

  it.each([
    ['csv', async (rows: Cells[]) => Buffer.from(csvOf(rows))],
    ['xlsx', async (rows: Cells[]) => await workbookOf({ Payments: rows })],
    ['json', async (rows: Cells[]) => Buffer.from(JSON.stringify(rows))],
    ['parquet', async (rows: Cells[]) => await parquetOf(csvOf(rows))],
  ])(
    'are refused in %s for a column of another name, with the difference in the report',
    async (extension, bodyOf) => {
      const rows = rowsOf(CSV).map(({ date_paid: day = '', principal: _principal, ...row }) => ({
        ...row,
        date_payed: day,
        nota: 'x',
      }));

      const run = await pipeline.takeThrough(`looker/transactions/other.${extension}`, await bodyOf(rows));

      const { columns, expectations } = await pipeline.validationOf(run);
      expect(columns).toMatchObject({
        missing: [{ column: 'date_paid', nearest: 'date_payed' }, { column: 'principal' }],
        unexpected: ['date_payed', 'nota'],
      });
      expect(expectations.find(({ id }) => id === 'columns')).toMatchObject({
        status: 'failed',
        observed: 'missing: date_paid, principal; unknown and ignored: date_payed, nota',
      });
    },
  );
});

describe('a workbook of several sheets', () => {
  const notes = [{ Note: 'made by hand' }];

  it('is read at the sheet that fits the contract of its folder, and says that there are others', async () => {
    const body = await workbookOf({ Notes: notes, Payments: rowsOf(CSV), Pivot: [{ Sum: '1' }] });

    const run = await pipeline.takeThrough('looker/transactions/sheets.xlsx', body);

    expect(run).toMatchObject({ status: 'success', rows: 25 });
    expect(run.problems).toContainEqual(
      expect.objectContaining({
        code: 'other-sheets',
        severity: 'notice',
        message: expect.stringContaining('Payments'),
      }),
    );
  });

  it('is known by that sheet where no folder says what it is', async () => {
    const body = await workbookOf({ Notes: notes, Payments: rowsOf(CSV) });

    const run = await pipeline.takeThrough('inbox/whatever.xlsx', body);

    expect(run).toMatchObject({ status: 'success', dataset: 'looker/transactions' });
  });

  it('is read at the sheet of its contract when another sheet fits another contract', async () => {
    const sheets = {
      Schedules: [exampleOf('schedules')],
      Payments: rowsOf(CSV),
    };

    const [payments, schedules, unknown] = [
      await pipeline.takeThrough('looker/transactions/two.xlsx', await workbookOf(sheets)),
      await pipeline.takeThrough('looker/schedules/two.xlsx', await workbookOf(sheets)),
      await pipeline.takeThrough('inbox/two.xlsx', await workbookOf(sheets)),
    ];

    expect(payments).toMatchObject({ status: 'success', dataset: 'looker/transactions', rows: 25 });
    expect(schedules).toMatchObject({ status: 'success', dataset: 'looker/schedules', rows: 1 });
    expect(unknown).toMatchObject({ status: 'rejected', problems: [{ code: 'ambiguous-dataset' }] });
  });

  it('is rejected when two sheets fit alike, with the names of both', async () => {
    const half = rowsOf(CSV).slice(12);

    const run = await pipeline.takeThrough(
      'looker/transactions/alike.xlsx',
      await workbookOf({ January: rowsOf(CSV).slice(0, 12), February: half }),
    );

    expect(run.status).toBe('rejected');
    expect(codesOf(run)).toEqual(['ambiguous-sheet']);
    expect(run.problems[0]?.message).toMatch(/January.*February/);
  });
});

/** Every cell as a text, which is how people paste them. */
async function workbookOf(sheets: Readonly<Record<string, readonly Cells[]>>): Promise<Uint8Array> {
  const { default: exceljs } = await import('exceljs');
  const workbook = new exceljs.Workbook();
  for (const [name, rows] of Object.entries(sheets)) {
    const header = Object.keys(rows[0] ?? {});
    const sheet = workbook.addWorksheet(name);
    sheet.addRow(header);
    for (const row of rows) sheet.addRow(header.map((column) => row[column] ?? ''));
  }
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

/** All columns of a type that DuckDB takes them for. */
async function parquetOf(csv: string): Promise<Uint8Array> {
  await using folder = await pipeline.deps.scratch.open();
  const [from, to] = [join(folder.dir, 'rows.csv'), join(folder.dir, 'rows.parquet')];
  await writeFile(from, csv);
  await using sql = await pipeline.deps.sql.open(folder.dir);
  await sql.run(`COPY (FROM read_csv('${from}')) TO '${to}' (FORMAT parquet)`);
  return await readFile(to);
}

async function rejectedRecords({ runId, attempt }: RunRecord): Promise<number[]> {
  const lines = (await pipeline.text('quarantine', `${runId}/attempts/${attempt}/rejected.jsonl`))
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const { record }: { record: number } = JSON.parse(line);
    return record;
  });
}
