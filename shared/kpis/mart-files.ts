import { rm, writeFile } from 'node:fs/promises';
import { neutralised } from '../domain/formula-text.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { martText } from './compact-mart.ts';
import type { KpiMart, KpiResult } from './kpi-result.ts';

// A mart as files. JSON is the whole mart; CSV and Parquet are one line for each result, for people and tools
// that read tables. The same mart gives the same bytes in each form.

export function martJson(mart: KpiMart): string {
  return martText(mart);
}

/** RFC 4180. A spreadsheet would run text that looks like a formula, so such a cell gets an apostrophe. */
export function martCsv(mart: KpiMart): string {
  const header = COLUMNS.map(({ name }) => name);
  const lines = linesOf(mart).map((line) => COLUMNS.map((column) => csvCell(column, column.value(line))));
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/**
 * Writes the table to `path`, which must lie in the session's scratch directory. A numerator or denominator with more
 * than 28 digits before the point, as powers have, is empty here; CSV and JSON hold it.
 */
export async function writeMartParquet(mart: KpiMart, { sql, path }: ParquetTarget): Promise<void> {
  const lines = `${path}.lines`;
  const text = linesOf(mart).map(
    (line, index) => `${[index, ...COLUMNS.map((column) => quotedCell(column.value(line)))].join(',')}\n`,
  );
  // In one piece: each item of a list would be written by itself.
  await writeFile(lines, text.join(''));
  const names = ["'position': 'INTEGER'", ...COLUMNS.map(({ name }) => `'${name}': 'VARCHAR'`)].join(', ');
  const columns = COLUMNS.map(({ name, kind }) => `${castOf(kind)}(${name} AS ${SQL_TYPE[kind]}) AS ${name}`);
  const before = await sql.rows("SELECT current_setting('threads') AS threads");
  // Several threads would cut the file into row groups by who finishes first.
  await sql.run('SET threads = 1');
  try {
    await sql.run(
      `COPY (SELECT ${columns.join(', ')} FROM read_csv(${sqlLiteral(lines)}, header = false, delim = ',', ` +
        `quote = '"', escape = '"', nullstr = '${NULL_CELL}', allow_quoted_nulls = false, columns = {${names}}) ` +
        `ORDER BY position) TO ${sqlLiteral(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
  } finally {
    await rm(lines, { force: true });
    for (const { threads } of before) await sql.run(`SET threads = ${threads}`);
  }
}

const NULL_CELL = '-';

function quotedCell(value: string | null): string {
  return value === null ? NULL_CELL : `"${value.replaceAll('"', '""')}"`;
}

function castOf(kind: Column['kind']): string {
  return kind === 'decimal' ? 'TRY_CAST' : 'CAST';
}

export type ParquetTarget = { readonly sql: SqlSession; readonly path: string };

const PARTS = ['kpi', 'former', 'series', 'quarter', 'breakdown'] as const;
type Part = (typeof PARTS)[number];

type Line = { readonly mart: KpiMart; readonly part: Part; readonly result: KpiResult };

type Column = {
  readonly name: string;
  readonly kind: 'text' | 'date' | 'integer' | 'decimal';
  readonly value: (line: Line) => string | null;
};

const SQL_TYPE = { text: 'VARCHAR', date: 'DATE', integer: 'INTEGER', decimal: 'DECIMAL(38, 10)' };

const COLUMNS: readonly Column[] = [
  { name: 'book_id', kind: 'text', value: ({ mart }) => mart.bookId },
  { name: 'part', kind: 'text', value: ({ part }) => part },
  { name: 'id', kind: 'text', value: ({ result }) => result.id },
  { name: 'version', kind: 'integer', value: ({ result }) => String(result.version) },
  { name: 'name', kind: 'text', value: ({ result }) => result.name },
  { name: 'as_of', kind: 'date', value: ({ result }) => result.asOf },
  { name: 'reporting_date', kind: 'date', value: ({ result }) => result.reportingDate },
  { name: 'dimension', kind: 'text', value: ({ result }) => dimensionText(result.dimension) },
  { name: 'value', kind: 'decimal', value: ({ result }) => result.value },
  { name: 'numerator', kind: 'decimal', value: ({ result }) => result.numerator },
  { name: 'denominator', kind: 'decimal', value: ({ result }) => result.denominator },
  { name: 'unit', kind: 'text', value: ({ result }) => result.unit },
  { name: 'precision', kind: 'integer', value: ({ result }) => String(result.precision) },
  { name: 'status', kind: 'text', value: ({ result }) => result.status },
  { name: 'reason', kind: 'text', value: ({ result }) => result.reason ?? null },
  { name: 'owner', kind: 'text', value: ({ result }) => result.owner },
  { name: 'direction', kind: 'text', value: ({ result }) => result.direction },
  { name: 'warning', kind: 'decimal', value: ({ result }) => result.thresholds?.warning ?? null },
  { name: 'critical', kind: 'decimal', value: ({ result }) => result.thresholds?.critical ?? null },
  { name: 'model', kind: 'text', value: ({ result }) => result.model },
  { name: 'inputs', kind: 'text', value: ({ result }) => result.inputs.join(';') },
  { name: 'rows', kind: 'integer', value: ({ result }) => String(result.rows) },
  { name: 'nulls', kind: 'integer', value: ({ result }) => String(result.nulls) },
];

function linesOf(mart: KpiMart): readonly Line[] {
  const parts: Readonly<Record<Part, readonly KpiResult[]>> = {
    kpi: mart.kpis,
    former: mart.former,
    series: mart.series,
    quarter: mart.quarters,
    breakdown: mart.breakdowns,
  };
  return PARTS.flatMap((part) => parts[part].map((result): Line => ({ mart, part, result })));
}

/** Empty for the total, like the dimension itself. */
function dimensionText(dimension: KpiResult['dimension']): string {
  const parts = Object.entries(dimension).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return parts.map(([name, value]) => `${name}=${value}`).join(';');
}

function csvCell({ kind }: Column, value: string | null): string {
  if (value === null) return '';
  const safe = kind === 'text' ? neutralised(value) : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function sqlLiteral(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}
