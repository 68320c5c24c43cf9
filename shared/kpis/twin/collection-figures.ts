import type { BalanceSums } from './balance-sums.ts';
import type { DateTotals } from './date-totals.ts';
import type { DaySums } from './day-sums.ts';
import { cents, percent, type TwinFigure } from './figure.ts';
import { healthFraction } from './health.ts';
import type { Period } from './periods.ts';

// The KPIs of cash (domain.md 3.2; the collection rate as in design.md 6). A period that is not over is held against
// what was due in it by the same day.

export type CollectionParts = {
  readonly periods: readonly Period[];
  readonly dates: readonly { readonly reportingDay: number; readonly totals: DateTotals }[];
  readonly payments: DaySums;
  readonly due: DaySums | undefined;
};

const RATE_DAYS = 30;

export function collectionFigures(parts: CollectionParts): readonly TwinFigure[] {
  const totalsOf = new Map(parts.dates.map(({ reportingDay, totals }) => [reportingDay, totals.balances]));
  return parts.periods.flatMap((period) => figuresOf(period, totalsOf.get(period.label), parts));
}

function figuresOf(
  { start, label, asOf }: Period,
  balances: BalanceSums | undefined,
  { payments, due }: CollectionParts,
): readonly TwinFigure[] {
  const outstanding = balances?.outstanding.total ?? 0n;
  const par30 = balances?.atRisk[30].total ?? 0n;
  const lastDays = payments.between(asOf - RATE_DAYS + 1, asOf);
  // collected in the last 30 days / 30 / O x 100
  const rate = percent('risk.collection_rate', cents(lastDays), cents(BigInt(RATE_DAYS) * outstanding));
  if (due === undefined) return [{ ...rate, reportingDay: label }];
  const flows = { collected: payments.between(start, asOf), due: due.between(start, asOf) };
  const formulas = [
    rate,
    // collected in the period / due in it x 100
    percent('risk.collection_efficiency', cents(flows.collected), cents(flows.due)),
    {
      kpi: 'risk.portfolio_health',
      version: 2,
      times: 1,
      ...healthFraction({ outstanding, par30, ...flows }),
    },
  ];
  return formulas.map((formula) => ({ ...formula, reportingDay: label }));
}
