import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import { localFile } from '../../../shared/decode/zip/local-file.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import {
  type CheckDeps,
  type Checked,
  CheckReport,
  checkFile,
  checkReport,
  comparisonWithStore,
  type FileToCheck,
} from '../../../shared/pipeline/check-file.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aParRow, csvOf, type ParCells } from '../../support/file-rows.ts';
import { watched } from '../../support/port-faults.ts';
import { loansFile, parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
let dir: string;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  dir = await mkdtemp(join(tmpdir(), 'abaco-check-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The verdict beside the store of the pipeline, or beside none. */
async function checked(
  path: string,
  body: string | Uint8Array,
  options: Partial<FileToCheck> & { deps?: CheckDeps } = {},
): Promise<Checked> {
  const { deps = { ...pipeline.deps, comparison: comparisonWithStore(pipeline.deps) }, ...input } = options;
  const local = join(await mkdtemp(join(dir, 'file-')), basename(path));
  await writeFile(local, body);
  await using source = await localFile(local);
  return await checkFile({ path, source, ...input }, deps);
}

/** 200 rows, of which one in a hundred may be bad; the first `bad` of them have no balance. */
function rowsWith(bad: number, tag: string): ParCells[] {
  return Array.from({ length: 200 }, (_, index) => ({
    ...aParRow({ loan_id_raw: `${tag}-${index}` }),
    ...(index < bad && { outstanding_balance: '' }),
  }));
}

async function workbookOf(rows: readonly ParCells[]): Promise<Uint8Array> {
  const workbook = new exceljs.Workbook();
  const sheet = workbook.addWorksheet('PAR');
  sheet.addRow(Object.keys(rows[0] ?? {}));
  for (const row of rows) sheet.addRow(Object.values(row).map((cell) => (cell === '' ? null : cell)));
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

/** What only a run that was dropped can have. */
function withoutPlaces({
  quarantinePath: _place,
  ...report
}: Record<string, unknown>): Record<string, unknown> {
  return report;
}

describe('the verdict of a check', () => {
  it.each([
    ['csv', 'good', 0, 'accepted'],
    ['csv', 'amber', 2, 'quarantined'],
    ['csv', 'red', 40, 'rejected'],
    ['xlsx', 'good', 0, 'accepted'],
    ['xlsx', 'amber', 2, 'quarantined'],
    ['xlsx', 'red', 40, 'rejected'],
  ] as const)('is that of a drop: %s, %s', async (format, colour, bad, verdict) => {
    const rows = rowsWith(bad, `${format}-${colour}`);
    const body = format === 'csv' ? csvOf(rows) : await workbookOf(rows);
    const path = `${PAR}/${colour}.${format}`;

    const { report, rejectedRows } = await checked(path, body);

    const run = await pipeline.takeThrough(path, body);
    const dropped = await pipeline.validationOf(run);
    expect(report.verdict).toBe(verdict);
    expect(JSON.parse(JSON.stringify(report))).toEqual(withoutPlaces(dropped));
    expect(report.quarantinePath).toBeUndefined();
    expect(rejectedRows).toHaveLength(Math.min(bad, 20));
    if (bad > 0) {
      const lines = (
        await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`)
      ).split('\n');
      expect(rejectedRows).toEqual(
        lines.slice(0, rejectedRows.length).map((line): unknown => JSON.parse(line)),
      );
    }
  });

  it.each([
    ['unknown.csv', 'a,b\n1,2\n', 'unknown-dataset'],
    ['empty.csv', '', 'empty-file'],
    [`${PAR}/empty.csv`, '', 'empty-file'],
    [`${PAR}/header.csv`, 'a,b\n1,2\n', 'missing-column'],
    ['broken.xlsx', 'PK\u0003\u0004 and then nothing', 'damaged-file'],
  ])('is that of a drop where nothing can be read: %s', async (path, body, code) => {
    const { report } = await checked(path, body);

    const dropped = await pipeline.validationOf(await pipeline.takeThrough(path, body));
    expect(JSON.parse(JSON.stringify(report))).toEqual(withoutPlaces(dropped));
    expect(report).toMatchObject({ verdict: 'rejected', problems: [{ code }] });
  });

  it.each([
    ['rejected', 'fecha,concepto,monto\n2025-12-10,Papel,5\n2025-12-10,Luz,7\n'],
    ['accepted', 'fecha,concepto,monto\n2025-12-10,Papel,5\n2025-12-10,Utilidad Neta,7\n'],
  ])(
    'takes a date, a word and an amount for statements if a figure of theirs is there: %s',
    async (verdict, body) => {
      const { report } = await checked('gastos.csv', body);

      expect(report).toMatchObject({ verdict, contract: 'financial_statements_long' });
      const { problems } = report;
      expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(
        verdict === 'accepted' ? 0 : 1,
      );
      if (verdict === 'rejected')
        expect(problems[0]).toMatchObject({
          code: 'share-exceeded',
          message: expect.stringContaining('Not every row is without a figure of financial statements.'),
        });
    },
  );

  it('is that of a drop where the name is refused', async () => {
    const { report } = await checked('a/../b.csv', parFile('UNSAFE'));

    const dropped = await pipeline.runOf(await pipeline.announce('a/../b.csv'));
    expect(report).toMatchObject({ runId: dropped.runId, problems: [{ code: 'unsafe-name' }] });
    expect(report.problems).toEqual(dropped.problems);
  });

  it('goes by the dataset and the day that are asked for', async () => {
    const dataset = DatasetId.parse('manual/targets');

    const { report } = await checked('renamed.csv', parFile('ASKED'), { dataset });
    const dated = await checked('par.csv', parFile('DATED'), { asOf: LocalDate.parse('2025-10-31') });

    expect(report).toMatchObject({ dataset, verdict: 'rejected', sourceFile: 'manual/targets/renamed.csv' });
    expect(dated.report.problems).toContainEqual(
      expect.objectContaining({
        code: 'as-of-conflict',
        message: expect.stringContaining('asof=2025-10-31'),
      }),
    );
  });
});

describe('references', () => {
  const balances = csvOf(['KNOWN-001', 'UNHEARD-OF'].map((loan_id_raw) => aParRow({ loan_id_raw })));
  const ofReferences = ({ report }: Checked) =>
    report.expectations.filter(({ id }) => id.startsWith('references:'));

  it('are checked with the files of the store', async () => {
    await pipeline.takeThrough('looker/loans/known.csv', loansFile('KNOWN'));

    const [found] = ofReferences(await checked(`${PAR}/known.csv`, balances));

    expect(found).toMatchObject({ status: 'failed', failing: 1, firstRecords: [2], code: 'orphan' });
  });

  it('are not evaluated where there is no store', async () => {
    const results = ofReferences(await checked(`${PAR}/alone.csv`, balances, { deps: pipeline.deps }));

    expect(results.length).toBeGreaterThan(0);
    for (const result of results) expect(result).toMatchObject({ status: 'not-evaluated' });
  });
});

describe('a check', () => {
  const READS = ['quality.history', 'registry.all', 'lake.download'];

  it('writes nothing and asks nobody to', async () => {
    const calls: string[] = [];
    const deps = watched(pipeline.deps, ({ port, method }) => void calls.push(`${port}.${method}`));
    const before = [
      await pipeline.versions(),
      await pipeline.paths('landing'),
      await pipeline.deps.ledger.list(),
    ];

    await checked(`${PAR}/nothing.csv`, csvOf(rowsWith(2, 'nothing')), {
      deps: { ...deps, comparison: comparisonWithStore(deps) },
    });

    const after = [
      await pipeline.versions(),
      await pipeline.paths('landing'),
      await pipeline.deps.ledger.list(),
    ];
    expect(after).toEqual(before);
    const stores = calls.filter((call) => /^(?:lake|ledger|registry|quality|breakers|history)\./.test(call));
    expect(stores).toContain('registry.all');
    expect(stores.filter((call) => !READS.includes(call))).toEqual([]);
  });

  it('says on its page that nothing was taken in', async () => {
    const { page } = await checked(`${PAR}/page.csv`, parFile('PAGE'));

    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain('This was a check. Nothing was taken in');
    expect(page.match(/<main>/g)).toHaveLength(1);
  });

  it('shows rejected rows without the ids in them', async () => {
    const { rejectedRows, page } = await checked(`${PAR}/ids.csv`, csvOf(rowsWith(2, 'SECRETID')));

    expect(rejectedRows[0]).toMatchObject({
      record: 1,
      cells: { loan_id_raw: expect.stringMatching(/^v1:/) },
    });
    expect(JSON.stringify(rejectedRows) + page).not.toContain('SECRETID');
  });

  it('is the report of a drop for programs, with the rejected rows', async () => {
    const report = checkReport(await checked(`${PAR}/json.csv`, csvOf(rowsWith(2, 'json'))));

    expect(CheckReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.rejectedRows.map(({ record }) => record)).toEqual([1, 2]);
  });
});
