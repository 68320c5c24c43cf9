import { BalanceSums } from './balance-sums.ts';
import type { TwinFigure } from './figure.ts';
import { endOfPeriod, startOfPeriod } from './periods.ts';
import { weightedRate } from './snapshot-figures.ts';
import { atRiskOf, WRITE_OFF_AFTER_DAYS } from './standing.ts';
import { amounts, cells, type TwinRows } from './twin-rows.ts';

// The rate of the portfolio as the loans file has it on its own day, where nothing tells of balances at reporting dates.
// The file keeps written-off balances in outstanding (domain.md 0.3), so they are taken out by the lender's rule.

export async function loanFileFigures(rows: TwinRows, asOf: number): Promise<readonly TwinFigure[]> {
  const fileAsOf = rows.asOf.get('looker_loans');
  if (fileAsOf === undefined || fileAsOf > asOf) return [];
  const sums = new BalanceSums();
  for await (const batch of rows.read('looker_loans')) {
    const [outstanding, dpd] = [amounts(batch, 'outstanding_balance'), amounts(batch, 'dpd')];
    const [rate, disbursed] = [cells(batch, 'interest_rate'), cells(batch, 'disburse_date')];
    for (let row = 0; row < batch.rows; row += 1) {
      if (disbursed(row) > asOf || dpd(row) > WRITE_OFF_AFTER_DAYS) continue;
      const standing = {
        dpd: dpd(row),
        isWrittenOff: false,
        outstanding: outstanding(row),
        writtenOff: 0,
      };
      sums.add(standing, atRiskOf(standing), rate(row));
    }
  }
  return [{ ...weightedRate(sums), reportingDay: endOfPeriod('month', startOfPeriod('month', fileAsOf)) }];
}
