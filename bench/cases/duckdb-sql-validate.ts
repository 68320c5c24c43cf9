import { join } from 'node:path';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { quoted, withDuck } from './duckdb.ts';
import { foundInParquet } from './found-in-parquet.ts';
import { guardedCopy } from './guarded-copy.ts';

/** The same contract pushed down into DuckDB. */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const contract = await contractOf(path);
  const { file, ...found } = await timed(() =>
    withDuck({ threads, dir }, (duck) => guardedCopy(duck, contract, { path, dir })),
  );
  const good = join(dir, 'good.parquet');
  await withDuck({ threads, dir }, (duck) =>
    duck.run(
      `COPY (SELECT * FROM read_parquet(${quoted(file)}) WHERE plain) TO ${quoted(good)} (FORMAT parquet)`,
    ),
  );
  const { centsSum } = await foundInParquet(good, contract);
  return { ...found, centsSum };
};
