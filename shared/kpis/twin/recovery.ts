import type { BalanceDate } from './balance-dates.ts';
import { type CentSum, centSums } from './cent-sum.ts';
import { type DatedStanding, owed } from './standing.ts';

// The recovered default rate (domain.md 3.2, the meaning that the thresholds of the seeds fit): of what loans owed when
// they were first seen 90 days late or more, how much has come back. A loan that is gone has brought back all of it; one
// that owes more than then has brought back nothing. Defaults are seen at month ends, whatever is reported: a month end
// tells of a default on the day that it is known, and every later date counts it.

const DEFAULT_DAYS = 90;

export class Recovery {
  readonly #dates: readonly BalanceDate[];
  readonly #months: readonly BalanceDate[];
  readonly #peak: readonly CentSum[];
  readonly #recovered: readonly CentSum[];

  /** The dates that are reported, and the month ends. */
  constructor(dates: readonly BalanceDate[], months: readonly BalanceDate[]) {
    this.#dates = dates;
    this.#months = months;
    this.#peak = centSums(dates.length);
    this.#recovered = centSums(dates.length);
  }

  /** What a loan was at the reported dates, and at the month ends. */
  addLoan(history: readonly DatedStanding[], months: readonly DatedStanding[]): void {
    const first = months.find(({ standing }) => standing.dpd >= DEFAULT_DAYS);
    const knownSince = this.#months[first?.date ?? -1]?.asOf;
    if (first === undefined || knownSince === undefined) return;
    const peak = owed(first.standing);
    const left = new Map(history.map(({ date, standing }) => [date, owed(standing)]));
    for (const [date, { asOf, reportingDay }] of this.#dates.entries()) {
      if (asOf < knownSince || reportingDay < knownSince) continue;
      this.#peak[date]?.add(peak);
      this.#recovered[date]?.add(Math.max(0, peak - (left.get(date) ?? 0)));
    }
  }

  /** Of all loans whose default is known at a reported date. */
  at(date: number): { readonly recovered: bigint; readonly peak: bigint } {
    return { recovered: this.#recovered[date]?.total ?? 0n, peak: this.#peak[date]?.total ?? 0n };
  }
}
