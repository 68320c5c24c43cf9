import type { RowAtHand } from '../part-builder.ts';
import type { CellPlan } from './cell-plan.ts';
import { QUOTE } from './dialect.ts';
import type { Stretch } from './record-decoder.ts';

export type CellStarts = { readonly starts: Int32Array; readonly shift: number };

/** The record under way, for the few that are not plain: only they become strings. One object serves all of them. */
export class RecordAtHand implements RowAtHand {
  record = 0;
  offset = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where cells begin, so much beyond their places in the bytes; each ends one byte before the next one. */
  #starts: Int32Array;
  #shift = 0;
  /** Position of each contract column; -1 for those that the file lacks. */
  readonly #positions: Int32Array;

  constructor(plans: readonly CellPlan[], columns: number) {
    this.#starts = new Int32Array(0);
    this.#positions = new Int32Array(columns).fill(-1);
    for (const [position, { column }] of plans.entries())
      if (column !== -1) this.#positions[column] = position;
  }

  become({ bytes, offset }: Stretch, start: number, record: number, cells: CellStarts): this {
    this.#bytes = bytes;
    this.#starts = cells.starts;
    this.#shift = cells.shift;
    this.record = record;
    this.offset = offset + start;
    return this;
  }

  cell(column: number): string | undefined {
    const position = this.#positions[column] ?? -1;
    return position === -1 ? undefined : this.textAt(position);
  }

  /** The text of a cell without its quotation marks. */
  textAt(position: number): string {
    const start = (this.#starts[position] as number) - this.#shift;
    const end = (this.#starts[position + 1] as number) - this.#shift - 1;
    if (this.#bytes[start] !== QUOTE) return this.#bytes.toString('utf8', start, end);
    return this.#bytes.toString('utf8', start + 1, end - 1).replaceAll('""', '"');
  }
}
