import { CentSum } from './cent-sum.ts';
import type { LoanFacts } from './date-totals.ts';
import { at } from './grouped-rows.ts';
import type { Instalment, LoanTerms } from './rebuilt-standing.ts';
import { amounts, cells, type RowBatch, type TwinRows } from './twin-rows.ts';

// The loans by number (looker.loans). A loan that was made after the reported day is not known yet, and of one that is
// not in the file nothing is.

export class LoanTable {
  readonly #disburseDay: Float64Array;
  readonly #principal: Float64Array;
  readonly #maturityDay: Float64Array;
  readonly #dueAtMaturity: Float64Array;
  readonly #rate: Float64Array;
  readonly #customer: Float64Array;
  readonly #outstanding = new CentSum();

  private constructor(loans: number) {
    const unknown = () => new Float64Array(loans).fill(Number.NaN);
    this.#disburseDay = unknown();
    this.#principal = unknown();
    this.#maturityDay = unknown();
    this.#dueAtMaturity = unknown();
    this.#rate = unknown();
    this.#customer = unknown();
  }

  static async read(rows: TwinRows, asOf: number): Promise<LoanTable> {
    const table = new LoanTable(rows.loans);
    if (!rows.asOf.has('looker_loans')) return table;
    for await (const batch of rows.read('looker_loans')) table.#addBatch(batch, asOf);
    return table;
  }

  isKnown(loan: number): boolean {
    return !Number.isNaN(at(this.#disburseDay, loan));
  }

  facts(loan: number): LoanFacts {
    return { rate: at(this.#rate, loan), customer: at(this.#customer, loan) };
  }

  terms(loan: number): LoanTerms {
    return { disburseDay: at(this.#disburseDay, loan), principal: at(this.#principal, loan) };
  }

  /** What all loans of the file owe on its own day, as it says itself. */
  get outstanding(): bigint {
    return this.#outstanding.total;
  }

  /** What a loan without a schedule has: all of it due on one day. */
  bullet(loan: number): Instalment {
    return { day: at(this.#maturityDay, loan), due: at(this.#dueAtMaturity, loan) };
  }

  /** The first day on which anything was disbursed; one before `earliest` is a typing error and not looked at. */
  firstDay(earliest: number): number | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const day of this.#disburseDay) if (day >= earliest && day < first) first = day;
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  hasAnyBy(day: number): boolean {
    return this.#disburseDay.some((disbursed) => disbursed <= day);
  }

  #addBatch(batch: RowBatch, asOf: number): void {
    const [loan, customer, rate] = [
      cells(batch, 'loan'),
      cells(batch, 'customer'),
      cells(batch, 'interest_rate'),
    ];
    const [disbursed, maturity] = [cells(batch, 'disburse_date'), cells(batch, 'maturity_date')];
    const [principal, interest] = [amounts(batch, 'disburse_principal'), amounts(batch, 'total_interest')];
    const [fees, other] = [amounts(batch, 'total_fees'), amounts(batch, 'total_other')];
    const outstanding = amounts(batch, 'outstanding_balance');
    for (let row = 0; row < batch.rows; row += 1) {
      this.#outstanding.add(outstanding(row));
      if (disbursed(row) > asOf) continue;
      const number = loan(row);
      this.#disburseDay[number] = disbursed(row);
      this.#principal[number] = principal(row);
      this.#maturityDay[number] = maturity(row);
      this.#dueAtMaturity[number] = principal(row) + interest(row) + fees(row) + other(row);
      this.#rate[number] = rate(row);
      this.#customer[number] = customer(row);
    }
  }
}
