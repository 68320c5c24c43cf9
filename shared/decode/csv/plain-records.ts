import { LONGEST_NULL_WORD } from '../../contracts/cell-parser.ts';
import type { Contract, RowRule } from '../../contracts/contract.ts';
import { unitsOf } from '../../contracts/row-rules.ts';
import type { ColumnBuilder } from '../column-batch.ts';
import { CELL, type CellPlan } from './cell-plan.ts';
import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from './dialect.ts';
import {
  BEYOND_INPUT_BYTES,
  INPUT_BYTES,
  PLAN_BYTES,
  type PlainMemory,
  RULE_BYTES,
  RULE_CELL_BYTES,
  WORD_BYTES,
} from './plain-memory.ts';
import { PlainTexts } from './plain-texts.ts';
import type { Stretch } from './record-decoder.ts';

// Records that are plain throughout, read by compiled code (assembly/plain-records.ts) straight into the arrays of their
// columns. This side lays out what it needs to know. Whatever is not plain is left to RecordDecoder.

/** As in the compiled code. */
const PLAN = { min: 48, max: 56, lastDateEnd: 72 } as const;
/** What compiled code leaves when it has read. */
const FOUND = { at: 64, recordEnd: 0, unreadCells: 1, oddStart: 2, oddEnd: 3 } as const;
const WORD = { code: 36, most: 16 } as const;
const RULE = { within: 8, cells: 16 } as const;
const RULE_KIND = { descending: 0, zeroWhen: 1, presentWhenPositive: 2, addsUp: 3, atMost: 4 } as const;

/** For a record of more than so many bytes, no more of the file is brought. */
const NEAR_END_BYTES = 16 * 1024;

/** One object serves all of them: a file may be full of such records. */
export type OddRecord = {
  start: number;
  end: number;
  /** Columns of the contract, `unreadCells` of them. */
  readonly unread: Int32Array;
  unreadCells: number;
  /** Where each cell begins, and the next record, `shift` beyond their places in the stretch. */
  readonly starts: Int32Array;
  shift: number;
};

export class PlainRecords {
  /** Where in the stretch the last plain record ends. */
  end = 0;
  /** The record behind it, if it has been read as well: it has all its cells, but not all of them are plain, or it breaks a rule. */
  odd: OddRecord | undefined;
  readonly #memory: PlainMemory;
  readonly #input: Uint8Array;
  readonly #inputAt: number;
  /** Where the codes of words are. */
  readonly #wordCodes: number[] = [];
  readonly #found: Int32Array;
  readonly #odd: OddRecord;
  /** What is at hand: from where to where in the stretch. */
  #from = 0;
  #to = 0;

  /** `plans` are those of the positions of a record. */
  constructor(
    memory: PlainMemory,
    contract: Contract,
    plans: readonly CellPlan[],
    { delimiter, columns }: { readonly delimiter: number; readonly columns: readonly ColumnBuilder[] },
  ) {
    this.#memory = memory;
    this.#inputAt = memory.take(INPUT_BYTES + BEYOND_INPUT_BYTES);
    this.#input = new Uint8Array(memory.buffer, this.#inputAt, INPUT_BYTES + BEYOND_INPUT_BYTES);
    const plansAt = this.#layOutPlans(plans, delimiter);
    const rulesAt = layOutRules(memory, contract, columns);
    const { rules } = contract;
    const starts = memory.integers(plans.length + 1);
    const unread = memory.integers(plans.length + 1);
    this.#odd = { start: 0, end: 0, unread, unreadCells: 0, starts, shift: 0 };
    this.#found = new Int32Array(memory.buffer, FOUND.at, 4);
    memory.code.begin(
      ...([plansAt, plans.length, rulesAt, rules.length, delimiter, LONGEST_NULL_WORD] as const),
      ...([starts.byteOffset, unread.byteOffset] as const),
    );
  }

