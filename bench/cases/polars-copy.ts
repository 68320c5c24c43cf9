import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { foundInParquet } from './found-in-parquet.ts';

/** What is used of the package, which is not a dependency. */
type Polars = {
  readCSV(
    path: string,
    options: { tryParseDates: boolean; inferSchemaLength: number },
  ): {
    writeParquet(path: string, options: { compression: string }): void;
  };
};

/** CSV to Parquet with no check but the types that it guesses, with as many threads as it likes. */
export const measure: Measure = async ({ path, dir }, timed) => {
  const polars: Polars = createRequire(import.meta.url)('nodejs-polars');
  const target = join(dir, 'copy.parquet');
  await timed(async () =>
    polars
      .readCSV(path, { tryParseDates: true, inferSchemaLength: 50_000 })
      .writeParquet(target, { compression: 'zstd' }),
  );
  return foundInParquet(target, await contractOf(path));
};
