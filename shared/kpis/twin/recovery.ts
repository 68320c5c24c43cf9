import { type CentSum, centSums } from './cent-sum.ts';
import { type DatedStanding, owed } from './standing.ts';

// The recovered default rate (domain.md 3.2, the meaning that the thresholds of the seeds fit): of what loans owed when
// they were first seen 90 days late or more, how much has come back. A loan that is gone has brought back all of it; one
// that owes more than then has brought back nothing.

const DEFAULT_DAYS = 90;

export class Recovery {
  readonly #dates: number;
  /** Owed at the first default, at the date of it: what later dates count too. */
  readonly #peaks: readonly CentSum[];
  readonly #recovered: readonly CentSum[];

  constructor(dates: number) {
    this.#dates = dates;
    this.#peaks = centSums(dates);
    this.#recovered = centSums(dates);
  }

  addLoan(history: readonly DatedStanding[]): void {
    const first = history.findIndex(({ standing }) => standing.dpd >= DEFAULT_DAYS);
    const defaulted = history[first];
    if (defaulted === undefined) return;
    const peak = owed(defaulted.standing);
    this.#peaks[defaulted.date]?.add(peak);
    let place = first;
    for (let date = defaulted.date; date < this.#dates; date += 1) {
      const row = history[place];
      const isThere = row?.date === date;
      if (isThere) place += 1;
      this.#recovered[date]?.add(Math.max(0, peak - (isThere ? owed(row.standing) : 0)));
    }
  }

  /** At a reporting date: of all loans that were in default at it or before. */
  at(date: number): { readonly recovered: bigint; readonly peak: bigint } {
    const peak = this.#peaks.slice(0, date + 1).reduce((sum, { total }) => sum + total, 0n);
    return { recovered: this.#recovered[date]?.total ?? 0n, peak };
  }
}
