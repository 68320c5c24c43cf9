import {
  beginCells,
  CARRIAGE_RETURN,
  delimiter,
  endInputAt,
  LINE_FEED,
  NOT_PLAIN,
  Plan,
  PLAN_BYTES,
  QUOTE,
  readCell,
  textEnd,
} from './cells';
import { beginRules, keepsRules } from './row-rules';

export { lines, skipLines } from './line-ends';
export { beginTexts, codeOf, takeUsed, textsEnd } from './texts';

// Plain records: all cells in the form that nearly all cells have, and no row rule broken. Reads as many of them as come
// one after the other and stops before the first record that is anything else, which RecordDecoder reads then: so nothing
// here has to be right about odd records, only about which ones are not. Eight bytes at a time instead of one, and without
// a call for each cell: docs/decisions/speed.md has the figures.
//
// AssemblyScript: `npm run build:wasm` compiles it. PlainRecords lays the memory out.

let plans: usize = 0;
let width: i32 = 0;
/** Where each cell of the record under way begins, and the columns of those that are not plain. */
let starts: usize = 0;
let unread: usize = 0;

/** Where the last plain record ends. */
let recordEnd: usize = 0;

/**
 * The record behind the last plain one has been read as well: it has as many cells as it should, of which so many are
 * not plain, or it breaks a rule. -1 when it has to be read otherwise.
 */
let unreadCells: i32 = -1;
let oddStart: usize = 0;
let oddEnd: usize = 0;

/** Where those four are left to be looked at, 32 bits each: an exported number takes a call. */
const FOUND: usize = 64;

export function begin(
  plansAt: usize,
  cells: i32,
  rulesAt: usize,
  ruleTotal: i32,
  delimiterByte: u32,
  nullWordBytes: usize,
  startsAt: usize,
  unreadAt: usize,
): void {
  plans = plansAt;
  width = cells;
  beginRules(rulesAt, ruleTotal);
  beginCells(delimiterByte, nullWordBytes);
  starts = startsAt;
  unread = unreadAt;
}

/**
 * Reads plain records from `from` on into the rows from `firstRow` on. `end` is where the bytes end; a line feed stands
 * there, and 32 bytes follow it. Returns how many were read.
 */
export function read(from: usize, end: usize, firstRow: i32, mostRows: i32): i32 {
  const count = readRecords(from, end, firstRow, mostRows);
  store<i32>(FOUND, <i32>recordEnd);
  store<i32>(FOUND + 4, unreadCells);
  store<i32>(FOUND + 8, <i32>oddStart);
  store<i32>(FOUND + 12, <i32>oddEnd);
  return count;
}

function readRecords(from: usize, end: usize, firstRow: i32, mostRows: i32): i32 {
  let row = firstRow;
  const lastRow = firstRow + mostRows;
  const plansEnd = plans + <usize>width * PLAN_BYTES;
  let at = from;
  endInputAt(end);
  unreadCells = -1;
  while (row < lastRow) {
    const start = at;
    let plan = plans;
    let startOfCell = starts;
    let oddCells = 0;
    let byte: u32 = 0;
    do {
      store<i32>(startOfCell, <i32>at);
      startOfCell += 4;
      let cellEnd = readCell(changetype<Plan>(plan), at, row);
      byte = cellEnd == NOT_PLAIN ? 0 : load<u8>(cellEnd);
      if (byte != delimiter && byte != LINE_FEED && byte != CARRIAGE_RETURN) {
        cellEnd = textEnd(at);
        byte = load<u8>(cellEnd);
        // What quotation marks mean is for others to say.
        if (byte == QUOTE) return row - firstRow;
        const column = changetype<Plan>(plan).column;
        if (column != -1) {
          store<i32>(unread + (<usize>oddCells << 2), column);
          oddCells += 1;
        }
      }
      plan += PLAN_BYTES;
      at = cellEnd;
      if (byte != delimiter) break;
      at += 1;
    } while (plan < plansEnd);
    if (plan != plansEnd || byte == delimiter || at >= end) break;
    if (oddCells > 0 || !keepsRules(row)) {
      store<i32>(startOfCell, <i32>at + 1);
      unreadCells = oddCells;
      oddStart = start;
      oddEnd = at;
      break;
    }
    recordEnd = at;
    row += 1;
    at += 1;
    if (byte == CARRIAGE_RETURN && load<u8>(at) == LINE_FEED) at += 1;
    if (at >= end) break;
    // Blank lines are counted elsewhere.
    const next: u32 = load<u8>(at);
    if (next == LINE_FEED || next == CARRIAGE_RETURN) break;
  }
  return row - firstRow;
}
