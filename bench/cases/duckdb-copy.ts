import { join } from 'node:path';
import type { Column } from '../../shared/contracts/contract.ts';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { quoted, withDuck } from './duckdb.ts';
import { foundInParquet } from './found-in-parquet.ts';

/** CSV to typed Parquet with no check but the types: the yardstick for staging. */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const { columns } = await contractOf(path);
  const target = join(dir, 'copy.parquet');
  const types = columns.map((column) => `${quoted(column.name)}: ${quoted(sqlType(column))}`);
  const source = `read_csv(${quoted(path)}, header = true, columns = {${types.join(', ')}})`;
  await timed(() =>
    withDuck({ threads, dir }, (duck) =>
      duck.run(`COPY (SELECT * FROM ${source}) TO ${quoted(target)} (FORMAT parquet, COMPRESSION zstd)`),
    ),
  );
  return foundInParquet(target, { columns });
};

export function sqlType({ type, scale = 0 }: Column): string {
  switch (type) {
    case 'decimal':
      return `DECIMAL(18, ${scale})`;
    case 'text':
      return 'VARCHAR';
    case 'integer':
    case 'date':
    case 'boolean':
      return type.toUpperCase();
  }
}
