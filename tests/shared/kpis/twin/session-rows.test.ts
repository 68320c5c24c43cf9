import { describe, expect, it } from '@jest/globals';
import { type StagedFile, sessionRows, TwinRowsUnfit } from '../../../../shared/kpis/twin/session-rows.ts';
import type { TwinRelation, TwinRows } from '../../../../shared/kpis/twin/twin-rows.ts';
import { aBalance, aLoan, date, type SmallBook, withScratch, writeBook } from '../small-book.ts';
import { day } from './rows-in-memory.ts';

const BOOK: SmallBook = {
  looker_loans: [
    aLoan('A', 'CLI2', { disburse_date: '2025-10-05', interest_rate: '0.36' }),
    aLoan('B', 'CLI1', { disburse_principal: '12.50' }),
    aLoan('C', 'CLI2'),
  ],
  looker_loan_par_balances: [aBalance("D'", '7.00', 31, { dpd_date: '2025-10-30' }), aBalance('B', '0.01')],
  looker_transactions: [
    { loan_id: 'A', transaction_type: 'PAYMENT', date_paid: '2025-11-01', principal: '3', interest: '-0.50' },
    { loan_id: 'A', transaction_type: 'DISBURSEMENT', date_paid: '2025-10-05' },
  ],
};

async function over<T>(book: SmallBook, use: (rows: TwinRows) => Promise<T>): Promise<T> {
  return await withScratch(async (dir, sql) => {
    const files = await writeBook(dir, sql, book);
    const staged = new Map<string, StagedFile>(
      [...files].map(([relation, file]) => [relation, { file, asOf: date('2025-12-10') }]),
    );
    return await use(await sessionRows(sql, staged));
  });
}

/** Some columns of a relation, row by row, sorted. */
async function cellsOf(
  rows: TwinRows,
  relation: TwinRelation,
  names: readonly string[],
): Promise<number[][]> {
  const found: number[][] = [];
  for await (const batch of rows.read(relation)) {
    const columns = names.map(batch.column);
    for (let row = 0; row < batch.rows; row += 1) found.push(columns.map((values) => values[row] ?? 0));
  }
  return found.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

describe('rows of staged files', () => {
  it('number loans through all relations, and customers', async () => {
    await over(BOOK, async (rows) => {
      expect([rows.loans, rows.customers]).toEqual([4, 2]);
      const loans = await cellsOf(rows, 'looker_loans', ['loan', 'customer', 'disburse_principal']);
      const [b] = loans.filter(([, , principal]) => principal === 1_250);
      const others = loans.filter((loan) => loan !== b);
      expect(new Set(others.map(([, customer]) => customer)).size).toBe(1);
      const balances = await cellsOf(rows, 'looker_loan_par_balances', ['loan', 'outstanding_balance_usd']);
      expect(balances.find(([, cents]) => cents === 1)?.[0]).toBe(b?.[0]);
    });
  });

  it('are whole numbers: cents, millionths, days, and nothing as NaN', async () => {
    await over(BOOK, async (rows) => {
      expect(rows.asOf.get('looker_loans')).toBe(day('2025-12-10'));
      expect(await rows.count('looker_transactions')).toBe(2);
      expect(
        await cellsOf(rows, 'looker_transactions', ['is_payment', 'date_paid', 'principal', 'interest']),
      ).toEqual([
        [0, day('2025-10-05'), 0, 0],
        [1, day('2025-11-01'), 300, -50],
      ]);
      expect(await cellsOf(rows, 'looker_loan_par_balances', ['dpd', 'dpd_date', 'is_writeoff'])).toEqual([
        [0, Number.NaN, 0],
        [31, day('2025-10-30'), 0],
      ]);
      expect((await cellsOf(rows, 'looker_loans', ['interest_rate'])).flat()).toEqual([
        360_000, 360_000, 360_000,
      ]);
    });
  });

  it('are those of the book alone: another relation is an error, as is a column that nobody reads', async () => {
    await over({ cascade_loan_tape: [] }, async (rows) => {
      expect([rows.loans, rows.customers, rows.asOf.size]).toEqual([0, 0, 1]);
      await expect(rows.count('looker_loans')).rejects.toThrow(TwinRowsUnfit);
    });
    await over(BOOK, async (rows) => {
      await expect(cellsOf(rows, 'looker_loans', ['loan_grade'])).rejects.toThrow(
        'reads no column loan_grade',
      );
    });
  });

  it('are refused when a staged file has other types than its contract says', async () => {
    await withScratch(async (dir, sql) => {
      const file = `${dir}/tape.parquet`;
      const columns = [
        'total_receivable_usd',
        'total_eligible_usd',
        'cash_available_usd',
        'dpd_7_30_usd',
        'dpd_30_60_usd',
        'dpd_60_90_usd',
        'dpd_90_plus_usd',
      ];
      const select = columns.map((name) => `CAST(1 AS DECIMAL(18, 4)) AS ${name}`).join(', ');
      await sql.run(
        `COPY (SELECT DATE '2025-11-30' AS measurement_date, ${select}) TO '${file}' (FORMAT parquet)`,
      );
      const rows = await sessionRows(
        sql,
        new Map([['cascade_loan_tape', { file, asOf: date('2025-12-10') }]]),
      );

      await expect(cellsOf(rows, 'cascade_loan_tape', [])).rejects.toThrow('has scale 4, and not 2');
    });
  });
});
