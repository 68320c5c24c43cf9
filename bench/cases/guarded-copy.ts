import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Contract } from '../../shared/contracts/contract.ts';
import { guardedRowsSql } from '../../shared/contracts/contract-sql.ts';
import { rowJudge } from '../../shared/contracts/row-schema.ts';
import { type Duck, quoted } from './duckdb.ts';

// The contract as SQL, over a file that DuckDB reads as text: typed Parquet with a flag for each row and the text of
// the rows that the SQL does not accept, which the judge then describes. Rows get no numbers of their own, since a
// window over the file would double the time; the place in the Parquet file has to do.

export type Guarded = {
  readonly file: string;
  readonly rows: number;
  readonly badRows: number;
  readonly violations: number;
};

/** `masks` are SQL for the values of columns that are not to be written as they are. */
export async function guardedCopy(
  duck: Duck,
  contract: Contract,
  { path, dir, masks = {} }: { path: string; dir: string; masks?: Readonly<Record<string, string>> },
): Promise<Guarded> {
  const file = join(dir, 'guarded.parquet');
  const { columns } = contract;
  const positions = columns.map((_, index) => `f${index}`);
  const names = positions.map((name) => `${quoted(name)}: 'VARCHAR'`);
  const guarded = guardedRowsSql(contract, {
    from: `read_csv(${quoted(path)}, header = true, columns = {${names.join(', ')}})`,
    record: '0',
    cells: new Map(columns.map(({ name }, index) => [name, `f${index}`])),
  });
  const values = columns.map(({ name, type, scale = 0 }, index) => {
    if (masks[name] !== undefined) return `${masks[name].replaceAll('?', `v${index}`)} AS "${name}"`;
    if (type === 'decimal') return `CAST(v${index} / 1e${scale} AS DECIMAL(18, ${scale})) AS "${name}"`;
    return type === 'date' ? `DATE '1970-01-01' + v${index} AS "${name}"` : `v${index} AS "${name}"`;
  });
  const texts = columns.map((_, index) => `CASE WHEN plain THEN NULL ELSE c${index} END AS t${index}`);
  const select = `SELECT plain, ${[...values, ...texts].join(', ')} FROM (${guarded})`;
  await duck.run(`COPY (${select}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd)`);
  return { file, ...(await judgeRest(duck, file, contract, join(dir, 'rejected.jsonl'))) };
}

async function judgeRest(
  duck: Duck,
  file: string,
  contract: Contract,
  quarantine: string,
): Promise<Omit<Guarded, 'file'>> {
  const { columns } = contract;
  const texts = columns.map((_, index) => `t${index}`).join(', ');
  const parquet = `read_parquet(${quoted(file)}, file_row_number = true)`;
  const rest = await duck.rows(`SELECT file_row_number + 1, ${texts} FROM ${parquet} WHERE NOT plain`);
  const [[rows = '0'] = []] = await duck.rows(`SELECT count(*) FROM ${parquet}`);
  const judge = rowJudge(contract);
  const lines = createWriteStream(quarantine);
  let violations = 0;
  let badRows = 0;
  for (const [record, ...cells] of rest) {
    const verdict = judge(Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]])));
    if (verdict.kind === 'accepted') throw new Error(`row ${record} is good, but the SQL does not know it`);
    badRows += 1;
    violations += verdict.issues.length;
    lines.write(`${JSON.stringify({ record, issues: verdict.issues })}\n`);
  }
  lines.end();
  await finished(lines);
  return { rows: Number(rows), badRows, violations };
}
