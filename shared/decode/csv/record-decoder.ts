import type { Contract } from '../../contracts/contract.ts';
import { BATCH_RECORDS } from '../column-batch.ts';
import { MOST_TEXT_BYTES, type PartBuilder } from '../part-builder.ts';
import { rowCheck } from '../row-checks.ts';
import { isWatched, untilWatched } from '../suspect-watch.ts';
import { CELL, type CellPlan, ignoredCell, planOf } from './cell-plan.ts';
import {
  CARRIAGE_RETURN,
  LINE_FEED,
  MOST_RECORD_BYTES,
  QUOTE,
  STRAY_QUOTE,
  TEXT_AFTER_QUOTE,
} from './dialect.ts';
import type { UnfinishedPart } from './finish-part.ts';
import { readBoolean, readDate, readDecimal, readInteger, takeText, takeWord } from './plain-cells.ts';
import { INPUT_BYTES, MOST_CELLS, type PlainMemory } from './plain-memory.ts';
import { type OddRecord, PlainRecords } from './plain-records.ts';
import { type CellStarts, RecordAtHand } from './record-at-hand.ts';
import { takeUnfinished } from './take-unfinished.ts';

// Bytes of CSV -> rows of a part. docs/decisions/csv-structure.md says what it does with each fault of structure.

/** Where the columns of a contract are in the records of one file. */
export type Layout = {
  readonly delimiter: number;
  /** Cells of a record. */
  readonly width: number;
  /** Position of each contract column that is there. */
  readonly positions: ReadonlyMap<string, number>;
  readonly unexpected: readonly { readonly name: string; readonly position: number }[];
};

/** Bytes in memory; `bytes[end]` is a line feed that does not belong to them, and some bytes follow it. */
export type Stretch = {
  readonly bytes: Buffer;
  readonly end: number;
  /** Nothing comes after them. */
  readonly isLast: boolean;
  /** Where `bytes[0]` is in the file. */
  readonly offset: number;
};

/** Why it stopped: out of whole records, a part is full, or nobody can tell where the next record begins. */
export type Stop = 'more' | 'part' | 'unclosed-quote' | 'record-too-long';

/** What a byte means outside of quotation marks. */
const ORDINARY = 0;
const QUOTES = 1;
const ENDS_CELL = 2;
const ENDS_RECORD = 3;

/** In place of the end of a record. */
const INCOMPLETE = -1;
const UNCLOSED = -2;
const TOO_LONG = -3;

export class RecordDecoder {
  /** Where the next record begins, or the line ends before it. */
  at = 0;
  /** Number of the last record. */
  record: number;
  /** Line of the file at `at`; the header is on line 1. */
  line: number;
  /** Has a quotation mark been out of place? */
  hasMalformed = false;

  readonly #builder: PartBuilder;
  readonly #contract: Contract;
  readonly #layout: Layout;
  readonly #partRecords: number;
  /** One for each position of a record, and one for all positions beyond. */
  readonly #plans: readonly CellPlan[];
  readonly #wordPlans: readonly CellPlan[];
  /** Columns that the file lacks: those that have no value then, and those that should have one. */
  readonly #absent: readonly number[];
  readonly #absentUnread: readonly number[];
  readonly #classes = new Uint8Array(256);
  readonly #keepsRules: (row: number) => boolean;
  readonly #row: RecordAtHand;
  /** Where the cells of the record under way begin. */
  readonly #starts: Int32Array;
  readonly #cells: CellStarts & { start: number };
  readonly #unread: number[] = [];
  readonly #plain: PlainRecords | undefined;
  /** Line ends inside the quotation marks of the record under way. */
  #innerLines = 0;
  #hasDoubledQuote = false;
  #byteBefore = LINE_FEED;
  #partBytes = 0;
  /** None of the records from the next one up to this one is set aside. */
  #keptUpTo = 0;

