import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDbParquetRows } from '../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { loansV1 } from '../../shared/contracts/loans.v1.ts';
import { anyFileReader } from '../../shared/decode/any-file-reader.ts';
import type { ProblemCode } from '../../shared/domain/problem.ts';
import { stageFile } from '../../shared/pipeline/stage-file.ts';
import { seal } from '../../shared/privacy/sealed.ts';
import { endlessSource } from '../shared/decode/csv/read-files.ts';
import { aLoan, csvOf } from '../support/file-rows.ts';

// Files that go on and on without a line end, a quotation mark or a brace: nobody reads them to the end.

/** Made up as it is asked for, so that it costs no disk. `ENDLESS_BYTES=2000000000` makes it larger. */
const BYTES = Number(process.env['ENDLESS_BYTES'] ?? 200_000_000);
/** Some ranges of 8 MB, ahead and again: threads give up after the largest part that they may take, 96 MiB. */
const MOST_READ = 150_000_000;

const [HEADER = '', ROW = ''] = csvOf([aLoan()]).split('\n');
const RECORD = JSON.stringify(aLoan());

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-endless-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a file without end', () => {
  type Case = readonly [what: string, first: string, filling: string, code: ProblemCode];
  it.each<Case>([
    ['a first line of CSV', 'loan_id,', '0123456,', 'record-too-long'],
    ['a line of CSV', `${HEADER}\n${ROW}\n`, '0123456,', 'record-too-long'],
    ['a cell of CSV', `${HEADER}\n${ROW}\n"`, '0123456,', 'record-too-long'],
    ['a cell of CSV with line ends', `${HEADER}\n${ROW}\n"`, '012345,\n', 'record-too-long'],
    ['a text of JSON', `[${RECORD},{"loan_id":"`, '01234567', 'record-too-long'],
    ['a list of JSON', `[${RECORD},{"loan_id":[0`, ',1234567', 'record-too-long'],
    ['a line of JSON', `${RECORD}\n{"loan_id":"`, '01234567', 'record-too-long'],
    ['blanks before anything', ' ', '        ', 'record-too-long'],
  ])('%s is given up after its first megabytes', async (_, first, filling, code) => {
    const { source, asked } = endlessSource(first, filling, BYTES);
    const reader = anyFileReader({
      secrets: { get: async () => seal('a key for tests, of forty characters ...') },
      parquetRows: (folder) => new DuckDbParquetRows(folder),
      workers: 2,
    });

    const headers = await reader.readHeaders({ source, scratchDir: dir });
    const staged = await stageFile(source, loansV1, { dir, pass: 1 }, { reader, sql: duckDbSqlEngine });

    if (staged.kind !== 'unstaged') throw new Error('it was read');
    const [problem] = staged.problems;
    expect(problem?.code).toBe(code);
    expect(problem?.message).toMatch(/(Nothing was (promoted|read)).*(drop|Export)/);
    if ('code' in headers) expect(headers.code).toBe(code);
    expect(asked()).toBeLessThan(MOST_READ);
  });
});
