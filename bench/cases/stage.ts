import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import { checkTotals, stageFile } from '../../shared/pipeline/stage-file.ts';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { foundBy } from './found-by-intake.ts';
import { stageDeps } from './product-deps.ts';

/** The product's own pass over a file: every row judged, typed Parquet and the quarantine written. */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const contract = await contractOf(path);
  const deps = stageDeps(threads);
  const staged = await timed(async () => {
    await using source = await localFile(path);
    return await stageFile(source, contract, { dir }, deps);
  });
  if (staged.kind === 'unstaged') throw new Error(staged.problems.map(({ message }) => message).join('\n'));
  // The staged file has to say the same as the decoder.
  await using sql = await duckDbSqlEngine.open(dir);
  await checkTotals(staged, contract, sql);
  return foundBy(staged.intake, contract);
};
