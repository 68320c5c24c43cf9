import type { Column } from '../contracts/contract.ts';
import { CONTRACTS } from '../contracts/registry.ts';
import type { Sha256 } from '../domain/ids.ts';
import type { SqlEngine, SqlSession } from '../ports/sql-engine.ts';
import { RECORD_NUMBER } from '../staging/parquet-schema.ts';
import { type Catalog, CatalogInvalid } from './catalog.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import type { Model } from './model-graph.ts';
import { BOOK_RELATION, REPORT_RELATION } from './relations.ts';

// The models set up over empty files with the columns of the contracts, so that a column that is not there is found
// at load, with file and line, and not as a KPI without a value.

/** Hashes of catalogues that were found in order. */
const checked = new Set<Sha256>();

/**
 * Every model can be made, the variants of a model have the same columns, and every column that a definition names is
 * there. Throws CatalogInvalid with all problems. A catalogue is checked once in a process.
 */
export async function checkCatalog(
  catalog: Catalog,
  { sql: engine, dir }: { readonly sql: SqlEngine; readonly dir: string },
): Promise<void> {
  if (checked.has(catalog.sha256)) return;
  await using sql = await engine.open(dir, { memoryMegabytes: 256, threads: 1 });
  await createEmptyRelations(sql);
  const problems: string[] = [];
  const columnsOf = new Map<string, ReadonlyMap<string, string>>();
  for (const model of catalog.models) {
    const found = await columnsOfModel(model, sql, problems);
    if (found !== undefined) columnsOf.set(model.name, found);
  }
  for (const kpi of [...catalog.kpis, ...catalog.former]) {
    problems.push(...(await missingColumns(kpi, catalog, { columnsOf, sql })));
  }
  if (problems.length > 0) throw new CatalogInvalid(problems);
  checked.add(catalog.sha256);
}

async function createEmptyRelations(sql: SqlSession): Promise<void> {
  const newest = new Map(
    CONTRACTS.toSorted((a, b) => a.version - b.version).map((contract) => [contract.relation, contract]),
  );
  for (const { relation, columns } of newest.values()) {
    const typed = [RECORD_NUMBER, ...columns].map(
      (column) => `CAST(NULL AS ${sqlTypeOf(column)}) AS ${column.name}`,
    );
    await sql.run(`CREATE OR REPLACE TEMP TABLE ${relation} AS SELECT ${typed.join(', ')} WHERE false`);
  }
  await sql.run(
    `CREATE OR REPLACE TEMP VIEW ${BOOK_RELATION} AS SELECT '' AS relation, DATE '2000-01-01' AS as_of WHERE false`,
  );
  await sql.run(
    `CREATE OR REPLACE TEMP VIEW ${REPORT_RELATION} AS SELECT DATE '2000-01-01' AS as_of, 'month' AS grain`,
  );
}

function sqlTypeOf({ type, scale = 0 }: Pick<Column, 'type' | 'scale'>): string {
  const types = { boolean: 'BOOLEAN', integer: 'INTEGER', date: 'DATE', text: 'VARCHAR' };
  return type === 'decimal' ? `DECIMAL(18, ${scale})` : types[type];
}

/** Name and type of each column; undefined when no variant could be made. The first variant stays in place. */
async function columnsOfModel(
  { name, variants }: Model,
  sql: SqlSession,
  problems: string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  let first: ReadonlyMap<string, string> | undefined;
  for (const variant of [...variants.slice(1), ...variants.slice(0, 1)]) {
    const place = `models/${variant.file}.sql`;
    try {
      // A table and not a view: it would be planned again with everything that reads it.
      await sql.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${variant.sql}`);
      const found = await describe(name, sql);
      const floats = [...found]
        .filter(([, type]) => /DOUBLE|FLOAT|REAL/.test(type))
        .map(([column]) => column);
      if (floats.length > 0)
        problems.push(`${place}:1: has binary floats, which are not exact: ${floats.join(', ')}`);
      const difference = first && differenceOf(first, found);
      if (difference)
        problems.push(`${place}:1: has other columns than the other variants of ${name}: ${difference}`);
      first ??= found;
    } catch (error) {
      problems.push(`${place}:1: ${firstLine(error)}`);
    }
  }
  return first;
}

async function describe(name: string, sql: SqlSession): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.rows(`DESCRIBE SELECT * FROM ${name}`);
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

function differenceOf(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string {
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  return names.map((name) => `${name} ${a.get(name) ?? 'absent'} / ${b.get(name) ?? 'absent'}`).join(', ');
}

type Known = {
  readonly columnsOf: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly sql: SqlSession;
};

async function missingColumns(
  kpi: KpiDefinition,
  { placeOf }: Catalog,
  { columnsOf, sql }: Known,
): Promise<readonly string[]> {
  if (kpi.unavailable !== undefined) return [];
  const problems: string[] = [];
  const marts = kpi.models.flatMap((model) => {
    const columns = columnsOf.get(model);
    return columns === undefined ? [] : [{ model, columns }];
  });
  for (const { model, columns } of marts) {
    const needed = [
      ...['reporting_date', 'as_of'].map((column) => ({ column, path: ['models'] })),
      ...Object.entries(kpi.measures).flatMap(([name, measure]) =>
        'sum' in measure ? [{ column: measure.sum, path: ['measures', name, 'sum'] }] : [],
      ),
    ];
    for (const { column, path } of needed.filter(({ column }) => !columns.has(column))) {
      problems.push(`${placeOf(kpi, ...path)}: ${kpi.id} needs the column ${column}, and ${model} has none`);
    }
    for (const [name, { where }] of Object.entries(kpi.measures)) {
      const fault = where && (await faultIn(`SELECT count(*) FILTER (WHERE ${where}) FROM ${model}`, sql));
      if (fault)
        problems.push(`${placeOf(kpi, 'measures', name, 'where')}: ${kpi.id} over ${model}: ${fault}`);
    }
  }
  const inAny = (column: string) => marts.length === 0 || marts.some(({ columns }) => columns.has(column));
  for (const [index, dimension] of kpi.dimensions.entries()) {
    if (inAny(dimension)) continue;
    problems.push(
      `${placeOf(kpi, 'dimensions', index)}: ${kpi.id} has the dimension ${dimension}, and no model of it has that column`,
    );
  }
  if (kpi.contributors !== undefined && !inAny(kpi.contributors)) {
    problems.push(
      `${placeOf(kpi, 'contributors')}: ${kpi.id} names ${kpi.contributors}, and no model of it has that column`,
    );
  }
  return problems;
}

async function faultIn(statement: string, sql: SqlSession): Promise<string | undefined> {
  try {
    await sql.rows(statement);
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');
}
