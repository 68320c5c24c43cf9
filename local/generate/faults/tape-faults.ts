import { csvText, type NamedRow, namedRow } from './csv-table.ts';
import type { FaultProblem } from './expected-fault.ts';
import { type Fault, TAPE } from './fault.ts';

/**
 * Defects seen in real aggregate tapes. A tape has a row per quarter, so one bad row is far above 1 % of it: the
 * file is rejected.
 */
export const TAPE_FAULTS: readonly Fault[] = [
  tapeFault(
    'tape-buckets',
    'the buckets of the newest date add up to USD 5,000 less than the receivable',
    'total_receivable_usd',
    (row) =>
      row.with({
        total_receivable_usd: String(Number.parseInt(row.get('total_receivable_usd'), 10) + 5_000),
      }),
  ),
  tapeFault(
    'tape-90-plus',
    'nothing beyond 90 days, but something beyond 120, at the newest date; the buckets still add up',
    'dpd_90_plus_usd',
    (row) =>
      row.with({
        dpd_60_90_usd: sumOf(row.get('dpd_60_90_usd'), row.get('dpd_90_plus_usd')),
        dpd_90_plus_usd: '0',
        dpd_120_plus_usd: row.get('dpd_120_plus_usd') === '0' ? '1' : row.get('dpd_120_plus_usd'),
      }),
  ),
];

function tapeFault(
  name: FaultProblem,
  about: string,
  column: string,
  change: (row: NamedRow) => readonly string[],
): Fault {
  return {
    name,
    about,
    file: TAPE,
    damage: (good) => {
      const last = good.rows.length - 1;
      const rows = good.rows.map((row, index) => (index === last ? change(namedRow(good, row)) : row));
      return {
        content: csvText({ header: good.header, rows }),
        expected: {
          outcome: 'rejected',
          problem: name,
          rows: rows.length,
          badRows: 1,
          column,
          record: last + 1,
        },
      };
    },
  };
}

/** The sum of two amounts of at most two decimals, in whole cents. */
function sumOf(a: string, b: string): string {
  const cents = Math.round(Number(a) * 100) + Math.round(Number(b) * 100);
  return (cents / 100).toFixed(2);
}
