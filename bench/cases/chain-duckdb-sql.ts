import { join } from 'node:path';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { quoted, withDuck } from './duckdb.ts';
import { foundInParquet } from './found-in-parquet.ts';
import { guardedCopy } from './guarded-copy.ts';
import { balanceCatalog, kpisOf, newestOf } from './kpis-of-file.ts';

/**
 * The chain in SQL: guarded reading, a hash of the names, the good rows as Parquet, repeated keys, KPIs. The hash is a
 * plain one with a prefix, which costs less than a keyed one.
 */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const contract = await contractOf(path);
  const good = join(dir, 'good.parquet');
  const found = await timed(async () => {
    const masks = { cliente: "left(sha256('a key for measurements' || ?), 32)" };
    const guarded = await withDuck({ threads, dir }, async (duck) => {
      const copied = await guardedCopy(duck, contract, { path, dir, masks });
      const names = contract.columns.map(({ name }) => `"${name}"`).join(', ');
      await duck.run(
        `COPY (SELECT ${names} FROM read_parquet(${quoted(copied.file)}) WHERE plain) TO ${quoted(good)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      const key = contract.key.map((name) => `"${name}"`).join(', ');
      const repeated = await duck.rows(
        `SELECT 1 FROM read_parquet(${quoted(good)}) GROUP BY ${key} HAVING count(*) > 1`,
      );
      if (repeated.length > 0) throw new Error('a row of the generated file is there twice');
      return copied;
    });
    const { rows, badRows, violations } = guarded;
    return {
      rows,
      badRows,
      violations,
      newest: newestOf(await kpisOf({ file: good, rows }, contract, await balanceCatalog())),
    };
  });
  const { centsSum } = await foundInParquet(good, contract);
  return { ...found, centsSum };
};
