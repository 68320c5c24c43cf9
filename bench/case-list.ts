import type { InputName } from './input-files.ts';

// What is measured, as data.

export type Needs =
  | { readonly python: readonly string[] }
  | { readonly node: string }
  | { readonly tool: 'taskset' };

export type BenchCase = {
  readonly name: string;
  readonly input: InputName;
  /** File under cases/ without its extension, or a Python script under peers/. */
  readonly script: string;
  /** Threads: workers of our reader, or threads of DuckDB. */
  readonly threads?: number;
  /** Of the machine's cores it gets a single one, for its helpers as well: what V8 and Node do beside it counts. */
  readonly isOnOneCore?: boolean;
  /** The time is that of ten such files. */
  readonly isScaled?: boolean;
  /** What the interpreter or Node must be able to import, or a tool of the system; the case is skipped without it. */
  readonly needs?: Needs;
  readonly isBig?: boolean;
  /** The script changes or starts files by their places, so it is not bundled. */
  readonly isFromSources?: boolean;
  /** It is about the app as it is built, and reads no file. */
  readonly isOfBuild?: boolean;
  /** The case reads the staged file that stage-1w would write of this input, or the staged files of a book. */
  readonly staged?: boolean;
};

const PANDAS = { python: ['pandas'] };
const ONE_CORE = { isOnOneCore: true, needs: { tool: 'taskset' } } as const;
const PYDANTIC = { python: ['pandas', 'pydantic'] };

export const CASES: readonly BenchCase[] = [
  { name: 'floor-newlines', input: 'main', script: 'floor-newlines' },
  { name: 'csv-parse+zod', input: 'tenth', script: 'csv-parse-zod', isScaled: true },
  { name: 'decode-1w', input: 'main', script: 'decode', threads: 1, isFromSources: true },
  { name: 'stage-1w', input: 'main', script: 'stage', threads: 1 },
  { name: 'stage-1w-1core', input: 'main', script: 'stage', threads: 1, ...ONE_CORE },
  { name: 'stage-2w', input: 'main', script: 'stage', threads: 2 },
  { name: 'duckdb-copy-1t', input: 'clean', script: 'duckdb-copy', threads: 1 },
  { name: 'duckdb-copy-2t', input: 'clean', script: 'duckdb-copy', threads: 2 },
  { name: 'polars-copy', input: 'clean', script: 'polars-copy', needs: { node: 'nodejs-polars' } },
  { name: 'duckdb-sql-validate', input: 'main', script: 'duckdb-sql-validate', threads: 2 },
  { name: 'validate-1w', input: 'main', script: 'validate', threads: 1 },
  { name: 'kpis', input: 'main', script: 'kpis', threads: 2, staged: true },
  { name: 'catalogue', input: 'book', script: 'catalogue', threads: 2, staged: true },
  { name: 'chain-1w', input: 'pii', script: 'chain', threads: 1 },
  { name: 'chain-csv-parse+zod', input: 'pii-tenth', script: 'chain-csv-parse-zod', isScaled: true },
  { name: 'chain-duckdb-sql', input: 'pii', script: 'chain-duckdb-sql', threads: 2 },
  { name: 'stage-tenth', input: 'tenth', script: 'stage', threads: 1 },
  { name: 'stage-fifth', input: 'fifth', script: 'stage', threads: 1 },
  { name: 'stage-fifth-bad', input: 'fifth-bad', script: 'stage', threads: 1 },
  { name: 'cold-start', input: 'tenth', script: 'cold-start', isFromSources: true, isOfBuild: true },
  {
    name: 'cold-start-everything',
    input: 'tenth',
    script: 'cold-start-everything',
    isFromSources: true,
    isOfBuild: true,
  },
  { name: 'package', input: 'tenth', script: 'package', isFromSources: true, isOfBuild: true },
  { name: 'pandas-read', input: 'clean', script: 'pandas_read.py', needs: PANDAS },
  { name: 'chain-pandas', input: 'pii', script: 'pandas_chain.py', needs: PANDAS },
  {
    name: 'chain-pydantic-rows',
    input: 'pii-tenth',
    script: 'pydantic_rows.py',
    isScaled: true,
    needs: PYDANTIC,
  },
  { name: 'stage-1w-big', input: 'big', script: 'stage', threads: 1, isBig: true },
  { name: 'stage-1w-1core-big', input: 'big', script: 'stage', threads: 1, isBig: true, ...ONE_CORE },
  { name: 'stage-2w-big', input: 'big', script: 'stage', threads: 2, isBig: true },
  { name: 'validate-1w-big', input: 'big', script: 'validate', threads: 1, isBig: true },
  { name: 'kpis-big', input: 'big', script: 'kpis', threads: 2, staged: true, isBig: true },
  { name: 'catalogue-big', input: 'book-big', script: 'catalogue', threads: 2, staged: true, isBig: true },
  { name: 'chain-1w-big', input: 'pii-big', script: 'chain', threads: 1, isBig: true },
];
