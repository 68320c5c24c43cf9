import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { BlobLake } from '../../../../shared/adapters/azure/blob-lake.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let lake: BlobLake;
let dir: string;
let unprovisioned: BlobLake;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  lake = new BlobLake(BlobServiceClient.fromConnectionString(storage));
  unprovisioned = new BlobLake(BlobServiceClient.fromConnectionString(await takeStorageAccount()));
  dir = await mkdtemp(join(tmpdir(), 'lake-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textOf(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  let text = '';
  for await (const chunk of body ?? []) text += Buffer.from(chunk).toString('utf8');
  return text;
}

describe('a file', () => {
  it('comes back as it was written, with what is known of it', async () => {
    const written = await lake.write('runs', 'a/b ñ #1.json', '{"ok":true}', {
      contentType: 'application/json',
      metadata: { asof: '2025-12-10' },
    });

    const file = await lake.stat('runs', 'a/b ñ #1.json');

    expect(written).toEqual({ kind: 'written', etag: file?.etag });
    expect(file).toMatchObject({ path: 'a/b ñ #1.json', bytes: 11, metadata: { asof: '2025-12-10' } });
    expect(file?.modifiedAt.getTime()).toBeGreaterThan(0);
    expect((await lake.read('runs', 'a/b ñ #1.json'))?.toString('utf8')).toBe('{"ok":true}');
  });

  it('has the same version in a listing as by itself', async () => {
    await lake.write('runs', 'listed/one', '1', { metadata: { a: 'b' } });
    await lake.write('runs', 'listed/two', '');

    const listed = [];
    for await (const file of lake.list('runs', 'listed/')) listed.push(file);

    expect(listed).toEqual([await lake.stat('runs', 'listed/one'), await lake.stat('runs', 'listed/two')]);
  });

  it('streams in and out, larger than one block', async () => {
    const block = 'x'.repeat(3 * 1024 * 1024);

    await lake.writeStream('raw', 'large.csv', chunks(block, block, 'end'));
    const opened = await lake.open('raw', 'large.csv');

    expect(opened?.file.bytes).toBe(2 * block.length + 3);
    expect(await textOf(opened?.body)).toBe(`${block}${block}end`);
  });

  it('goes up from the local disk and comes down again', async () => {
    const [from, to] = [join(dir, 'from'), join(dir, 'to')];
    await writeFile(from, 'staged rows');

    const outcome = await lake.upload('staging', 'x.parquet', from, {
      contentType: 'a/b',
      metadata: { k: 'v' },
    });
    await lake.download('staging', 'x.parquet', to);

    expect(outcome.kind).toBe('written');
    expect(await readFile(to, 'utf8')).toBe('staged rows');
    expect(await lake.stat('staging', 'x.parquet')).toMatchObject({ metadata: { k: 'v' } });
  });
});

describe('what is not there', () => {
  it('is undefined to readers', async () => {
    expect(await lake.stat('runs', 'nothing')).toBeUndefined();
    expect(await lake.read('runs', 'nothing')).toBeUndefined();
    expect(await lake.open('runs', 'nothing')).toBeUndefined();
  });

  it('is thrown where an earlier stage must have written it', async () => {
    await expect(lake.download('staging', 'nothing', join(dir, 'nothing'))).rejects.toMatchObject({
      name: 'FileMissing',
      message: 'staging/nothing is not there',
    });
  });

  it('is undefined when only another version is there', async () => {
    const first = await lake.write('runs', 'versions', '1');
    await lake.write('runs', 'versions', '2');

    const etag = first.kind === 'written' ? first.etag : '';

    expect(await lake.open('runs', 'versions', { etag })).toBeUndefined();
  });
});

describe('a condition', () => {
  it('keeps what is there when something was to be absent', async () => {
    await lake.write('runs', 'absent', 'first', { onlyIf: 'absent' });

    const [small, stream, file] = [
      await lake.write('runs', 'absent', 'second', { onlyIf: 'absent' }),
      await lake.writeStream('runs', 'absent', chunks('third'), { onlyIf: 'absent' }),
      await lake.upload('runs', 'absent', import.meta.filename, { onlyIf: 'absent' }),
    ];

    expect([small, stream, file]).toEqual([{ kind: 'conflict' }, { kind: 'conflict' }, { kind: 'conflict' }]);
    expect(String(await lake.read('runs', 'absent'))).toBe('first');
  });

  it('lets exactly the version be replaced that was seen', async () => {
    await lake.write('runs', 'etag', 'first');
    const etag = (await lake.stat('runs', 'etag'))?.etag ?? '';

    const replaced = await lake.write('runs', 'etag', 'second', { onlyIf: { etag } });
    const late = await lake.write('runs', 'etag', 'third', { onlyIf: { etag } });

    expect([replaced.kind, late.kind]).toEqual(['written', 'conflict']);
    expect(String(await lake.read('runs', 'etag'))).toBe('second');
  });

  it('lets one of two streams win that write at the same time', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        lake.writeStream('raw', 'race', chunks('the', 'same', 'bytes', String(index)), { onlyIf: 'absent' }),
      ),
    );

    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([...Array(5).fill('conflict'), 'written']);
    expect(String(await lake.read('raw', 'race'))).toMatch(/^thesamebytes\d$/);
  });
});

it('throws when storage itself is not as it should be', async () => {
  await expect(unprovisioned.write('runs', 'x', 'y')).rejects.toMatchObject({ statusCode: 404 });
  await expect(unprovisioned.writeStream('runs', 'x', chunks('y'))).rejects.toMatchObject({
    statusCode: 404,
  });
});

describe('a file that is removed', () => {
  it('is gone, and is removed only in the version that was seen', async () => {
    await lake.write('runs', 'removed/one.json', 'first');
    const seen = await lake.stat('runs', 'removed/one.json');
    await lake.write('runs', 'removed/one.json', 'second');
    const current = await lake.stat('runs', 'removed/one.json');
    const etags = [seen, current, current].map((file) => ({ etag: file?.etag ?? '' }));

    const outcomes: boolean[] = [];
    for (const version of etags) outcomes.push(await lake.remove('runs', 'removed/one.json', version));

    expect(outcomes).toEqual([false, true, true]);
    expect(await lake.stat('runs', 'removed/one.json')).toBeUndefined();
  });
});
