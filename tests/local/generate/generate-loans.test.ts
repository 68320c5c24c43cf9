import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generateLoans } from '../../../local/generate/generate-loans.ts';
import { headerOf, inTemporaryFolder, money, readRecords, total } from './written-book.ts';

const LOANS = 'looker/loans.csv';

describe('a loans file alone', () => {
  it.each([10, 1_234])('has exactly %i rows of 28 columns, and sums that are exact', async (rows) => {
    await inTemporaryFolder(async (dir) => {
      const expected = await generateLoans({ dir, rows, seed: 2 });
      const loans = await readRecords(dir, LOANS);

      expect(loans).toHaveLength(rows);
      expect(await headerOf(dir, LOANS)).toHaveLength(28);
      expect(Object.keys(expected.files)).toEqual([LOANS]);
      for (const [column, sum] of Object.entries(expected.files[LOANS]?.sums ?? {}))
        expect(money(total(loans, column))).toBe(sum);
    });
  });

  it('larger than one book has each loan once, over its whole length', async () => {
    await inTemporaryFolder(async (dir) => {
      const rows = 130_011;
      await generateLoans({ dir, rows });

      const lines = (await readFile(join(dir, LOANS), 'utf8')).trimEnd().split('\n').slice(1);

      expect(lines).toHaveLength(rows);
      expect(new Set(lines.map((line) => line.slice(0, line.indexOf(',')))).size).toBe(rows);
    });
  });

  it('is the same bytes for the same seed, and others for another', async () => {
    const bytes = (seed: number): Promise<string> =>
      inTemporaryFolder(async (dir) => {
        await generateLoans({ dir, rows: 200, seed });
        return readFile(join(dir, LOANS), 'utf8');
      });

    expect(await bytes(1)).toBe(await bytes(1));
    expect(await bytes(1)).not.toBe(await bytes(2));
  });

  it('refuses fewer than 10 rows', async () => {
    await inTemporaryFolder(async (dir) => {
      await expect(generateLoans({ dir, rows: 9 })).rejects.toThrow('at least 10: 9');
    });
  });
});
