import { DuckDbParquetRows } from '../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { anyFileReader } from '../../shared/decode/any-file-reader.ts';
import type { ReadSnapshotDeps } from '../../shared/pipeline/read-snapshot.ts';
import { seal } from '../../shared/privacy/sealed.ts';

/** The adapters of the product, without storage. */
export function stageDeps(workers: number): ReadSnapshotDeps {
  const secrets = { get: () => Promise.resolve(seal('1:a key for measurements, and for nothing else')) };
  return {
    secrets,
    sql: duckDbSqlEngine,
    reader: anyFileReader({ secrets, parquetRows: (dir) => new DuckDbParquetRows(dir), workers }),
    // Later than the data of the generated files.
    clock: { now: () => new Date('2025-12-11T12:00:00Z') },
  };
}
