import { type LocalDate, toEpochDay } from '../../domain/local-date.ts';
import type { NumberBatch, SqlSession } from '../../ports/sql-engine.ts';
import {
  type RowBatch,
  TWIN_COLUMNS,
  TWIN_RELATIONS,
  type TwinRelation,
  type TwinRows,
} from './twin-rows.ts';

// The twin's rows out of staged Parquet files. The SQL engine reads them and numbers their ids; it adds nothing up.

/** A staged file does not hold what its contract says, so nothing can be proved with it. */
export class TwinRowsUnfit extends Error {
  override readonly name = 'TwinRowsUnfit';
}

/** A snapshot of the book and its local file, inside the session's scratch directory. */
export type StagedFile = { readonly file: string; readonly asOf: LocalDate };

export async function sessionRows(
  sql: SqlSession,
  staged: ReadonlyMap<string, StagedFile>,
): Promise<TwinRows> {
  const files = new Map<TwinRelation, string>();
  const asOf = new Map<TwinRelation, number>();
  for (const relation of TWIN_RELATIONS) {
    const entry = staged.get(relation);
    if (entry === undefined) continue;
    files.set(relation, `read_parquet('${entry.file.replaceAll("'", "''")}')`);
    asOf.set(relation, toEpochDay(entry.asOf));
  }
  const loans = await numberIds(sql, LOAN_NUMBERS, idsOf(files, LOAN_ID));
  const customers = await numberIds(sql, CUSTOMER_NUMBERS, idsOf(files, CUSTOMER_ID));
  const fileOf = (relation: TwinRelation): string => {
    const file = files.get(relation);
    if (file === undefined) throw new TwinRowsUnfit(`${relation} is not in the book`);
    return file;
  };
  return {
    asOf,
    loans,
    customers,
    count: async (relation) =>
      numberIn(await sql.rows(`SELECT count(*)::INTEGER AS n FROM ${fileOf(relation)}`)),
    async *read(relation) {
      const query = selectOf(relation, fileOf(relation));
      for await (const batch of sql.numbers(query)) yield rowBatch(relation, batch);
    },
  };
}

const LOAN_NUMBERS = 'twin_loan_numbers';
const CUSTOMER_NUMBERS = 'twin_customer_numbers';

const LOAN_ID: Readonly<Partial<Record<TwinRelation, string>>> = {
  looker_loans: 'loan_id',
  looker_schedules: 'loan_id',
  looker_transactions: 'loan_id',
  looker_loan_par_balances: 'loan_id_raw',
};
const CUSTOMER_ID: Readonly<Partial<Record<TwinRelation, string>>> = { looker_loans: 'customer_id' };

function idsOf(
  files: ReadonlyMap<TwinRelation, string>,
  column: Readonly<Partial<Record<TwinRelation, string>>>,
): readonly string[] {
  return [...files].flatMap(([relation, file]) =>
    column[relation] === undefined ? [] : [`SELECT ${column[relation]} AS id FROM ${file}`],
  );
}

/** How many there are. */
async function numberIds(sql: SqlSession, table: string, ids: readonly string[]): Promise<number> {
  const all = ids.length === 0 ? 'SELECT NULL AS id' : ids.join(' UNION ALL ');
  await sql.run(`
    CREATE OR REPLACE TEMP TABLE ${table} AS
    SELECT CAST(id AS VARCHAR) AS id, CAST(row_number() OVER () - 1 AS INTEGER) AS number
    FROM (SELECT DISTINCT id FROM (${all}) AS named WHERE id IS NOT NULL) AS ids`);
  return numberIn(await sql.rows(`SELECT count(*)::INTEGER AS n FROM ${table}`));
}

function numberIn(rows: readonly { readonly [column: string]: unknown }[]): number {
  return Number(rows[0]?.['n']);
}

function selectOf(relation: TwinRelation, file: string): string {
  const select = Object.keys(TWIN_COLUMNS[relation]).map((name) => EXPRESSIONS[name] ?? `source.${name}`);
  const loanId = LOAN_ID[relation];
  const customerId = CUSTOMER_ID[relation];
  const loans = loanId ? `JOIN ${LOAN_NUMBERS} AS loan ON loan.id = source.${loanId}` : '';
  const customers = customerId
    ? `LEFT JOIN ${CUSTOMER_NUMBERS} AS customer ON customer.id = source.${customerId}`
    : '';
  return `SELECT ${select.join(', ')} FROM ${file} AS source ${loans} ${customers}`;
}

/** Columns that are no cells of the file. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  loan: 'loan.number',
  customer: 'customer.number',
  is_payment: "source.transaction_type = 'PAYMENT'",
};

function rowBatch(relation: TwinRelation, { rows, columns }: NumberBatch): RowBatch {
  const byName = new Map<string, Float64Array>();
  for (const [index, [name, scale]] of Object.entries(TWIN_COLUMNS[relation]).entries()) {
    const column = columns[index];
    if (column?.scale !== scale)
      throw new TwinRowsUnfit(`${relation}.${name} has scale ${column?.scale}, and not ${scale}`);
    byName.set(name, column.values);
  }
  return {
    rows,
    column: (name) => {
      const values = byName.get(name);
      if (values === undefined) throw new TwinRowsUnfit(`the twin reads no column ${name} of ${relation}`);
      return values;
    },
  };
}
