// SQL over local Parquet files. An adapter exists for DuckDB; another engine must give the same answers.

/** Decimals, dates and big integers come back as text, so that nothing passes through a binary float. */
export type SqlValue = string | number | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlSession extends AsyncDisposable {
  /** Executes one or several statements and drops their results. */
  run(sql: string): Promise<void>;
  /** DECIMAL, DATE, HUGEINT and BIGINT as text; INTEGER as number. */
  rows(sql: string): Promise<readonly SqlRow[]>;
  /** The same rows some at a time, for queries whose rows are too many to lie in memory together. One at a time. */
  batches(sql: string): AsyncGenerator<readonly SqlRow[]>;
  /** The rows of a query of numbers, piece by piece: for folds over millions of them. One at a time. */
  numbers(sql: string): AsyncGenerator<NumberBatch>;
}

/** Some rows of a query, in columns. Their order is that of the query only if it has an ORDER BY. */
export type NumberBatch = { readonly rows: number; readonly columns: readonly NumberColumn[] };

/**
 * A decimal is a whole number of units of its scale (12.50 at scale 2 is 1250), a date the days since 1970-01-01, a
 * boolean 0 or 1. Empty is NaN. All are exact: a value that is not is an error.
 */
export type NumberColumn = { readonly scale: number; readonly values: Float64Array };

/** For work beside something else that needs the memory and the cores. */
export type SqlLimits = { readonly memoryMegabytes: number; readonly threads: number };

export interface SqlEngine {
  /** A fresh, empty, in-memory database with no access to the network. Spills to `scratchDir`. */
  open(scratchDir: string, limits?: SqlLimits): Promise<SqlSession>;
}

/**
 * The engine ran out of memory or disk. Not a fact about the book: the same statement may succeed on a quieter
 * or a larger machine, so it is thrown for a retry and never becomes a KPI's reason.
 */
export class SqlEngineExhausted extends Error {
  override readonly name = 'SqlEngineExhausted';
}