  constructor(
    builder: PartBuilder,
    contract: Contract,
    layout: Layout,
    from: {
      readonly record: number;
      readonly line: number;
      readonly partRecords?: number;
      /** That of the builder's batch, where compiled code is to read the plain records. */
      readonly memory?: PlainMemory | undefined;
    },
  ) {
    const { delimiter, width, positions } = layout;
    this.#builder = builder;
    this.#contract = contract;
    this.#layout = layout;
    this.#partRecords = Math.min(from.partRecords ?? BATCH_RECORDS, BATCH_RECORDS);
    this.record = from.record;
    this.line = from.line;
    const [anyColumn] = builder.batch.columns;
    if (anyColumn === undefined) throw new RangeError(`contract ${contract.name} has no columns`);
    const plans = Array.from({ length: width + 1 }, () => ignoredCell(anyColumn));
    const absent: number[] = [];
    const absentUnread: number[] = [];
    for (const [index, column] of contract.columns.entries()) {
      const target = builder.batch.columns[index] ?? anyColumn;
      const plan = planOf(column, index, target, delimiter);
      const position = positions.get(column.name);
      if (position !== undefined) plans[position] = plan;
      else if (plan.isEmptyNull) absent.push(index);
      else absentUnread.push(index);
    }
    this.#plans = plans;
    this.#wordPlans = plans.filter(({ kind }) => kind === CELL.word);
    this.#absent = absent;
    this.#absentUnread = absentUnread;
    this.#classes[LINE_FEED] = ENDS_RECORD;
    this.#classes[CARRIAGE_RETURN] = ENDS_RECORD;
    this.#classes[delimiter] = ENDS_CELL;
    this.#classes[QUOTE] = QUOTES;
    this.#keepsRules = rowCheck(contract, builder.batch);
    this.#starts = new Int32Array(width + 2);
    this.#cells = { start: 0, starts: this.#starts, shift: 0 };
    this.#row = new RecordAtHand(plans, contract.columns.length);
    if (from.memory !== undefined && absentUnread.length === 0 && width <= MOST_CELLS) {
      const { columns } = builder.batch;
      this.#plain = new PlainRecords(from.memory, contract, plans.slice(0, width), { delimiter, columns });
    }
    this.#beginPart();
  }

