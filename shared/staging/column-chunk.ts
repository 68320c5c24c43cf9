import { constants, zstdCompressSync } from 'node:zlib';
import type { Vector } from '../decode/column-batch.ts';
import { packCodes, packedBytes, packRun } from './bit-packing.ts';
import { giveUp } from './give-up.ts';
import { ENCODING, type LaidOutValues } from './laid-out-values.ts';
import { layOutBooleans, layOutDecimals, layOutIntegers } from './number-values.ts';
import { PageRoom } from './page-room.ts';
import { mayBeNull, type StagedColumn } from './parquet-schema.ts';
import { layOutTexts } from './text-values.ts';
import { ThriftWriter } from './thrift-compact.ts';

export type ColumnChunk = {
  /** The dictionary page, if there is one, then the data page: header and compressed body of each. */
  readonly pages: readonly Uint8Array[];
  /** Size of the pages if their bodies were not compressed. */
  readonly uncompressedBytes: number;
  readonly encodings: readonly number[];
  /** Nothing for masked columns. */
  readonly statistics: ChunkStatistics | undefined;
};

export type ChunkStatistics = {
  readonly nulls: number;
  /** Absent without values, and where they are too long. */
  readonly limits: LaidOutValues['limits'];
};

type Page = { readonly bytes: Uint8Array; readonly uncompressedBytes: number };

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

/** What one page leaves here is overwritten, and never read, by the next one. */
const room = new PageRoom();
const dictionaryRoom = new PageRoom();

/** One column of a row group: all its values in one page. */
export function encodeChunk(vector: Vector, column: StagedColumn, rows: number): ColumnChunk {
  if (vector.type !== column.type) {
    throw new Error(`Column ${column.name} is of type ${column.type}, but the batch has ${vector.type}.`);
  }
  const { present } = vector;
  const count = present === undefined ? rows : countPresent(present, rows);
  if (count < rows && !mayBeNull(column)) {
    const row = present?.indexOf(0) ?? 0;
    throw new Error(
      `Column ${column.name} needs a value in every row, but row ${row} of the batch has none.`,
    );
  }
  const levels = mayBeNull(column) ? levelsOf(present, rows) : NO_LEVELS;
  const laidOut = layOut(present === undefined ? vector : withoutNulls(vector, present, count), count);
  const dictionary = dictionaryPage(laidOut);
  const data = dataPage(laidOut, levels, rows);
  return {
    pages: dictionary === undefined ? [data.bytes] : [dictionary.bytes, data.bytes],
    uncompressedBytes: (dictionary?.uncompressedBytes ?? 0) + data.uncompressedBytes,
    encodings: [ENCODING.rle, laidOut.encoding, ...(dictionary === undefined ? [] : [ENCODING.plain])],
    // Not even two values of a masked column go where they can be read without opening the column.
    statistics: column.mask === undefined ? { nulls: rows - count, limits: laidOut.limits } : undefined,
  };
}

function layOut(vector: Vector, count: number): LaidOutValues {
  switch (vector.type) {
    case 'decimal':
      return layOutDecimals(vector.values, count, room);
    case 'integer':
    case 'date':
      return layOutIntegers(vector.values, count, room, dictionaryRoom);
    case 'boolean':
      return layOutBooleans(vector.values, count, room);
    case 'text':
      return layOutTexts(vector.values, count, vector.dictionary, room, dictionaryRoom);
  }
}

function countPresent(present: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row += 1) count += present[row] as number;
  return count;
}

/** Parquet keeps only the values that are there. */
function withoutNulls(vector: Vector, present: Uint8Array, count: number): Vector {
  switch (vector.type) {
    case 'decimal':
      return { ...vector, values: keep(vector.values, new Float64Array(count), present) };
    case 'boolean':
      return { ...vector, values: keep(vector.values, new Uint8Array(count), present) };
    case 'integer':
    case 'date':
      return { ...vector, values: keep(vector.values, new Int32Array(count), present) };
    case 'text':
      return { ...vector, values: keep(vector.values, new Int32Array(count), present) };
  }
}

function keep<Values extends Float64Array | Int32Array | Uint8Array>(
  values: Values,
  kept: Values,
  present: Uint8Array,
): Values {
  let count = 0;
  for (let row = 0; count < kept.length; row += 1) {
    if (present[row] === 0) continue;
    kept[count] = values[row] as number;
    count += 1;
  }
  return kept;
}

const NO_LEVELS = new Uint8Array(0);

/** Which rows have a value: one bit for each, after the size of all of them. */
function levelsOf(present: Uint8Array | undefined, rows: number): Uint8Array {
  room.reserve(packedBytes(rows, 1));
  const start = room.valuesAt;
  const end =
    present === undefined
      ? packRun(1, rows, 1, room.bytes, start)
      : packCodes(room.put(present, rows), rows, 1, room, start);
  const levels = new Uint8Array(4 + end - start);
  new DataView(levels.buffer).setUint32(0, end - start, true);
  levels.set(room.bytes.subarray(start, end), 4);
  return levels;
}

function dictionaryPage({ dictionary }: LaidOutValues): Page | undefined {
  if (dictionary === undefined) return undefined;
  const body = dictionaryRoom.bytes.subarray(dictionaryRoom.valuesAt, dictionary.end);
  return toPage(DICTIONARY_PAGE, body, (header) =>
    header.struct(7, () => {
      header.i32(1, dictionary.count);
      header.i32(2, ENCODING.plain);
    }),
  );
}

function dataPage({ encoding, end }: LaidOutValues, levels: Uint8Array, rows: number): Page {
  const start = room.valuesAt - levels.length;
  room.bytes.set(levels, start);
  return toPage(DATA_PAGE, room.bytes.subarray(start, end), (header) =>
    header.struct(5, () => {
      header.i32(1, rows);
      header.i32(2, encoding);
      header.i32(3, ENCODING.rle);
      header.i32(4, ENCODING.rle);
    }),
  );
}

function toPage(kind: number, body: Uint8Array, writeHeader: (header: ThriftWriter) => void): Page {
  const compressed = compress(body);
  const thrift = new ThriftWriter();
  thrift.element(() => {
    thrift.i32(1, kind);
    thrift.i32(2, body.length);
    thrift.i32(3, compressed.length);
    writeHeader(thrift);
  });
  const header = thrift.bytes;
  const bytes = new Uint8Array(header.length + compressed.length);
  bytes.set(header);
  bytes.set(compressed, header.length);
  // Small ones lie in memory that Node uses for other things as well.
  if (compressed.buffer.byteLength > Buffer.poolSize) giveUp(compressed.buffer);
  return { bytes, uncompressedBytes: header.length + body.length };
}

function compress(body: Uint8Array): Buffer<ArrayBuffer> {
  return zstdCompressSync(body, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: body.length,
    // Room for what cannot be compressed at all, so that it is done in one step.
    chunkSize: Math.max(1_024, body.length + (body.length >> 7) + 512),
  });
}
