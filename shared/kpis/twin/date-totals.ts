import { BalanceSums } from './balance-sums.ts';
import { type ClientShares, clientShares } from './client-balances.ts';
import { at } from './grouped-rows.ts';
import type { AtRisk, Standing } from './standing.ts';

/** What is known of a loan apart from its balance; NaN where it is not. */
export type LoanFacts = { readonly rate: number; readonly customer: number };

/** Everything that the standings of one reporting date add up to. */
export class DateTotals {
  readonly balances = new BalanceSums();
  rows = 0;
  /** Balances that could belong to any customer. */
  withoutCustomer = 0;
  readonly #clients: Float64Array;

  constructor(customers: number) {
    this.#clients = new Float64Array(customers);
  }

  add(standing: Standing, atRisk: AtRisk, { rate, customer }: LoanFacts): void {
    this.rows += 1;
    this.balances.add(standing, atRisk, rate);
    if (standing.outstanding === 0) return;
    if (Number.isNaN(customer)) this.withoutCustomer += 1;
    else this.#clients[customer] = at(this.#clients, customer) + standing.outstanding;
  }

  get clients(): ClientShares {
    return clientShares(this.#clients);
  }
}
