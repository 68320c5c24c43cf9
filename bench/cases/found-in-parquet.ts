import { dirname } from 'node:path';
import type { Contract } from '../../shared/contracts/contract.ts';
import type { Found } from '../measurement.ts';
import { moneyColumns } from './bench-contract.ts';
import { quoted, withDuck } from './duckdb.ts';

/** Rows and money of a Parquet file, whoever wrote it. */
export async function foundInParquet(
  path: string,
  contract: Pick<Contract, 'columns'>,
): Promise<Required<Pick<Found, 'rows' | 'centsSum'>>> {
  const sums = moneyColumns(contract).map((name) => `sum(CAST("${name}" AS DECIMAL(18, 2)))`);
  const sql = `SELECT count(*), CAST((${sums.join(' + ')}) * 100 AS HUGEINT) FROM read_parquet(${quoted(path)})`;
  const [[rows = '0', cents = '0'] = []] = await withDuck({ threads: 2, dir: dirname(path) }, (duck) =>
    duck.rows(sql),
  );
  return { rows: Number(rows), centsSum: cents };
}
