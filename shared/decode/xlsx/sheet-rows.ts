import { columnOf, MOST_COLUMNS, MOST_ROWS, rowOf } from './cell-reference.ts';
import { cellValue, type SheetSurroundings } from './cell-value.ts';
import { LONGEST_CELL } from './shared-strings.ts';
import { AROUND, type Place, placeOf } from './sheet-places.ts';
import { beyondLimit, damagedPart } from './workbook-problems.ts';
import { type XmlAttributes, type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { xmlText } from './xml-text.ts';

export type SheetRow = {
  /** As Excel numbers it: the first row of the sheet is 1. */
  readonly number: number;
  /** From column A on. Empty cells at the end are left out, so a row may be shorter than its header. */
  readonly cells: readonly string[];
  /** Indexes of cells with a formula whose value is not stored; their text is empty. Absent when there are none. */
  readonly uncalculated?: readonly number[];
};

/** Rows with something in them, in order. Rows that are empty or missing are left out. */
export async function* sheetRows(
  bytes: AsyncIterable<Uint8Array>,
  surroundings: SheetSurroundings,
  limits: SheetLimits = SHEET_LIMITS,
): AsyncGenerator<SheetRow> {
  const collector = new RowCollector(surroundings, limits);
  const scanner = new XmlScanner(surroundings.part, collector);
  for await (const piece of xmlText(bytes, surroundings.part)) {
    scanner.feed(piece);
    while (scanner.run()) yield* collector.take();
    yield* collector.take();
  }
  scanner.end();
}

/** Rows are handed on when they have this many cells between them, so that wide rows cannot pile up. */
const CELLS_AT_A_TIME = 65_536;
export type SheetLimits = {
  /**
   * A cell far to the right takes twenty bytes and fills a row with empty cells. An honest sheet of a million rows
   * leaves some hundred columns empty at most.
   */
  readonly maxFilledIn: number;
  /** A cell that points to a long text takes twenty bytes too. An honest sheet has some hundred million characters. */
  readonly maxCharacters: number;
};

export const SHEET_LIMITS: SheetLimits = { maxFilledIn: 500_000_000, maxCharacters: 8_000_000_000 };

/** Follows the elements of a sheet and builds its rows. Elements that it does not know are passed over whole. */
class RowCollector implements XmlHandler {
  readonly #around: SheetSurroundings;
  readonly #limits: SheetLimits;
  #rows: SheetRow[] = [];
  #cellsHeld = 0;
  #place: Place = 'outside';
  #passedOver = 0;
  #row = 0;
  #cells: string[] = [];
  #uncalculated: number[] = [];
  #column = -1;
  #type: string | undefined;
  #style: string | undefined;
  #value = '';
  #hasValue = false;
  #hasFormula = false;
  #filledIn = 0;
  #characters = 0;
  wantsText = false;
  isFull = false;

  constructor(surroundings: SheetSurroundings, limits: SheetLimits) {
    this.#around = surroundings;
    this.#limits = limits;
  }

  take(): SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#cellsHeld = 0;
    this.isFull = false;
    return rows;
  }

  open(name: string, attributes: XmlAttributes): void {
    const place = this.#passedOver > 0 ? undefined : placeOf(this.#place, name);
    if (place === undefined) {
      if (this.#place === 'outside') throw this.#damaged('it holds no sheet');
      if (this.wantsText) throw this.#damaged(`row ${this.#row} has an element within a value`);
      this.#passedOver += 1;
      return;
    }
    this.#place = place;
    if (place === 'c') this.#beginCell(attributes);
    else if (place === 'row') this.#beginRow(attributes);
    else if (place === 'f') this.#hasFormula = true;
    else if (place === 'v' || place === 'text' || place === 'runText') this.wantsText = this.#hasValue = true;
  }

  close(): void {
    if (this.#passedOver > 0) {
      this.#passedOver -= 1;
      return;
    }
    this.wantsText = false;
    if (this.#place === 'c') this.#endCell();
    else if (this.#place === 'row') this.#endRow();
    this.#place = AROUND[this.#place];
  }

  text(text: string): void {
    this.#value = this.#value === '' ? text : this.#value + text;
    if (this.#value.length > LONGEST_CELL * 8)
      throw this.#damaged(`a text of row ${this.#row} is longer than a cell can hold`);
  }

  #beginRow(attributes: XmlAttributes): void {
    const written = attributes.attribute('r');
    const number = written === undefined ? this.#row + 1 : rowOf(written);
    if (number <= this.#row || number > MOST_ROWS) {
      throw this.#damaged(`a row after row ${this.#row} has a number that cannot follow it`);
    }
    this.#row = number;
    this.#cells = [];
    this.#uncalculated = [];
    this.#column = -1;
  }

  #beginCell(attributes: XmlAttributes): void {
    const reference = attributes.attribute('r');
    const column = reference === undefined ? this.#column + 1 : this.#columnOf(reference);
    if (column <= this.#column || column >= MOST_COLUMNS) {
      throw this.#damaged(`a cell of row ${this.#row} has a place that cannot follow the one before it`);
    }
    this.#column = column;
    this.#type = attributes.attribute('t');
    this.#style = attributes.attribute('s');
    this.#value = '';
    this.#hasValue = false;
    this.#hasFormula = false;
  }

  #columnOf(reference: string): number {
    if (rowOf(reference) !== this.#row) {
      throw this.#damaged(`a cell of row ${this.#row} says that it is in another row`);
    }
    return columnOf(reference);
  }

  #endCell(): void {
    const isCalculated = this.#hasValue || !this.#hasFormula;
    if (!isCalculated) this.#uncalculated.push(this.#column);
    if (!this.#hasValue) return;
    const text = cellValue(this.#value, this.#type, this.#style, this.#around, this.#row);
    if (text === '') return;
    this.#characters += text.length;
    if (this.#characters > this.#limits.maxCharacters)
      throw beyondLimit('repeats long texts in so many cells that it would take hours to read');
    // Only now: empty cells at the end of a row leave no trace.
    const gap = this.#column - this.#cells.length;
    if (gap > 0) this.#fillIn(gap);
    this.#cells.push(text);
  }

  #fillIn(gap: number): void {
    this.#filledIn += gap;
    if (this.#filledIn > this.#limits.maxFilledIn)
      throw beyondLimit('has cells so far to the right that its rows are almost all emptiness');
    for (let left = gap; left > 0; left -= 1) this.#cells.push('');
  }

  #endRow(): void {
    const hasNotes = this.#uncalculated.length > 0;
    if (this.#cells.length === 0 && !hasNotes) return;
    const row = { number: this.#row, cells: this.#cells };
    this.#rows.push(hasNotes ? { ...row, uncalculated: this.#uncalculated } : row);
    this.#cellsHeld += this.#cells.length + 1;
    if (this.#cellsHeld >= CELLS_AT_A_TIME) this.isFull = true;
  }

  #damaged(detail: string): Error {
    return damagedPart(this.#around.part, detail);
  }
}
