import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { generateParBalances } from '../../../local/generate/generate-par-balances.ts';
import { judged } from './judged.ts';
import { cents, groupBy, headerOf, inTemporaryFolder, money, readRecords, total } from './written-book.ts';

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
        await generateParBalances({ dir, rows: 500, seed, chunkSize, badShare: 0.05, pii: true });
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

describe('bad rows in a PAR file', () => {
  it('are as many as announced, break their contract as often as announced, and leave the sums of the others exact', async () => {
    await inTemporaryFolder(async (dir) => {
      const expected = await generateParBalances({ dir, rows: 20_000, seed: 3, badShare: 0.02 });
      const rows = await readRecords(dir, PAR);
      const { rejected, places } = judged(PAR, await headerOf(dir, PAR), rows);
      const good = rows.filter((_, place) => !places.has(place));
      const codes = rejected.flat().map(({ code }) => code);
      const file = expected.files[PAR];

      expect(file?.rows).toBe('20000');
      expect(file?.bad?.rows).toBe(String(rejected.length));
      expect(file?.bad?.violations).toBe(String(codes.length));
      expect(file?.bad?.byCode).toEqual(
        Object.fromEntries(
          [...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, String(all.length)]),
        ),
      );
      for (const [column, sum] of Object.entries(file?.sums ?? {}))
        expect(money(total(good, column))).toBe(sum);
      for (const date of expected.parDates) {
        const own = good.filter((row) => row['reporting_date'] === date.reportingDate);
        expect(date.loans).toBe(String(own.length));
        expect(date.par30).toBe(money(total(own, 'PAR_30_balance_usd')));
      }
    });
  });

  it('are of eight kinds, about the share asked for, one in eight of them bad in two ways', async () => {
    await inTemporaryFolder(async (dir) => {
      const { files } = await generateParBalances({ dir, rows: 40_000, badShare: 0.05 });
      const bad = files[PAR]?.bad;

      const share = Number(bad?.rows) / 40_000;
      const twice = Number(bad?.violations) / Number(bad?.rows) - 1;

      expect(Object.keys(bad?.byCode ?? {})).toHaveLength(8);
      expect(share).toBeGreaterThan(0.045);
      expect(share).toBeLessThan(0.055);
      expect(twice).toBeGreaterThan(0.09);
      expect(twice).toBeLessThan(0.16);
    });
  });

  it('may be all of them', async () => {
    await inTemporaryFolder(async (dir) => {
      const { files, parDates } = await generateParBalances({ dir, rows: 300, badShare: 1 });
      const { rejected } = judged(PAR, await headerOf(dir, PAR), await readRecords(dir, PAR));

      expect(rejected).toHaveLength(300);
      expect(files[PAR]?.bad?.rows).toBe('300');
      expect(new Set(Object.values(files[PAR]?.sums ?? {}))).toEqual(new Set(['0.00']));
      expect(parDates.at(-1)?.loans).toBe('0');
    });
  });

  it('are not counted in a file that has none', async () => {
    await inTemporaryFolder(async (dir) => {
      const { files } = await generateParBalances({ dir, rows: 100 });

      expect(files[PAR]).not.toHaveProperty('bad');
    });
  });

  it.each([-0.1, 1.1, Number.NaN])('are refused as a share of %d', async (badShare) => {
    await inTemporaryFolder(async (dir) => {
      await expect(generateParBalances({ dir, rows: 100, badShare })).rejects.toThrow('between 0 and 1');
    });
  });
});

describe('names in a PAR file', () => {
  it('are one more column, always quoted, with commas and accents, and change nothing else', async () => {
    const lines = (pii: boolean): Promise<string[]> =>
      inTemporaryFolder(async (dir) => {
        await generateParBalances({ dir, rows: 1_000, badShare: 0.01, pii });
        return (await readFile(join(dir, PAR), 'utf8')).trimEnd().split('\n');
      });

    const [plain, named] = [await lines(false), await lines(true)];

    const names = named.map((line, index) => {
      const start = plain[index] ?? '';
      expect(line.startsWith(`${start},`)).toBe(true);
      return line.slice(start.length + 1);
    });
    expect(names[0]).toBe('cliente');
    for (const name of names.slice(1)) expect(name).toMatch(/^"([^"]|"")+"$/);
    expect(names.some((name) => name.includes(','))).toBe(true);
    expect(names.some((name) => /[^ -~]/.test(name))).toBe(true);
  });
});

describe('a PAR file larger than one book', () => {
  it('has exactly as many rows, each loan and date once, and sums by date over all of them', async () => {
    await inTemporaryFolder(async (dir) => {
      const rows = 260_000;
      const expected = await generateParBalances({ dir, rows, seed: 7 });
      const keys = new Set<string>();
      let count = 0;
      let cellsOfDate = 0n;
      let rowsOfDate = 0;
      for await (const line of createInterface({ input: createReadStream(join(dir, PAR)) })) {
        const [loan = '', date = '', , , , , , , balance = ''] = line.split(',');
        if (loan === 'loan_id_raw') continue;
        count++;
        keys.add(`${loan}/${date}`);
        if (date !== '2025-06-30') continue;
        rowsOfDate++;
        cellsOfDate += cents(balance);
      }

      const date = expected.parDates.find(({ reportingDate }) => reportingDate === '2025-06-30');

      expect(count).toBe(rows);
      expect(keys.size).toBe(rows);
      expect(expected.files[PAR]?.rows).toBe(String(rows));
      expect(date).toMatchObject({ loans: String(rowsOfDate), outstanding: money(cellsOfDate) });
      expect(expected.parDates).toHaveLength(36);
    });
  });
});
