import type { SqlRow, SqlSession } from '../ports/sql-engine.ts';

/** The view of the staged file. */
export const STAGED = 'staged';

const FIRST_RECORDS = 10;

/** Record numbers of the rows that a FROM clause gives, lowest first. */
export async function firstRecords(
  sql: SqlSession,
  from: string,
  limit: number = FIRST_RECORDS,
): Promise<number[]> {
  const rows = await sql.rows(`SELECT record_number FROM ${from} ORDER BY record_number LIMIT ${limit}`);
  return rows.map((row) => countIn(row, 'record_number'));
}

/** BIGINT comes as text; a count of rows is far below 2^53. */
export function countIn(row: SqlRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
