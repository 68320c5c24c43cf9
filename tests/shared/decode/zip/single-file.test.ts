import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unpackSingleFile } from '../../../../shared/decode/zip/single-file.ts';
import type { Problem } from '../../../../shared/domain/problem.ts';
import { aZip, inMemory, type ZipPart } from './a-zip.ts';

const LOANS: ZipPart = { name: 'loan tape ñ.csv', content: 'loan_id,balance\nL1,10\n' };

describe('the single file of an exported ZIP', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'single-file-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function refusalOf(parts: readonly ZipPart[]): Promise<Problem> {
    const outcome = await unpackSingleFile(inMemory(aZip(parts)), dir);
    if (!('code' in outcome)) throw new Error('it was unpacked');
    expect(await readdir(dir)).toEqual([]);
    return outcome;
  }

  it('is unpacked under a name of its own and found past folders and litter', async () => {
    const litter = ['__MACOSX/out/._loans.csv', 'out/.DS_Store', 'Thumbs.db'];
    const parts = [
      { name: 'out/', content: '', stored: true },
      ...litter.map((name) => ({ name, content: 'x' })),
      { ...LOANS, name: `out/${LOANS.name}` },
    ];

    const outcome = await unpackSingleFile(inMemory(aZip(parts)), dir);
    if ('code' in outcome) throw new Error(outcome.message);
    await using source = outcome.source;

    expect(outcome.name).toBe('loan tape ñ.csv');
    expect(String(await source.read(0, source.size))).toBe(LOANS.content);
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('may be a workbook, which is itself a ZIP', async () => {
    const workbook = aZip([{ name: 'xl/workbook.xml', content: '<workbook/>' }]);

    const outcome = await unpackSingleFile(inMemory(aZip([{ name: 'tape.xlsx', content: workbook }])), dir);
    if ('code' in outcome) throw new Error(outcome.message);
    await using source = outcome.source;

    expect(Buffer.compare(await source.read(0, source.size), workbook)).toBe(0);
  });

  it('is missing when the ZIP holds nothing, or folders and litter alone', async () => {
    const parts = [
      { name: 'out/', content: '', stored: true },
      { name: '.DS_Store', content: 'x' },
    ];

    expect(await refusalOf([])).toMatchObject({
      code: 'empty-file',
      message: expect.stringContaining('no file'),
    });
    expect(await refusalOf(parts)).toMatchObject({ code: 'empty-file' });
  });

  it('is not guessed when there are several, which are named', async () => {
    const parts = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ ...LOANS, name: `${name}.csv` }));

    expect(await refusalOf(parts)).toMatchObject({
      code: 'unsupported-format',
      message: expect.stringMatching(
        /6 files: a\.csv, b\.csv, c\.csv, d\.csv, e\.csv and 1 more.*each data file by itself/,
      ),
    });
  });

  it('must be data by its name', async () => {
    expect(await refusalOf([{ name: 'tape.pdf', content: 'x' }])).toMatchObject({
      code: 'unsupported-format',
      message: expect.stringContaining('tape.pdf, which is no CSV, XLSX, JSON or Parquet file'),
    });
  });

  it('is no archive in the archive, and no archive under the name of a table', async () => {
    const inner = aZip([LOANS]);

    expect(await refusalOf([{ name: 'inner.zip', content: inner }])).toMatchObject({ code: 'unsafe-file' });
    expect(await refusalOf([{ name: 'inner.csv', content: inner }])).toMatchObject({ code: 'unsafe-file' });
  });

  it('leaves nothing on the disk when more comes out than was declared', async () => {
    const claims = { size: 300_000 };
    const packed = deflateRawSync(Buffer.alloc(10 * 1024 * 1024));

    const problem = await refusalOf([{ name: 'a.csv', content: '', packed, local: claims, central: claims }]);

    expect(problem).toMatchObject({ code: 'unsafe-file' });
  });
});
