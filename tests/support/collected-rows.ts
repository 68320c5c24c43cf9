import type { CellValue } from '../../shared/contracts/cell-parser.ts';
import type { Contract } from '../../shared/contracts/contract.ts';
import type { FileReader, ReadOutcome, RejectedRow, RowBatch } from '../../shared/ports/file-reader.ts';

export type CollectedRows = {
  readonly outcome: ReadOutcome;
  readonly batches: readonly RowBatch[];
  readonly rejected: readonly RejectedRow[];
  /** Accepted rows with their record numbers, in the order of the contract's columns. */
  readonly rows: readonly { readonly record: number; readonly cells: readonly CellValue[] }[];
};

/** Reads a whole file and keeps everything that came out. */
export async function collectRows(
  reader: FileReader,
  source: AsyncIterable<Uint8Array>,
  contract: Contract,
): Promise<CollectedRows> {
  const batches: RowBatch[] = [];
  const rejected: RejectedRow[] = [];
  const outcome = await reader.read(source, contract, {
    accept: async (batch) => void batches.push(batch),
    reject: async (row) => void rejected.push(row),
  });
  const rows = batches.flatMap(({ recordNumbers, columns }) =>
    recordNumbers.map((record, row) => ({ record, cells: columns.map((values) => values[row] ?? null) })),
  );
  return { outcome, batches, rejected, rows };
}
