import { at, type GroupedRows, groupedRows } from './grouped-rows.ts';
import type { DatedStanding, Standing } from './standing.ts';

/** Standings of all loans, kept in columns and given back loan by loan. */
export class StandingRows {
  readonly #loans: number;
  readonly #loan: Int32Array;
  readonly #date: Int32Array;
  readonly #dpd: Int32Array;
  readonly #isWrittenOff: Uint8Array;
  readonly #outstanding: Float64Array;
  readonly #writtenOff: Float64Array;
  #rows = 0;
  #grouped: GroupedRows | undefined;

  /** Room for that many rows. */
  constructor(loans: number, rows: number) {
    this.#loans = loans;
    this.#loan = new Int32Array(rows);
    this.#date = new Int32Array(rows);
    this.#dpd = new Int32Array(rows);
    this.#isWrittenOff = new Uint8Array(rows);
    this.#outstanding = new Float64Array(rows);
    this.#writtenOff = new Float64Array(rows);
  }

  add(loan: number, date: number, { dpd, isWrittenOff, outstanding, writtenOff }: Standing): void {
    this.#loan[this.#rows] = loan;
    this.#date[this.#rows] = date;
    this.#dpd[this.#rows] = dpd;
    this.#isWrittenOff[this.#rows] = isWrittenOff ? 1 : 0;
    this.#outstanding[this.#rows] = outstanding;
    this.#writtenOff[this.#rows] = writtenOff;
    this.#rows += 1;
    this.#grouped = undefined;
  }

  /** In order of date, under the places that `placeOf` gives; dates without a place are left out. */
  of(loan: number, placeOf: (date: number) => number | undefined): readonly DatedStanding[] {
    this.#grouped ??= groupedRows(this.#loan.subarray(0, this.#rows), this.#loans);
    const history: DatedStanding[] = [];
    const rows = this.#grouped.rowsOf(loan);
    for (let place = 0; place < rows.length; place += 1) {
      const row = at(rows, place);
      const date = placeOf(at(this.#date, row));
      if (date !== undefined) history.push({ date, standing: this.#standingAt(row) });
    }
    return history.length > 1 ? history.sort((a, b) => a.date - b.date) : history;
  }

  #standingAt(row: number): Standing {
    return {
      dpd: at(this.#dpd, row),
      isWrittenOff: at(this.#isWrittenOff, row) === 1,
      outstanding: at(this.#outstanding, row),
      writtenOff: at(this.#writtenOff, row),
    };
  }
}
