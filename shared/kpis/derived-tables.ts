import type { LocalDate } from '../domain/local-date.ts';
import type { SqlSession, SqlValue } from '../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../ports/sql-engine.ts';
import type { DerivedTable } from './kpi-result.ts';
import { reasonFor } from './model-choice.ts';
import type { Model } from './model-graph.ts';
import type { ViewFailures } from './model-views.ts';
import { firstLineWithoutPaths, type KpiFailure } from './read-mart.ts';
import type { ResolvedModels } from './resolved-models.ts';

// Models named `table_*`: what is no number but a picture of the book, for reading and export.

/** A table is read by people: more rows than that are cut off, and the table says so. */
const MOST_ROWS = 20_000;

/** Columns that name somebody. They leave as tokens, whatever they look like: ids are clear in staging. */
const TOKEN_COLUMNS = new Set(['loan_id', 'customer_id', 'payer']);

/** A payer is a token already where the feed brings a name; an id of the payer map is none. */
const PAYER_TOKEN = /^v\d{1,4}:[A-Za-z0-9_-]{22}$/;

export const isTable = ({ name }: Pick<Model, 'name'>): boolean => name.startsWith('table_');

type TableDeps = {
  readonly sql: SqlSession;
  readonly asOf: LocalDate;
  readonly files: ReadonlyMap<string, string>;
  readonly failedViews: ViewFailures;
  readonly tokenOf?: ((column: string, value: string) => string) | undefined;
  readonly onFailure: (failure: KpiFailure) => void;
  readonly onStep: (model: string) => void;
};

export async function readTables(
  models: readonly Model[],
  { ready, lacks }: ResolvedModels,
  deps: TableDeps,
): Promise<DerivedTable[]> {
  const tables: DerivedTable[] = [];
  for (const { name } of models.filter(isTable)) {
    deps.onStep(name);
    if (ready.has(name)) tables.push(await readTable(name, deps));
    else tables.push(without(name, reasonFor(lacks.get(name) ?? [], deps.asOf)));
  }
  return tables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readTable(name: string, deps: TableDeps): Promise<DerivedTable> {
  const { sql, failedViews, files, onFailure, tokenOf } = deps;
  try {
    if (failedViews.has(name)) throw failedViews.get(name);
    const described = await sql.rows(`DESCRIBE SELECT * FROM ${name}`);
    const columns = described.map((column) => ({
      name: String(column['column_name']),
      type: typeOf(String(column['column_type'])),
    }));
    const found = await sql.rows(`SELECT * FROM ${name} LIMIT ${MOST_ROWS + 1}`);
    const rows = found
      .slice(0, MOST_ROWS)
      .map((row) => columns.map((column) => tokenisedCell(column.name, row[column.name] ?? null, tokenOf)));
    const isCut = found.length > MOST_ROWS;
    return { name, columns, rows, ...(isCut && { reason: `only the first ${MOST_ROWS} rows are here` }) };
  } catch (error) {
    if (error instanceof SqlEngineExhausted) throw error;
    onFailure({ mart: name, kpis: [name], error });
    return without(name, `${name} could not be made: ${firstLineWithoutPaths(error, files)}`);
  }
}

function without(name: string, reason: string): DerivedTable {
  return { name, columns: [], rows: [], reason };
}

/** The cell as it may leave: an id as a token, or not at all. */
export function tokenisedCell(column: string, value: SqlValue, tokenOf: TableDeps['tokenOf']): string | null {
  if (value === null) return null;
  const text = String(value);
  if (!TOKEN_COLUMNS.has(column) || (column === 'payer' && PAYER_TOKEN.test(text))) return text;
  return tokenOf === undefined ? null : tokenOf(column, text);
}

function typeOf(sqlType: string): DerivedTable['columns'][number]['type'] {
  if (sqlType === 'DATE') return 'date';
  if (sqlType === 'BOOLEAN') return 'boolean';
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?)$/.test(sqlType)) return 'integer';
  if (sqlType.startsWith('DECIMAL')) return 'decimal';
  if (sqlType === 'VARCHAR') return 'text';
  throw new RangeError(
    `a table has no column of type ${sqlType}: cast it to VARCHAR, DATE, BOOLEAN, BIGINT or DECIMAL`,
  );
}
