import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generateParBalances } from '../../../local/generate/generate-par-balances.ts';
import { cents, groupBy, inTemporaryFolder, money, readRecords, total } from './written-book.ts';

const PAR = 'looker/loan_par_balances.csv';

describe('a PAR file alone', () => {
  it.each([100, 2_345, 10_000])('has exactly %i rows, and sums that are exact', async (rows) => {
    await inTemporaryFolder(async (dir) => {
      const expected = await generateParBalances({ dir, rows, seed: 8 });
      const par = await readRecords(dir, PAR);

      expect(par).toHaveLength(rows);
      expect(expected.files[PAR]?.rows).toBe(String(rows));
      for (const [column, sum] of Object.entries(expected.files[PAR]?.sums ?? {}))
        expect(money(total(par, column))).toBe(sum);
      const newest = [...groupBy(par, 'reporting_date').values()].at(-1) ?? [];
      expect(expected.parDates.at(-1)).toMatchObject({
        loans: String(newest.length),
        outstanding: money(total(newest, 'outstanding_balance')),
        activeLoans: String(newest.filter((row) => cents(row['outstanding_balance']) > 0n).length),
      });
      expect(expected.loans).toBeUndefined();
    });
  });

  it('is the same bytes for the same seed, however it is cut into writes', async () => {
    const bytes = (seed: number, chunkSize: number): Promise<string> =>
      inTemporaryFolder(async (dir) => {
        await generateParBalances({ dir, rows: 500, seed, chunkSize });
        return readFile(join(dir, PAR), 'utf8');
      });

    const first = await bytes(1, 1 << 20);

    expect(await bytes(1, 7)).toBe(first);
    expect(await bytes(2, 1 << 20)).not.toBe(first);
  });

  it('refuses fewer than 100 rows', async () => {
    await inTemporaryFolder(async (dir) => {
      await expect(generateParBalances({ dir, rows: 99 })).rejects.toThrow('at least 100: 99');
    });
  });
});
