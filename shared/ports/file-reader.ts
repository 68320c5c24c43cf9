import type { CellValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import type { RowIssue } from '../contracts/row-schema.ts';
import type { Problem } from '../domain/problem.ts';

// Bytes of a file in, typed batches out. Rows travel in columns, so that a columnar reader fits the same port.

export type RowBatch = {
  readonly length: number;
  /** Number of each row in the file; the first one after the header is 1. */
  readonly recordNumbers: readonly number[];
  /** In the order of the contract's columns: column by column, `length` values each. */
  readonly columns: readonly (readonly CellValue[])[];
  readonly remarks: readonly (RowIssue & { readonly record: number })[];
};

export type RejectedRow = {
  readonly record: number;
  readonly issues: readonly RowIssue[];
  /** The cells as they came, by canonical column name where the header is known. */
  readonly cells: Readonly<Record<string, string>>;
};

export interface RowSink {
  accept(batch: RowBatch): Promise<void>;
  reject(row: RejectedRow): Promise<void>;
}

export type ReadOutcome =
  | {
      readonly kind: 'read';
      readonly rows: number;
      readonly unexpectedColumns: readonly string[];
      readonly missingOptionalColumns: readonly string[];
      /** What was noticed about the file as a whole: byte order mark, ignored columns. */
      readonly notices: readonly Problem[];
    }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] };

export interface FileReader {
  /** The names in the header, without reading further than needed; or why there is none. */
  readHeader(source: AsyncIterable<Uint8Array>): Promise<readonly string[] | Problem>;
  read(source: AsyncIterable<Uint8Array>, contract: Contract, sink: RowSink): Promise<ReadOutcome>;
}
