import type { Contract } from '../contracts/contract.ts';
import type { RawRow } from '../contracts/row-schema.ts';
import type { Vector } from '../decode/column-batch.ts';
import type { Problem } from '../domain/problem.ts';

// Rows of a Parquet file in its order. Most cells of such a file are already what the contract wants, so they come as
// columns; a row with any other cell comes as text, for the reference to judge.

export type ParquetChunk = {
  /** Number of the first row in the file; the others follow without a gap. */
  readonly firstRecord: number;
  readonly rows: number;
  /** 1 where the row is accepted as it is in `columns`, with nothing to be said about it. */
  readonly plain: Uint8Array;
  /** In the order of the contract's columns. Where a row is not plain, its values mean nothing. */
  readonly columns: readonly Vector[];
  /** The cells of each row that is not plain, by its place in the chunk. Cells without a value are left out. */
  readonly cells: ReadonlyMap<number, RawRow>;
};

/** Cells of one row as text, in the order of the positions that were asked for; undefined where there is no value. */
export type ParquetTexts = { readonly record: number; readonly texts: readonly (string | undefined)[] };

/** The first `records` of every `of` records. */
export type RecordSample = { readonly records: number; readonly of: number };

export interface ParquetRows {
  /**
   * Reads a local file whose columns are at these positions, by canonical name (`HeaderMatch.positions`).
   * Throws UnreadableParquet; rows that came before it are not to be kept.
   */
  read(
    localPath: string,
    contract: Contract,
    positions: ReadonlyMap<string, number>,
  ): AsyncGenerator<ParquetChunk>;

  /** The cells of other columns, for some of the records. Throws UnreadableParquet. */
  readOthers(
    localPath: string,
    positions: readonly number[],
    sample: RecordSample,
  ): AsyncGenerator<ParquetTexts>;
}

/** Thrown inside the stream, caught by the reader: the file's data are not what its footer says. */
export class UnreadableParquet extends Error {
  override readonly name = 'UnreadableParquet';
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}
