import { localFile } from '../../shared/decode/zip/local-file.ts';
import { suiteOf } from '../../shared/expectations/suite.ts';
import { readSnapshot } from '../../shared/pipeline/read-snapshot.ts';
import type { Measure } from '../case-process.ts';
import { contractOf } from './bench-contract.ts';
import { foundBy } from './found-by-intake.ts';
import { stageDeps } from './product-deps.ts';

/** The stage `validate` without storage: staging, control totals, repeated rows, the suite, the masked sample. */
export const measure: Measure = async ({ path, threads, dir }, timed) => {
  const contract = await contractOf(path);
  const suite = suiteOf(contract);
  const deps = stageDeps(threads);
  const read = await timed(async () => {
    await using source = await localFile(path);
    const drop = {
      path: 'looker/loan_par_balances/par.csv',
      etag: 'e',
      landedAt: '2025-12-11T00:00:00Z',
      bytes: source.size,
    };
    const openBook = () => Promise.resolve([]);
    return await readSnapshot(
      { source, drop, requestedAsOf: undefined },
      { contract, suite, dir, openBook },
      deps,
    );
  });
  if (read.kind === 'unusable') throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return foundBy(read.intake, contract);
};
