import type { Column } from '../contracts/contract.ts';
import { BATCH_RECORDS, type ColumnBatch, type Vector } from '../decode/column-batch.ts';
import { type ChunkStatistics, encodeChunk } from './column-chunk.ts';
import { RECORD_NUMBER } from './parquet-schema.ts';

/** A batch as it stands in the file, with places from its own start. It may cross threads: `bytes` owns its buffer. */
export type EncodedRowGroup = {
  readonly rows: number;
  /** The column chunks, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The record number first, then the contract's columns. */
  readonly chunks: readonly EncodedChunk[];
};

export type EncodedChunk = {
  readonly start: number;
  /** Size of the dictionary page, which stands first; 0 without one. */
  readonly dictionaryBytes: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly encodings: readonly number[];
  readonly statistics: ChunkStatistics | undefined;
};

/** The rows of a batch in Parquet: typed, compressed, the same bytes for the same rows. */
export function encodeRowGroup(batch: ColumnBatch, columns: readonly Column[]): EncodedRowGroup {
  if (batch.rows > BATCH_RECORDS) throw new RangeError(`A batch has at most ${BATCH_RECORDS} rows.`);
  if (batch.columns.length !== columns.length) {
    throw new Error(`The batch has ${batch.columns.length} columns, but the contract ${columns.length}.`);
  }
  const pages: Uint8Array[] = [];
  let size = 0;
  const recordNumbers: Vector = { type: 'integer', values: batch.recordNumbers, present: undefined };
  const chunks = [recordNumbers, ...batch.columns].map((vector, index): EncodedChunk => {
    const { pages: own, ...chunk } = encodeChunk(vector, columns[index - 1] ?? RECORD_NUMBER, batch.rows);
    const start = size;
    for (const page of own) {
      pages.push(page);
      size += page.length;
    }
    const dictionaryBytes = own.length > 1 ? (own[0]?.length ?? 0) : 0;
    return { start, dictionaryBytes, compressedBytes: size - start, ...chunk };
  });
  return { rows: batch.rows, bytes: joined(pages, size), chunks };
}

function joined(pages: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const page of pages) {
    bytes.set(page, at);
    at += page.length;
  }
  return bytes;
}
