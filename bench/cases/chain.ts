import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import { findRepeated } from '../../shared/pipeline/repeated-rows.ts';
import { checkTotals, stageFile } from '../../shared/pipeline/stage-file.ts';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { foundBy } from './found-by-intake.ts';
import { balanceCatalog, kpisOf, newestOf } from './kpis-of-file.ts';
import { stageDeps } from './product-deps.ts';

/** From the file to its KPIs: staged with names masked, totals and repeated rows looked at, all KPIs computed. */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const contract = await contractOf(path);
  const deps = stageDeps(threads);
  return await timed(async () => {
    await using source = await localFile(path);
    const staged = await stageFile(source, contract, { dir }, deps);
    if (staged.kind === 'unstaged') throw new Error(staged.problems.map(({ message }) => message).join('\n'));
    await noneRepeated(staged, contract, dir);
    const mart = await kpisOf(
      { file: staged.stagedFile, rows: staged.intake.accepted },
      contract,
      await balanceCatalog(),
    );
    return { ...foundBy(staged.intake, contract), newest: newestOf(mart) };
  });
};

async function noneRepeated(
  staged: Parameters<typeof checkTotals>[0],
  contract: Parameters<typeof findRepeated>[0],
  dir: string,
): Promise<void> {
  await using sql = await duckDbSqlEngine.open(dir, { memoryMegabytes: 128, threads: 1 });
  await checkTotals(staged, contract, sql);
  const { dropped, conflicting } = await findRepeated(contract, staged.intake.records, sql);
  if (dropped.length + conflicting > 0) throw new Error('a row of the generated file is there twice');
}