  /** All rows and texts have been taken. */
  beginPart(): void {
    this.#memory.beginPart();
    const view = new DataView(this.#memory.buffer);
    for (const at of this.#wordCodes) view.setInt32(at, -1, true);
  }

  /** Other bytes may lie in a stretch than when it was last read. */
  forget(): void {
    this.#from = 0;
    this.#to = 0;
  }

  /**
   * Reads at most `most` plain records from `start` on into the rows from `row` on, and fills `odd` where another one
   * stands behind them. Returns how many.
   */
  read(stretch: Stretch, start: number, row: number, most: number): number {
    if (start < this.#from || start >= this.#to) this.#bring(stretch, start);
    const read = this.#read(start, row, most);
    // The record may go on behind what is at hand.
    const mayGoOn = this.#to < stretch.end && start > this.#from && this.#to - start < NEAR_END_BYTES;
    if (read > 0 || this.odd !== undefined || !mayGoOn) return read;
    this.#bring(stretch, start);
    return this.#read(start, row, most);
  }

  #bring({ bytes, end }: Stretch, start: number): void {
    this.#from = start;
    this.#to = Math.min(end, start + INPUT_BYTES);
    const size = this.#to - start;
    // Thirty times as fast as `set` where the bytes lie in memory that threads share.
    bytes.copy(this.#input, 0, start, this.#to);
    this.#input.fill(0, size, size + BEYOND_INPUT_BYTES);
    this.#input[size] = LINE_FEED;
  }

  #read(start: number, row: number, most: number): number {
    const { code } = this.#memory;
    const shift = this.#inputAt - this.#from;
    const read = code.read(start + shift, this.#to + shift, row, most);
    const found = this.#found;
    if (read > 0) this.end = (found[FOUND.recordEnd] as number) - shift;
    const unreadCells = found[FOUND.unreadCells] as number;
    if (unreadCells === -1) this.odd = undefined;
    else {
      this.odd = this.#odd;
      this.odd.start = (found[FOUND.oddStart] as number) - shift;
      this.odd.end = (found[FOUND.oddEnd] as number) - shift;
      this.odd.unreadCells = unreadCells;
      this.odd.shift = shift;
    }
    return read;
  }

  #layOutPlans(plans: readonly CellPlan[], delimiter: number): number {
    const memory = this.#memory;
    const at = memory.take(plans.length * PLAN_BYTES);
    const view = new DataView(memory.buffer);
    for (const [position, plan] of plans.entries()) {
      const { kind, isEmptyNull, scale, decimalMark, mostTextBytes, min, max } = plan;
      const values = kind === CELL.decimal ? plan.decimals : plan.integers;
      const { texts } = plan.builder;
      const words = kind === CELL.word ? this.#layOutWords(plan, delimiter) : { at: 0, count: 0 };
      const base = at + position * PLAN_BYTES;
      for (const [index, field] of [
        kind,
        plan.column,
        isEmptyNull ? 1 : 0,
        values.byteOffset,
        plan.nulls.byteOffset,
        texts instanceof PlainTexts ? texts.at : 0,
        scale,
        decimalMark,
        mostTextBytes,
        words.at,
        words.count,
      ].entries())
        view.setInt32(base + index * 4, field, true);
      view.setBigInt64(base + PLAN.min, BigInt(Math.ceil(min)), true);
      view.setBigInt64(base + PLAN.max, BigInt(Math.floor(max)), true);
      // No cell ends so.
      view.setInt32(base + PLAN.lastDateEnd, -1, true);
    }
    return at;
  }

  /** Words that are longer than what is compared, or that nothing but quotation marks keeps whole, are left to RecordDecoder. */
  #layOutWords({ words }: CellPlan, delimiter: number): { readonly at: number; readonly count: number } {
    const ends = [delimiter, QUOTE, LINE_FEED, CARRIAGE_RETURN];
    const short = Array.from({ length: words.size }, (_, code) =>
      Buffer.from(words.textOf(code), 'utf8'),
    ).filter((word) => word.length <= WORD.most && !ends.some((byte) => word.includes(byte)));
    const at = this.#memory.take(short.length * WORD_BYTES);
    const view = new DataView(this.#memory.buffer);
    for (const [index, bytes] of short.entries()) {
      const padding = Buffer.alloc(WORD.most - bytes.length);
      const word = Buffer.concat([bytes, padding]);
      const mask = Buffer.concat([Buffer.alloc(bytes.length, 0xff), padding]);
      const base = at + index * WORD_BYTES;
      for (const [half, place] of [0, 8].entries()) {
        view.setBigUint64(base + half * 16, word.readBigUInt64LE(place), true);
        view.setBigUint64(base + half * 16 + 8, mask.readBigUInt64LE(place), true);
      }
      view.setInt32(base + 32, bytes.length, true);
      view.setInt32(base + WORD.code, -1, true);
      this.#wordCodes.push(base + WORD.code);
    }
    return { at, count: short.length };
  }
}

function layOutRules(memory: PlainMemory, contract: Contract, columns: readonly ColumnBuilder[]): number {
  const at = memory.take(contract.rules.length * RULE_BYTES);
  const view = new DataView(memory.buffer);
  for (const [index, rule] of contract.rules.entries()) {
    const { kind, cells, within } = inCells(rule, contract);
    const cellsAt = memory.take(cells.length * RULE_CELL_BYTES);
    for (const [nth, name] of cells.entries()) {
      const column = columns[contract.columns.findIndex((candidate) => candidate.name === name)];
      if (column === undefined)
        throw new RangeError(`rule ${rule.code} names column ${name}, which is not there`);
      const isDecimal = column.type === 'decimal';
      const values = isDecimal ? column.decimals : column.integers;
      for (const [field, value] of [values.byteOffset, column.nulls.byteOffset, isDecimal ? 1 : 0].entries())
        view.setInt32(cellsAt + nth * RULE_CELL_BYTES + field * 4, value, true);
    }
    const base = at + index * RULE_BYTES;
    view.setInt32(base, kind, true);
    view.setInt32(base + 4, cells.length, true);
    view.setFloat64(base + RULE.within, within, true);
    view.setInt32(base + RULE.cells, cellsAt, true);
  }
  return at;
}

/** Which cells a rule looks at, in the order that the compiled code expects. */
function inCells(
  rule: RowRule,
  contract: Contract,
): { readonly kind: number; readonly cells: readonly string[]; readonly within: number } {
  const scaleOf = (name: string): number => {
    const column = contract.columns.find((candidate) => candidate.name === name);
    return column?.type === 'decimal' ? (column.scale ?? 0) : 0;
  };
  switch (rule.kind) {
    case 'descending':
      return { kind: RULE_KIND.descending, cells: rule.columns, within: 0 };
    case 'zero-when':
      return { kind: RULE_KIND.zeroWhen, cells: [rule.when, ...rule.columns], within: 0 };
    case 'present-when-positive':
      return { kind: RULE_KIND.presentWhenPositive, cells: [rule.of, rule.column], within: 0 };
    case 'adds-up':
      return {
        kind: RULE_KIND.addsUp,
        cells: [rule.total, ...rule.parts],
        within: unitsOf(rule.within, scaleOf(rule.total)),
      };
    case 'includes':
      return { kind: RULE_KIND.atMost, cells: [rule.part, rule.column], within: 0 };
    case 'at-most':
      return {
        kind: RULE_KIND.atMost,
        cells: [rule.column, rule.limit],
        within: unitsOf(rule.within, scaleOf(rule.column)),
      };
  }
}
