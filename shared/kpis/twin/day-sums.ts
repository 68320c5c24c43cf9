import { CentSum } from './cent-sum.ts';

/** Cents by day, and what the days of a window add up to: cash collected, instalments due. */
export class DaySums {
  readonly #days = new Map<number, CentSum>();

  add(day: number, cents: number): void {
    const sum = this.#days.get(day) ?? new CentSum();
    this.#days.set(day, sum);
    sum.add(cents);
  }

  /** Both days are in it. */
  between(first: number, last: number): bigint {
    let total = 0n;
    for (let day = first; day <= last; day += 1) total += this.#days.get(day)?.total ?? 0n;
    return total;
  }
}