  /** The part so far; the next one begins with the next record. */
  takePart(): UnfinishedPart {
    const part = takeUnfinished(this.#builder, this.#contract);
    this.#beginPart();
    return part;
  }

  #beginPart(): void {
    for (const index of this.#absent) this.#builder.batch.columns[index]?.setAllNull();
    for (const { wordCodes } of this.#wordPlans) wordCodes.fill(-1);
    this.#plain?.beginPart();
    this.#partBytes = 0;
  }

  /** Reads whole records from `at` on until it has to stop. */
  decode(stretch: Stretch): Stop {
    this.#plain?.forget();
    this.#keptUpTo = this.record;
    for (;;) {
      const start = this.skipLineEnds(stretch);
      if (start >= stretch.end) return 'more';
      if (this.#readPlain(stretch, start)) {
        if (this.#isPartFull()) return 'part';
        continue;
      }
      const recordEnd = this.#readRecord(stretch, start);
      if (recordEnd < 0) return this.#stopAt(stretch, start, recordEnd);
      this.at = recordEnd;
      this.#partBytes += recordEnd - start;
      if (this.#isPartFull()) return 'part';
    }
  }

  /** Reads the plain records that come next, as far as nobody has to look at them one by one, and the one behind them. */
  #readPlain(stretch: Stretch, start: number): boolean {
    const plain = this.#plain;
    const most = plain === undefined ? 0 : this.#mostPlain();
    if (plain === undefined || most === 0) return false;
    const builder = this.#builder;
    const count = plain.read(stretch, start, builder.batch.rows, most);
    const { odd } = plain;
    if (count === 0 && odd === undefined) return false;
    builder.acceptRows(this.record + 1, count);
    this.record += count;
    this.at = odd?.end ?? plain.end;
    this.#partBytes += this.at - start;
    // The line end behind the last one is looked at by whoever reads on.
    this.line += odd === undefined ? count - 1 : count;
    if (odd !== undefined) this.#endOdd(stretch, odd);
    return true;
  }

  #endOdd(stretch: Stretch, odd: OddRecord): void {
    this.#unread.length = 0;
    for (let index = 0; index < odd.unreadCells; index += 1) this.#unread.push(odd.unread[index] as number);
    this.#innerLines = 0;
    this.#endRecord(stretch, odd, this.#layout.width, this.#builder.batch.rows);
  }

  /** How many records may be read without looking whether the part is full, or whether one of them is a special one. */
  #mostPlain(): number {
    const builder = this.#builder;
    if (
      this.#partBytes + INPUT_BYTES > MOST_TEXT_BYTES &&
      builder.batch.textBytes + INPUT_BYTES > MOST_TEXT_BYTES
    )
      return 0;
    const room = this.#partRecords - builder.records;
    const unwatched = this.#layout.unexpected.length > 0 ? untilWatched(this.record + 1) : room;
    const most = Math.min(room, unwatched);
    if (builder.isSetAside === undefined) return most;
    let keptUpTo = Math.max(this.#keptUpTo, this.record);
    while (keptUpTo < this.record + most && !builder.isSetAside(keptUpTo + 1)) keptUpTo += 1;
    this.#keptUpTo = keptUpTo;
    return Math.min(most, keptUpTo - this.record);
  }

  /** Distinct texts are no larger than the bytes that they come from, so they are rarely asked for their size. */
  #isPartFull(): boolean {
    const { records } = this.#builder;
    return records >= this.#partRecords || (this.#partBytes > MOST_TEXT_BYTES && this.#builder.isFull);
  }

  /** Line ends and blank lines. CR and LF together count as one line. */
  skipLineEnds({ bytes, end }: Stretch): number {
    let at = this.at;
    let before = this.#byteBefore;
    let { line } = this;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte === LINE_FEED) {
        if (before !== CARRIAGE_RETURN) line += 1;
      } else if (byte === CARRIAGE_RETURN) line += 1;
      else break;
      before = byte;
      at += 1;
    }
    // Between two records stands a line end, and only the first of its bytes is looked at from another one.
    this.#byteBefore = at < end ? LINE_FEED : before;
    this.line = line;
    this.at = at;
    return at;
  }

  #stopAt({ end, isLast }: Stretch, start: number, why: number): Stop {
    if (why === TOO_LONG || end - start > MOST_RECORD_BYTES) return 'record-too-long';
    return why === UNCLOSED && isLast ? 'unclosed-quote' : 'more';
  }

  /** Reads one record into the batch. Returns where it ends, or why it cannot be read yet. */
  #readRecord(stretch: Stretch, start: number): number {
    const { bytes, end, isLast } = stretch;
    const classes = this.#classes;
    const plans = this.#plans;
    const starts = this.#starts;
    const unread = this.#unread;
    const { width } = this.#layout;
    const row = this.#builder.batch.rows;
    // To set the length costs as much as two cells, even if it stays as it is.
    if (unread.length > 0) unread.length = 0;
    this.#innerLines = 0;
    let position = 0;
    let at = start;
    for (;;) {
      const plan = plans[position < width ? position : width] as CellPlan;
      if (position <= width) starts[position] = at;
      let stop = at;
      let isRead = false;
      let meaning = classes[bytes[at] as number] as number;
      if (meaning === ORDINARY) {
        if (plan.kind >= CELL.text || plan.kind === CELL.ignored) {
          do {
            stop += 1;
            meaning = classes[bytes[stop] as number] as number;
          } while (meaning === ORDINARY);
          if (meaning === QUOTES) return this.#malformed(stretch, start, stop, STRAY_QUOTE);
          // Half a text is not to be kept among the texts.
          if (stop >= end && !isLast) return INCOMPLETE;
          isRead = readText(plan, bytes, at, stop, row);
        } else {
          stop = readNumber(plan, bytes, at, row);
          isRead = stop !== -1;
          meaning = isRead ? (classes[bytes[stop] as number] as number) : ORDINARY;
          if (meaning < ENDS_CELL) {
            isRead = false;
            stop = at;
            while (meaning === ORDINARY) {
              stop += 1;
              meaning = classes[bytes[stop] as number] as number;
            }
            if (meaning === QUOTES) {
              while (bytes[stop] !== QUOTE) stop += 1;
              return this.#malformed(stretch, start, stop, STRAY_QUOTE);
            }
          }
        }
      } else if (meaning === QUOTES) {
        const close = this.#closingQuote(bytes, at + 1, end);
        if (close === -1) return UNCLOSED;
        stop = close + 1;
        if (stop >= end && !isLast) return INCOMPLETE;
        meaning = classes[bytes[stop] as number] as number;
        if (meaning < ENDS_CELL) return this.#malformed(stretch, start, stop, TEXT_AFTER_QUOTE);
        isRead = !this.#hasDoubledQuote && readQuoted(plan, bytes, at + 1, close, row);
      } else {
        isRead = takeEmpty(plan, row);
      }
      if (!isRead && plan.column !== -1) unread.push(plan.column);
      position += 1;
      if (meaning === ENDS_CELL) {
        at = stop + 1;
        continue;
      }
      if (stop >= end && !isLast) return INCOMPLETE;
      if (stop - start > MOST_RECORD_BYTES) return TOO_LONG;
      if (position <= width) starts[position] = stop + 1;
      this.#cells.start = start;
      this.#endRecord(stretch, this.#cells, position, row);
      return stop;
    }
  }

  #endRecord(
    stretch: Stretch,
    at: CellStarts & { readonly start: number },
    cells: number,
    row: number,
  ): void {
    const builder = this.#builder;
    const { width, unexpected } = this.#layout;
    this.record += 1;
    this.line += this.#innerLines;
    const unread = this.#unread;
    for (const index of this.#absentUnread) unread.push(index);
    const hasUnread = unread.length > 0;
    const isSeen = unexpected.length > 0 && isWatched(this.record);
    const isSetAside = builder.isSetAside !== undefined && builder.isSetAside(this.record);
    const isPlain = cells === width && !hasUnread && !isSetAside && this.#keepsRules(row);
    if (isPlain && !isSeen) {
      builder.acceptRow(this.record);
      return;
    }
    const record = this.#row.become(stretch, at.start, this.record, at);
    if (cells !== width) {
      const message = `row ${this.record} has ${cells} ${cells === 1 ? 'cell' : 'cells'}, the header has ${width}`;
      builder.rejectRecord(record, 'ragged-row', message, () => this.#namedCells(cells));
      return;
    }
    if (isSeen) {
      for (const { name, position } of unexpected)
        builder.seeUnexpected(this.record, name, record.textAt(position));
    }
    if (isPlain) builder.acceptRow(this.record);
    else builder.judgeRow(record, inOrder(unread));
  }

  /** The cells of a record that has too few or too many of them. */
  #namedCells(cells: number): Record<string, string> {
    const named: Record<string, string> = {};
    for (const [name, position] of this.#layout.positions) {
      if (position < cells) named[name] = this.#row.textAt(position);
    }
    return named;
  }

  /** Where the cell's quotation marks close; -1 when they do not, as far as the bytes go. */
  #closingQuote(bytes: Uint8Array, start: number, end: number): number {
    this.#hasDoubledQuote = false;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        if (bytes[at + 1] !== QUOTE) return at;
        this.#hasDoubledQuote = true;
        at += 1;
      } else if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && bytes[at - 1] !== CARRIAGE_RETURN)) {
        this.#innerLines += 1;
      }
    }
    return -1;
  }

  /** From a quotation mark out of place on, the record is taken literally up to the line end. */
  #malformed(stretch: Stretch, start: number, fault: number, what: string): number {
    const { bytes, end, isLast } = stretch;
    let stop = fault;
    while (this.#classes[bytes[stop] as number] !== ENDS_RECORD) stop += 1;
    if (stop >= end && !isLast) return INCOMPLETE;
    if (stop - start > MOST_RECORD_BYTES) return TOO_LONG;
    this.record += 1;
    this.line += this.#innerLines;
    this.hasMalformed = true;
    const place = { record: this.record, offset: stretch.offset + start };
    const message = `row ${this.record}: line ${this.line} has ${what}`;
    this.#builder.rejectRecord(place, 'malformed-row', message);
    return stop;
  }
}

