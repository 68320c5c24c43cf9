import { CentSum } from './cent-sum.ts';
import type { AtRisk, Standing } from './standing.ts';

// What the standings of one reporting date add up to (domain.md 3.2 and 3.3): O, PARn, W and the loans behind them.

export class BalanceSums {
  readonly outstanding = new CentSum();
  readonly writtenOff = new CentSum();
  readonly atRisk = { 7: new CentSum(), 30: new CentSum(), 60: new CentSum(), 90: new CentSum() } as const;
  /** Loans with outstanding above zero. */
  liveLoans = 0;
  writtenOffLoans = 0;
  /** sum(rate x outstanding) of live loans whose rate is known, in millionths of cents, and their outstanding. */
  readonly rateTimesOutstanding = new CentSum();
  readonly outstandingWithRate = new CentSum();

  /** `rate` is the yearly rate in millionths, NaN where it is unknown. */
  add(standing: Standing, atRisk: AtRisk, rate: number): void {
    const { outstanding, writtenOff, isWrittenOff } = standing;
    this.outstanding.add(outstanding);
    this.writtenOff.add(writtenOff);
    for (const days of [7, 30, 60, 90] as const) this.atRisk[days].add(atRisk[days]);
    if (isWrittenOff) this.writtenOffLoans += 1;
    if (outstanding <= 0) return;
    this.liveLoans += 1;
    if (Number.isNaN(rate)) return;
    this.rateTimesOutstanding.addProduct(rate, outstanding);
    this.outstandingWithRate.add(outstanding);
  }
}
