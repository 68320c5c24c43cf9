import { readReference } from '../../shared/decode/reference/read-reference.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import type { Measure } from '../case-process.ts';
import { contractOf, moneyColumns } from './bench-contract.ts';

/** The usual way: csv-parse splits, zod judges row by row. */
export const measure: Measure = async ({ path, times }, timed) => {
  const contract = await contractOf(path);
  const money = moneyColumns(contract);
  const found = { rows: 0, badRows: 0, violations: 0 };
  let cents = 0;
  await timed(async () => {
    await using source = await localFile(path);
    for await (const { verdict } of readReference(source, contract)) {
      found.rows += 1;
      if (verdict.kind === 'accepted') {
        for (const name of money) cents += Number(verdict.row[name]);
        continue;
      }
      found.badRows += 1;
      found.violations += verdict.kind === 'rejected' ? verdict.issues.length : 1;
    }
  }, times);
  return { ...found, centsSum: String(cents) };
};
