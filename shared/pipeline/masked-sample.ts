import type { Column, Contract } from '../contracts/contract.ts';
import type { SqlSession, SqlValue } from '../ports/sql-engine.ts';
import type { TokenMaker } from '../privacy/pseudonym.ts';
import { isReadable } from '../privacy/readable-cell.ts';
import type { MaskedSample } from '../runs/documents.ts';

const SAMPLE_ROWS = 20;

/**
 * The first staged rows for somebody who looks into a file: ids and free text are tokens here, as in quarantine, and names
 * were tokens before.
 */
export async function maskedSample(
  { columns }: Contract,
  sql: SqlSession,
  tokenOf: TokenMaker,
): Promise<Omit<MaskedSample, 'runId'>> {
  const texts = columns.map(({ name }) => `"${name}"::VARCHAR AS "${name}"`);
  const rows = await sql.rows(
    `SELECT record_number, ${texts.join(', ')} FROM staged ORDER BY record_number LIMIT ${SAMPLE_ROWS}`,
  );
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => ({
      record: Number(row['record_number']),
      cells: columns.map((column) => safeCell(column, row[column.name], tokenOf)),
    })),
  };
}

function safeCell(column: Column, value: SqlValue | undefined, tokenOf: TokenMaker): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value);
  return column.mask !== undefined || isReadable(column, text) ? text : tokenOf(column.name, text);
}
