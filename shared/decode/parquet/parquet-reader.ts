import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { showValue } from '../../contracts/cell-parser.ts';
import type { Column, Contract } from '../../contracts/contract.ts';
import { type HeaderMatch, matchHeader, otherColumns } from '../../contracts/match-header.ts';
import type { Problem } from '../../domain/problem.ts';
import { type ByteSource, inRanges } from '../../ports/byte-source.ts';
import type { InputFile, PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import { type ParquetChunk, type ParquetRows, UnreadableParquet } from '../../ports/parquet-rows.ts';
import { type ColumnBuilder, cellAt, type Vector } from '../column-batch.ts';
import { headerOnly, headerProblems, refusedHeader } from '../header-problems.ts';
import type { PartBuilder } from '../part-builder.ts';
import { WATCHED } from '../suspect-watch.ts';
import { parquetSchema } from './parquet-schema.ts';

// Parquet read by a contract: what is plain comes in columns, everything else is judged as text.

export async function readParquetHeaders(source: ByteSource): Promise<readonly TableHeader[] | Problem> {
  const schema = await parquetSchema(source);
  return schema.kind === 'unreadable' ? schema.problem : [{ names: schema.columns }];
}

export async function readParquet(
  { source, scratchDir }: InputFile,
  contract: Contract,
  builder: PartBuilder,
  { sink, rows }: { readonly sink: PartSink; readonly rows: ParquetRows },
): Promise<ReadOutcome> {
  const schema = await parquetSchema(source);
  if (schema.kind === 'unreadable') return { kind: 'unreadable', problems: [schema.problem] };
  const match = matchHeader(contract, schema.columns);
  const problems = headerProblems(contract, match);
  const refused = refusedHeader(problems, match);
  if (refused !== undefined) return refused;
  if (schema.rows === 0 && contract.mayBeEmpty !== true) {
    return { kind: 'unreadable', problems: [headerOnly(contract)] };
  }
  const path = join(scratchDir, 'input.parquet');
  try {
    await pipeline(Readable.from(inRanges(source)), createWriteStream(path));
    const others = otherColumns(schema.columns, match.positions);
    if (others.length > 0) await watchOthers(rows, path, others, builder);
    await readRows(rows.read(path, contract, match.positions), contract, builder, sink);
  } catch (error) {
    if (error instanceof UnreadableParquet) return { kind: 'unreadable', problems: [error.problem] };
    throw error;
  } finally {
    await rm(path, { force: true });
  }
  return outcomeOf(match, problems);
}

function outcomeOf(match: HeaderMatch, notices: readonly Problem[]): ReadOutcome {
  return {
    kind: 'read',
    unexpectedColumns: match.unexpected,
    missingOptionalColumns: match.missingOptional,
    aliases: match.aliases,
    notices,
  };
}

/** Ahead of the rows, since only few records are watched: it does not matter in which part of the file they are seen. */
async function watchOthers(
  rows: ParquetRows,
  path: string,
  others: readonly { readonly name: string; readonly position: number }[],
  builder: PartBuilder,
): Promise<void> {
  const positions = others.map(({ position }) => position);
  for await (const { record, texts } of rows.readOthers(path, positions, WATCHED)) {
    for (const [index, { name }] of others.entries()) {
      const text = texts[index];
      if (text !== undefined) builder.seeUnexpected(record, name, text);
    }
  }
}

async function readRows(
  chunks: AsyncIterable<ParquetChunk>,
  contract: Contract,
  builder: PartBuilder,
  sink: PartSink,
): Promise<void> {
  for await (const chunk of chunks) {
    for (let row = 0; row < chunk.rows; row += 1) {
      takeRow(chunk, row, contract, builder);
      if (builder.isFull) await sink.take(builder.finish());
    }
  }
  if (builder.records > 0) await sink.take(builder.finish());
}

function takeRow(chunk: ParquetChunk, row: number, contract: Contract, builder: PartBuilder): void {
  const record = chunk.firstRecord + row;
  if (chunk.plain[row] !== 1) {
    const cells = chunk.cells.get(row);
    builder.judgeRow({ record, cell: (column) => cells?.[contract.columns[column]?.name ?? ''] });
    return;
  }
  const at = builder.batch.rows;
  for (let index = 0; index < chunk.columns.length; index += 1) {
    copyCell(chunk.columns[index] as Vector, row, builder.batch.columns[index] as ColumnBuilder, at);
  }
  if (builder.isSetAside?.(record) === true) {
    builder.judgeRow({ record, cell: (column) => plainText(chunk, row, contract, column) }, NONE_UNREAD);
  } else builder.acceptRow(record);
}

const NONE_UNREAD: readonly number[] = [];

/** The text of a plain cell was left behind in the file, so its value is written as people write it. */
function plainText(chunk: ParquetChunk, row: number, contract: Contract, column: number): string | undefined {
  const value = cellAt(chunk.columns[column] as Vector, row);
  return value === null ? undefined : showValue(contract.columns[column] as Column, value);
}

function copyCell(from: Vector, row: number, to: ColumnBuilder, at: number): void {
  if (from.present !== undefined && from.present[row] === 0) {
    to.setNull(at);
    return;
  }
  to.clearNull(at);
  const value = from.values[row] as number;
  if (from.type === 'decimal') to.decimals[at] = value;
  else if (from.type !== 'text') to.integers[at] = value;
  else {
    const { bytes, ends } = from.dictionary;
    to.integers[at] = to.texts.codeOfBytes(
      bytes,
      value === 0 ? 0 : (ends[value - 1] as number),
      ends[value] as number,
    );
  }
}
