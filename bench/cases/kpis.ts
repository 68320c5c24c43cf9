import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { KpiResult } from '../../shared/kpis/kpi-result.ts';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { quoted } from './duckdb.ts';
import { foundInParquet } from './found-in-parquet.ts';
import { balanceCatalog, kpisOf, newestOf } from './kpis-of-file.ts';

/**
 * All KPIs over a staged file. Beside it, the time of one scan of all its columns, and how many groups of KPIs are read:
 * those of a mart are read together twice, at all dates and by dimension at the newest two.
 */
export const measure: Measure = async ({ path, rows, dir, stagedFile = '' }, timed) => {
  const contract = await contractOf(path);
  const catalog = await balanceCatalog();
  // The engine reads nothing outside of its folder.
  const file = join(dir, 'staged.parquet');
  await copyFile(stagedFile, file);
  const mart = await timed(() => kpisOf({ file, rows }, contract, catalog));
  const groups = martsIn(mart.series) + martsIn(mart.breakdowns);
  return {
    ...(await foundIn(file, contract)),
    newest: newestOf(mart),
    more: {
      groups,
      scanMs: await scan(
        file,
        dir,
        contract.columns.map(({ name }) => name),
      ),
    },
  };
};

function martsIn(results: readonly KpiResult[]): number {
  return new Set(results.map(({ model }) => model)).size;
}

async function foundIn(file: string, contract: Parameters<typeof foundInParquet>[1]) {
  const { rows, centsSum } = await foundInParquet(file, contract);
  return { rows, centsSum };
}

async function scan(file: string, dir: string, columns: readonly string[]): Promise<number> {
  // Opening a session is part of both.
  const startedAt = performance.now();
  await using sql = await duckDbSqlEngine.open(dir);
  await sql.rows(
    `SELECT ${columns.map((name, index) => `max("${name}")::VARCHAR AS m${index}`).join(', ')} FROM read_parquet(${quoted(file)})`,
  );
  return performance.now() - startedAt;
}
