import type { BalanceDate } from './balance-dates.ts';
import type { DateTotals } from './date-totals.ts';
import { cents, type Formula, percent, type TwinFigure } from './figure.ts';
import type { Movements } from './movements.ts';
import type { Grain } from './periods.ts';

// The KPIs of what happened up to a date (domain.md 3.2), published at the later of the two dates that they compare.

export type DatedBalances = {
  readonly dates: readonly (BalanceDate & { readonly totals: DateTotals })[];
  readonly movements: Movements;
};

export function movementFigures({ dates, movements }: DatedBalances, grain: Grain): readonly TwinFigure[] {
  return dates.flatMap(({ reportingDay, previous }, date) => {
    const before = dates[previous ?? -1]?.totals.balances.outstanding.total ?? 0n;
    const { rolled30, cured } = movements.rollsTo(date);
    const { recovered, peak } = movements.recovery.at(date);
    const flows: readonly Formula[] = [
      // newly written off / O at the date before x 100
      percent('risk.write_off_rate', cents(movements.newlyWrittenOff(date)), cents(before)),
      percent('risk.roll_rate_30', cents(rolled30.part), cents(rolled30.whole)),
      percent('risk.cure_rate', cents(cured.part), cents(cured.whole)),
    ];
    const formulas = [
      // A quarter adds up what flowed in each of its months: from its one end to the other is something else.
      ...(grain === 'quarter' ? [] : flows),
      percent('risk.rdr_90', cents(recovered), cents(peak)),
    ];
    return formulas.map((formula) => ({ ...formula, reportingDay }));
  });
}
