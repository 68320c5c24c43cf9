import type { BalanceSums } from './balance-sums.ts';
import type { DateTotals } from './date-totals.ts';
import { cents, count, type Decimal, type Formula, percent, sum } from './figure.ts';

// The KPIs of one snapshot, from its totals (domain.md 3.2 and 3.3). Each formula stands where its source has it; each
// fraction is what is divided, once, at the end.

export function snapshotFigures(totals: DateTotals): readonly Formula[] {
  const { balances } = totals;
  const [outstanding, writtenOff] = [balances.outstanding.total, balances.writtenOff.total];
  const par = (days: 7 | 30 | 60 | 90) => balances.atRisk[days].total;
  return [
    // PARn / O x 100
    ...([7, 30, 60, 90] as const).map((days) =>
      percent(`risk.par_${days}`, cents(par(days)), cents(outstanding)),
    ),
    // (PARn + W) / (O + W) x 100
    ...([7, 30, 60, 90] as const).map((days) =>
      percent(
        `risk.par_${days}_incl_writeoff`,
        cents(par(days) + writtenOff),
        cents(outstanding + writtenOff),
      ),
    ),
    sum('port.outstanding', cents(outstanding)),
    sum('port.active_loans', count(balances.liveLoans)),
    sum('port.written_off', cents(writtenOff)),
    sum('port.written_off_loans', count(balances.writtenOffLoans)),
  ];
}

/** These need the loans: who owes, and at what rate. */
export function loanFigures(totals: DateTotals): readonly Formula[] {
  const { balances, withoutCustomer } = totals;
  const outstanding = balances.outstanding.total;
  const clients = totals.clients;
  const lacks = withoutCustomer > 0 ? { lacks: 'the customer of every live loan' } : {};
  return [
    { ...sum('port.active_clients', count(clients.active), 2), ...lacks },
    // ten largest customers / O x 100
    { ...percent('port.concentration_top10_clients', cents(clients.top10), cents(outstanding), 2), ...lacks },
    // sum(share ^ 2) x 10000
    {
      kpi: 'port.hhi',
      version: 2,
      numerator: squareCents(clients.squares),
      denominator: squareCents(outstanding * outstanding),
      times: 10_000,
      ...lacks,
    },
    weightedRate(balances),
  ];
}

/** sum(rate x w) / sum(w), w = outstanding of live loans with a known rate */
export function weightedRate(balances: BalanceSums): Formula {
  return {
    kpi: 'price.weighted_apr',
    version: 2,
    numerator: { units: balances.rateTimesOutstanding.total, scale: 8 },
    denominator: cents(balances.outstandingWithRate.total),
    times: 1,
  };
}

function squareCents(units: bigint): Decimal {
  return { units, scale: 4 };
}
