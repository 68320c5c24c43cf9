import type { BalanceDate } from './balance-dates.ts';
import { type CentSum, centSums } from './cent-sum.ts';
import type { LoanPast } from './loan-pasts.ts';
import { Recovery } from './recovery.ts';
import { RollMatrix } from './roll-matrix.ts';

// What happens to loans between reporting dates: KPIs that no single snapshot can tell.

export class Movements {
  readonly recovery: Recovery;
  readonly #dates: readonly BalanceDate[];
  readonly #rolls: readonly RollMatrix[];
  readonly #newlyWrittenOff: readonly CentSum[];

  /** The dates that are reported, and the month ends. */
  constructor(dates: readonly BalanceDate[], months: readonly BalanceDate[]) {
    this.#dates = dates;
    this.recovery = new Recovery(dates, months);
    this.#rolls = dates.map(() => new RollMatrix());
    this.#newlyWrittenOff = centSums(dates.length);
  }

  addLoan({ history, months }: LoanPast): void {
    this.recovery.addLoan(history, months);
    for (const [index, { date, standing }] of history.entries()) {
      const [earlier, later] = [history[index - 1], history[index + 1]];
      if (this.#dates[date + 1]?.previous === date)
        this.#rolls[date + 1]?.add(standing, later?.date === date + 1 ? later.standing : undefined);
      const hasPrevious = this.#dates[date]?.previous !== undefined;
      const wasWrittenOff = earlier?.date === date - 1 && earlier.standing.isWrittenOff;
      if (standing.isWrittenOff && hasPrevious && !wasWrittenOff)
        this.#newlyWrittenOff[date]?.add(standing.writtenOff);
    }
  }

  /** From the date before to this one. */
  rollsTo(date: number): RollMatrix {
    return this.#rolls[date] ?? new RollMatrix();
  }

  /** Principal of loans that are written off and were not at the date before; nothing where there is none. */
  newlyWrittenOff(date: number): bigint {
    return this.#newlyWrittenOff[date]?.total ?? 0n;
  }
}
