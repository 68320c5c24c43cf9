import { at, type GroupedRows, groupedRows } from './grouped-rows.ts';

/** `total` is all of the money of the day, `principal` the part of it that is principal. Cents. */
export type LoanEvent = { readonly day: number; readonly total: number; readonly principal: number };

/** Payments or instalments of all loans, kept in columns and looked up by loan. */
export class LoanEvents {
  readonly #loans: number;
  readonly #loan: Int32Array;
  readonly #day: Int32Array;
  readonly #total: Float64Array;
  readonly #principal: Float64Array;
  #rows = 0;
  #grouped: GroupedRows | undefined;

  /** Room for that many rows. */
  constructor(loans: number, rows: number) {
    this.#loans = loans;
    this.#loan = new Int32Array(rows);
    this.#day = new Int32Array(rows);
    this.#total = new Float64Array(rows);
    this.#principal = new Float64Array(rows);
  }

  add(loan: number, { day, total, principal }: LoanEvent): void {
    this.#loan[this.#rows] = loan;
    this.#day[this.#rows] = day;
    this.#total[this.#rows] = total;
    this.#principal[this.#rows] = principal;
    this.#rows += 1;
    this.#grouped = undefined;
  }

  /** In order of day. */
  of(loan: number): readonly LoanEvent[] {
    this.#grouped ??= groupedRows(this.#loan.subarray(0, this.#rows), this.#loans);
    const rows = this.#grouped.rowsOf(loan);
    const events: LoanEvent[] = [];
    for (let place = 0; place < rows.length; place += 1) {
      const row = at(rows, place);
      events.push({
        day: at(this.#day, row),
        total: at(this.#total, row),
        principal: at(this.#principal, row),
      });
    }
    return events.length > 1 ? events.sort((a, b) => a.day - b.day) : events;
  }
}
