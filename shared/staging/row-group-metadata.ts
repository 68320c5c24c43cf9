import type { ChunkStatistics } from './column-chunk.ts';
import type { EncodedChunk, EncodedRowGroup } from './parquet-row-group.ts';
import { PHYSICAL_TYPE, type StagedColumn } from './parquet-schema.ts';
import { ThriftWriter } from './thrift-compact.ts';

const ZSTD = 6;

/** What the footer says of a row group that starts at this place of the file. */
export function writeRowGroup(
  { rows, bytes, chunks }: EncodedRowGroup,
  columns: readonly StagedColumn[],
  start: number,
): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.element(() => {
    thrift.structs(1, columns, (column, index) => {
      const chunk = chunks[index];
      if (chunk === undefined) throw new Error(`The row group has no column ${column.name}.`);
      // Place of a copy of this structure outside the footer: there is none.
      thrift.i64(2, 0);
      thrift.struct(3, () => writeChunk(thrift, column, chunk, rows, start + chunk.start));
    });
    thrift.i64(
      2,
      chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0),
    );
    thrift.i64(3, rows);
    thrift.i64(5, start);
    thrift.i64(6, bytes.length);
  });
  return thrift.bytes;
}

function writeChunk(
  thrift: ThriftWriter,
  column: StagedColumn,
  chunk: EncodedChunk,
  rows: number,
  start: number,
): void {
  thrift.i32(1, PHYSICAL_TYPE[column.type]);
  thrift.i32s(2, chunk.encodings);
  thrift.texts(3, [column.name]);
  thrift.i32(4, ZSTD);
  thrift.i64(5, rows);
  thrift.i64(6, chunk.uncompressedBytes);
  thrift.i64(7, chunk.compressedBytes);
  thrift.i64(9, start + chunk.dictionaryBytes);
  if (chunk.dictionaryBytes > 0) thrift.i64(11, start);
  const { statistics } = chunk;
  if (statistics !== undefined) thrift.struct(12, () => writeStatistics(thrift, statistics));
}

function writeStatistics(thrift: ThriftWriter, { nulls, limits }: ChunkStatistics): void {
  thrift.i64(3, nulls);
  if (limits === undefined) return;
  thrift.binary(5, limits.max);
  thrift.binary(6, limits.min);
}
