import type { NamedRow } from './csv-table.ts';
import { csvText } from './csv-table.ts';
import { type Fault, LOANS, PAR, recordOf, rowFault, someRows, TRANSACTIONS } from './fault.ts';

const isCurrent = (row: NamedRow): boolean =>
  row.get('dpd') === '0' && row.get('outstanding_balance') !== '0';
const isWrittenOff = (row: NamedRow): boolean => row.get('is_writeoff') === 'true';

/** Faults of single rows: those rows are set aside and all others count, or the oddity is harmless. */
export const ROW_FAULTS: readonly Fault[] = [
  {
    name: 'ragged-row',
    about: 'rows with a cell too few or too many',
    file: LOANS,
    damage: (good, random) => {
      const touched = someRows(good, random);
      const rows = good.rows.map((row, index) => {
        if (!touched.includes(index)) return row;
        return touched.indexOf(index) % 2 === 0 ? row.slice(0, -1) : [...row, 'extra'];
      });
      return {
        content: csvText({ header: good.header, rows }),
        expected: {
          outcome: 'quarantined',
          problem: 'ragged-row',
          rows: rows.length,
          badRows: touched.length,
          ...recordOf(touched),
        },
      };
    },
  },
  rowFault({
    name: 'shifted-row',
    about: 'rows whose cells moved one column to the right: customer ids where a day belongs',
    file: LOANS,
    column: 'application_date',
    problem: 'impossible-date',
    change: (row) => row.shifted('customer_id'),
  }),
  rowFault({
    name: 'text-in-number',
    about: 'words where the principal should be',
    file: LOANS,
    column: 'disburse_principal',
    problem: 'text-in-number',
    change: (row) => row.with({ disburse_principal: 'one thousand' }),
  }),
  rowFault({
    name: 'impossible-date',
    about: 'a loan disbursed on the 30th of February',
    file: LOANS,
    column: 'disburse_date',
    problem: 'impossible-date',
    change: (row) => row.with({ disburse_date: '2023-02-30' }),
  }),
  rowFault({
    name: 'par-nesting',
    about: 'a 30-day balance above the 7-day balance that contains it',
    file: PAR,
    column: 'PAR_30_balance_usd',
    problem: 'par-nesting',
    suits: isCurrent,
    change: (row) => row.with({ PAR_30_balance_usd: row.get('outstanding_balance_usd') }),
  }),
  rowFault({
    name: 'par-90-without-par-30',
    about: 'a 90-day balance where the 30-day balance is 0',
    file: PAR,
    column: 'PAR_30_balance_usd',
    problem: 'par-nesting',
    suits: isCurrent,
    change: (row) => {
      const balance = row.get('outstanding_balance_usd');
      return row.with({
        PAR_7_balance_usd: balance,
        PAR_60_balance_usd: balance,
        PAR_90_balance_usd: balance,
      });
    },
  }),
  rowFault({
    name: 'negative-balance',
    about: 'a balance below zero',
    file: LOANS,
    column: 'outstanding_balance',
    problem: 'negative-balance',
    change: (row) => row.with({ outstanding_balance: '-12.5' }),
  }),
  rowFault({
    name: 'writeoff-with-balance',
    about: 'a written-off loan that still counts as outstanding',
    file: PAR,
    column: 'outstanding_balance',
    problem: 'writeoff-with-balance',
    suits: isWrittenOff,
    change: (row) => row.with({ outstanding_balance: '100', outstanding_balance_usd: '100' }),
  }),
  rowFault({
    name: 'null-words-required',
    about: '`nan` where a balance must be',
    file: PAR,
    column: 'outstanding_balance_usd',
    problem: 'missing-value',
    change: (row) => row.with({ outstanding_balance_usd: 'nan' }),
  }),
  rowFault({
    name: 'null-words-nullable',
    about: 'words for nothing (`nan`, `NULL`, `n/a`) where a cell may be blank',
    file: LOANS,
    column: 'credit_bureau_score',
    change: (row, index) => row.with({ credit_bureau_score: ['nan', 'NULL', 'n/a'][index] ?? 'None' }),
  }),
  rowFault({
    name: 'float-residue',
    about: 'balances of nothing with the residue of binary subtraction',
    file: LOANS,
    column: 'outstanding_balance',
    suits: (row) => row.get('outstanding_balance') === '0.0',
    change: (row) => row.with({ outstanding_balance: '5.6843418860808015E-14' }),
  }),
  rowFault({
    name: 'currency-signs',
    about: 'balances such as `$1,234.50`',
    file: PAR,
    column: 'outstanding_balance',
    suits: isCurrent,
    change: (row) => row.with({ outstanding_balance: withCurrencySign(row.get('outstanding_balance')) }),
  }),
  rowFault({
    name: 'accounting-negatives',
    about: 'negative interest in brackets, `(12.00)`, where the column allows negatives',
    file: TRANSACTIONS,
    column: 'interest',
    suits: (row) => row.get('interest').startsWith('-'),
    change: (row) => row.with({ interest: `(${Number(row.get('interest').slice(1)).toFixed(2)})` }),
  }),
  {
    name: 'identical-duplicate',
    about: 'rows that come twice, letter for letter: dropped and counted',
    file: PAR,
    damage: (good, random) => {
      const touched = someRows(good, random);
      const rows = good.rows.flatMap((row, index) => (touched.includes(index) ? [row, row] : [row]));
      return {
        content: csvText({ header: good.header, rows }),
        expected: {
          outcome: 'accepted',
          problem: 'identical-duplicate',
          rows: rows.length,
          badRows: 0,
          duplicateRows: touched.length,
          ...recordOf(touched),
        },
      };
    },
  },
];

/** `1234.5` as `$1,234.50`. */
function withCurrencySign(plain: string): string {
  const [whole = '0', fraction = ''] = plain.split('.');
  return `$${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${fraction.padEnd(2, '0')}`;
}