function readNumber(plan: CellPlan, bytes: Uint8Array, at: number, row: number): number {
  switch (plan.kind) {
    case CELL.decimal:
      return readDecimal(bytes, at, plan, row);
    case CELL.integer:
      return readInteger(bytes, at, plan, row);
    case CELL.date:
      return readDate(bytes, at, plan, row);
    default:
      return readBoolean(bytes, at, plan, row);
  }
}

function readText(plan: CellPlan, bytes: Uint8Array, start: number, end: number, row: number): boolean {
  if (plan.kind === CELL.text) return takeText(bytes, start, end, plan, row);
  return plan.kind === CELL.ignored || takeWord(bytes, start, end, plan, row);
}

/** What stands between two quotation marks. */
function readQuoted(plan: CellPlan, bytes: Uint8Array, start: number, end: number, row: number): boolean {
  if (start === end) return takeEmpty(plan, row);
  if (plan.kind >= CELL.text || plan.kind === CELL.ignored) return readText(plan, bytes, start, end, row);
  return readNumber(plan, bytes, start, row) === end;
}

/** In the order of the contract, as the reference judges cells. */
function inOrder(columns: number[]): readonly number[] {
  return columns.length > 1 ? columns.sort((a, b) => a - b) : columns;
}

function takeEmpty(plan: CellPlan, row: number): boolean {
  if (plan.isEmptyNull && plan.kind !== CELL.ignored) plan.builder.setNull(row);
  return plan.isEmptyNull;
}
