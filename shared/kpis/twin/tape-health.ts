import { CentSum } from './cent-sum.ts';
import type { TwinFigure } from './figure.ts';
import { amounts, cells, type TwinRows } from './twin-rows.ts';

// Portfolio health, version 1 (domain.md 3.2, the code upstream): clamp((10 - PAR30 / 10) x rate / 10, 0, 10), both in
// percent, where the rate is the tape's cash over eligible receivables. With PAR30 = 100 p / o and the rate 100 c / e,
// that is 100 (o - p) c / (o e), at most 10.

export async function tapeHealthFigures(rows: TwinRows, asOf: number): Promise<readonly TwinFigure[]> {
  if (!rows.asOf.has('cascade_loan_tape')) return [];
  const days = new Map<number, HealthSums>();
  for await (const batch of rows.read('cascade_loan_tape')) {
    const [day, receivable] = [cells(batch, 'measurement_date'), amounts(batch, 'total_receivable_usd')];
    const [cash, eligible] = [amounts(batch, 'cash_available_usd'), amounts(batch, 'total_eligible_usd')];
    const late = ['dpd_30_60_usd', 'dpd_60_90_usd', 'dpd_90_plus_usd'].map((name) => amounts(batch, name));
    for (let row = 0; row < batch.rows; row += 1) {
      if (day(row) > asOf) continue;
      const sums = days.get(day(row)) ?? new HealthSums();
      days.set(day(row), sums);
      sums.outstanding.add(receivable(row));
      sums.cash.add(cash(row));
      sums.eligible.add(eligible(row));
      for (const bucket of late) sums.par30.add(bucket(row));
    }
  }
  return [...days].map(([reportingDay, sums]) => ({ reportingDay, ...healthOf(sums) }));
}

class HealthSums {
  readonly outstanding = new CentSum();
  readonly par30 = new CentSum();
  readonly cash = new CentSum();
  readonly eligible = new CentSum();
}

function healthOf(sums: HealthSums): Omit<TwinFigure, 'reportingDay'> {
  const [outstanding, par30] = [sums.outstanding.total, sums.par30.total];
  const denominator = outstanding * sums.eligible.total;
  const score = 100n * (outstanding > par30 ? outstanding - par30 : 0n) * sums.cash.total;
  const most = 10n * denominator;
  return {
    kpi: 'risk.portfolio_health',
    version: 1,
    numerator: { units: score < most ? score : most, scale: 4 },
    denominator: { units: denominator, scale: 4 },
    times: 1,
  };
}
