import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { readCsv } from '../../../../shared/decode/csv/csv-reader.ts';
import { CsvWorkers } from '../../../../shared/decode/csv/csv-workers.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { KEY, partsInFull, readFile, sourceOf, tokenOf } from './read-files.ts';

// Real threads, with parts small enough for files of a few kilobytes.

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount' }),
    aColumn({ name: 'name', nullable: true, pii: 'direct', mask: 'name' }),
  ],
});
const row = (index: number): string => `L${index},${index}.25,"Ana ""${index % 7}""\nMaría 😀"`;
const rows = (count: number, make = row): string[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
const fileOf = (lines: readonly string[], lineEnd = '\n'): string =>
  `id,amount,name${lineEnd}${lines.join(lineEnd)}`;
const replaced = (lines: string[], at: number, line: string): string[] => lines.with(at, line);
const SMALL = { partRecords: 50, rangeBytes: 700, parallelFromBytes: 0 };
/** Other threads finish the parts, or decode as well. */
const WAYS = [
  { ...SMALL, parallelFromBytes: Infinity, finishFromBytes: 0 },
  { ...SMALL, finishFromBytes: 0 },
];

describe('several threads', () => {
  it.each<[string, string | Uint8Array]>([
    ['plain rows', fileOf(rows(1_000, (index) => `L${index},${index},`))],
    ['quoted line ends, doubled quotation marks and letters beyond ASCII', fileOf(rows(400))],
    ['CRLF line ends', `${fileOf(rows(300), '\r\n')}\r\n`],
    ['exactly two parts', `${fileOf(rows(100))}\n`],
    ['blank lines between and at the end', `${fileOf(rows(200), '\n\r\n\n')}\n\n\n`],
    ['rows that are rejected', fileOf(rows(300, (index) => (index % 3 === 0 ? `L${index},x` : row(index))))],
    ['a quotation mark inside a cell', fileOf(replaced(rows(300), 130, 'L"x,1,'))],
    ['text after a closing quotation mark', fileOf(replaced(rows(300), 130, 'Lx,1,"Ana"x'))],
    ['two faults that even out', fileOf(replaced(replaced(rows(300), 130, 'L"x,1,'), 260, 'L"x,1,'))],
    ['carriage returns alone in the middle', fileOf(replaced(rows(300), 130, 'a,1,\rb,2,'))],
    ['an unclosed quotation mark', fileOf(replaced(rows(300), 130, 'Lx,1,"Ana'))],
    ['bytes that are not UTF-8', Buffer.from(fileOf(replaced(rows(300), 130, 'Lx,1,\u00e1')), 'latin1')],
    ['a NUL byte in the last row', `${fileOf(rows(300))}\nL1,\0,`],
    [
      'a part that is larger than a thread may take',
      fileOf(replaced(rows(300), 130, `Lx,1,"${'x'.repeat(9_000)}"`)),
    ],
  ])('give the same parts as one: %s', async (_, content) => {
    const alone = await readFile(content, CONTRACT, { ...SMALL, parallelFromBytes: Infinity });

    for (const way of WAYS) {
      for (const workers of [1, 2, 3]) {
        const together = await readFile(content, CONTRACT, { ...way, workers, mostChunkBytes: 8_000 });

        expect(together.outcome).toEqual(alone.outcome);
        expect(partsInFull(together.parts)).toBe(partsInFull(alone.parts));
      }
    }
  });

  it('leave out the rows that are set aside, as one does', async () => {
    const issue = {
      code: 'conflicting-duplicate',
      severity: 'error',
      column: 'id',
      message: 'twice',
    } as const;
    const setAside = { dropped: Int32Array.of(7, 51, 200), rejected: new Map([[60, issue]]) };
    const content = fileOf(rows(300));

    const alone = await readFile(content, CONTRACT, { ...SMALL, parallelFromBytes: Infinity, setAside });
    for (const way of WAYS) {
      const together = await readFile(content, CONTRACT, { ...way, workers: 2, setAside });
      expect(partsInFull(together.parts)).toBe(partsInFull(alone.parts));
    }
    expect(alone.parts.map(({ dropped, rejected }) => [dropped, rejected])).toEqual([
      [1, 0],
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('hand the parts on in the order of the file', async () => {
    for (const way of WAYS) {
      const { parts } = await readFile(fileOf(rows(500)), CONTRACT, { ...way, workers: 3 });

      expect(parts.map(({ records }) => records)).toEqual(Array.from({ length: 10 }, () => 50));
      expect(new Set(parts.map(({ totals }) => totals['amount'])).size).toBe(10);
    }
  });

  it('stop when the sink or the source fails, and say so', async () => {
    const content = fileOf(rows(500));
    const full = { take: () => Promise.reject(new Error('no space left')) };
    const ignored = { take: async () => undefined };
    const whole = sourceOf(content);
    const lost = {
      ...whole,
      read: (start: number, end: number) =>
        start > 5_000 ? Promise.reject(new Error('the connection was lost')) : whole.read(start, end),
    };

    for (const way of WAYS) {
      const settings = { ...way, tokenOf, pseudonymKey: KEY, workers: 2 };
      await expect(readCsv(whole, CONTRACT, full, settings)).rejects.toThrow('no space left');
      await expect(readCsv(lost, CONTRACT, ignored, settings)).rejects.toThrow('the connection was lost');
    }
  });

  it('fail the reading when one of them dies: that is no matter of the data', async () => {
    const settings = { ...WAYS[0], tokenOf, pseudonymKey: 'too short', workers: 2 };

    const reading = readCsv(sourceOf(fileOf(rows(500))), CONTRACT, { take: async () => undefined }, settings);

    await expect(reading).rejects.toThrow('a thread that decodes CSV failed');
  });

  it('fail the chunks that nobody has begun with when one of them dies', async () => {
    const workers = new CsvWorkers(1, ORDERS, 'too short', () => ({ kind: 'fault' }));

    await expect(workers.offer(NO_ROWS)).rejects.toThrow('a thread that decodes CSV failed');
    await expect(workers.offer(NO_ROWS)).rejects.toThrow('a thread that decodes CSV failed');
    await workers.close();
  });

  it('leave chunks to the thread that reads, as long as none of them has begun with them', async () => {
    const decoded = (number: number) => ({ kind: 'part', part: PART, lines: number }) as const;
    const nobody = new CsvWorkers(0, ORDERS, KEY, ({ offset }) => decoded(offset));
    const answers = [nobody.offer({ ...NO_ROWS, offset: 7 }), nobody.offer({ ...NO_ROWS, offset: 8 })];

    expect([nobody.notBegun, nobody.help(), nobody.notBegun, nobody.help(), nobody.notBegun]).toEqual([
      2,
      true,
      1,
      true,
      0,
    ]);
    expect(nobody.help()).toBe(false);
    expect(await Promise.all(answers)).toEqual([decoded(7), decoded(8)]);
  });

  it('decode what the thread that reads does not', async () => {
    const workers = new CsvWorkers(1, ORDERS, KEY, () => ({ kind: 'fault' }));

    expect(await workers.offer(NO_ROWS)).toMatchObject({ kind: 'part', lines: 0 });
    expect([workers.notBegun, workers.help()]).toEqual([0, false]);
    await workers.close();
  });

  it('are not started where no chunk can be cut', async () => {
    // With this key a thread fails as it starts: it would fail the reading.
    const settings = { ...SMALL, pseudonymKey: 'too short', workers: 2, mostChunkBytes: 100 };

    const { outcome, parts } = await readFile(fileOf(rows(500)), CONTRACT, settings);

    expect(outcome.kind).toBe('read');
    expect(parts).toHaveLength(10);
  });

  it('are not cut short: they leave out what nobody wants any more, and end by themselves', async () => {
    const workers = new CsvWorkers(2, ORDERS, KEY, () => ({ kind: 'fault' }));
    const unwanted = Array.from({ length: 20 }, () => workers.offer(NO_ROWS));

    await workers.close();

    const ends = await Promise.allSettled(unwanted);
    for (const end of ends.filter(({ status }) => status === 'rejected'))
      expect(end).toMatchObject({ reason: { message: 'a thread that decodes CSV ended with code 0' } });
    expect(workers.help()).toBe(false);
  });

  it('refuse further chunks after they have been closed', async () => {
    const workers = new CsvWorkers(1, ORDERS, KEY, () => ({ kind: 'fault' }));
    await workers.close();

    await expect(workers.offer(NO_ROWS)).rejects.toThrow('a thread that decodes CSV ended');
  });
});

describe('a thread that only finishes parts', () => {
  it('loads nothing that knows contracts, which would take longer than all the rest', async () => {
    const built = await build({
      entryPoints: ['shared/decode/csv/csv-worker.ts'],
      ...{ bundle: true, splitting: true, write: false, outdir: 'nowhere', metafile: true },
      ...{ format: 'esm', platform: 'node', logLevel: 'error' },
    });
    const loaded = new Set(['shared/decode/csv/csv-worker.ts']);
    for (const path of loaded)
      for (const found of built.metafile.inputs[path]?.imports ?? [])
        if (found.kind === 'import-statement') loaded.add(found.path);

    expect(loaded.size).toBeGreaterThan(10);
    expect([...loaded].filter((path) => /\/zod\/|shared\/contracts\//.test(path))).toEqual([]);
  });
});

const LAYOUT = { delimiter: 44, width: 3, positions: new Map<string, number>(), unexpected: [] };
const ORDERS = {
  contract: CONTRACT,
  layout: LAYOUT,
  setAside: undefined,
  partRecords: 50,
  mostChunkBytes: 1_000_000,
};
const PART: SnapshotPart = {
  ...{ records: 1, accepted: 0, rejected: 1, dropped: 0, rowGroup: undefined, totals: {}, nulls: {} },
  ...{ votes: new Map(), issues: [], rejectedRows: [], suspects: [] },
};
const NO_ROWS = {
  room: new Uint8Array(new SharedArrayBuffer(16)),
  ...{ size: 0, offset: 0, records: 0, recordBefore: 0 },
};
