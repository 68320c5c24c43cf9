import type { TypedRow } from '../contracts/row-rules.ts';
import type { RowBatch } from './file-reader.ts';

/** Exact sum of each decimal column, in units of its scale. */
export type ControlTotals = Readonly<Record<string, bigint>>;

/** Collects accepted rows and turns them into one typed, deterministic Parquet file. */
export interface StagingWriter extends AsyncDisposable {
  append(batch: RowBatch): Promise<void>;
  /** Takes rows out again by record number and returns them: later rows contradicted them. */
  remove(recordNumbers: readonly number[]): Promise<readonly TypedRow[]>;
  /** Writes the file and sums its decimal columns as read back from it. */
  finish(localPath: string): Promise<{ rows: number; totals: ControlTotals }>;
}
