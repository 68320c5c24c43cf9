import { LINE_FEED } from './cells';

// Lines of a file that is to be cut, for LineCounter.

/** Lines that `skipLines` has counted. */
export let lines: i32 = 0;

/**
 * Counts lines, 16 bytes at a time, up to before the block with an empty line or the one in which they could become
 * `most`. There are neither quotation marks nor carriage returns from `from` to `end`; `isAtLineStart` says that a line
 * begins there. Returns where it stopped.
 */
export function skipLines(from: usize, end: usize, isAtLineStart: i32, most: i32): usize {
  let at = from;
  let count = 0;
  let before = isAtLineStart;
  while (at + 16 <= end) {
    const ends = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>LINE_FEED)));
    const lineEnds = popcnt(ends);
    if ((ends & ((ends << 1) | before)) != 0 || count + lineEnds >= most) break;
    count += lineEnds;
    before = (ends >> 15) & 1;
    at += 16;
  }
  lines = count;
  return at;
}
