import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../domain/problem.ts';
import { CARRIAGE_RETURN, LINE_FEED } from './dialect.ts';

// Is it UTF-8? And if not: where not, and what is it instead?

const ADVICE = 'Nothing was read. Save the file as CSV UTF-8 and drop it again.';

/**
 * Where `bytes[start..end]` stops being text in UTF-8, or -1. A character that is cut off at the end is sound unless
 * nothing comes after it.
 */
export function encodingFault(bytes: Uint8Array, start: number, end: number, isLast: boolean): number {
  const whole = isLast ? end : wholeCharacters(bytes, start, end);
  const text = bytes.subarray(start, whole);
  const nul = text.indexOf(0);
  if (nul === -1 && isUtf8(text)) return -1;
  const broken = brokenCharacter(bytes, start, whole);
  return broken !== -1 && (nul === -1 || broken < start + nul) ? broken : start + nul;
}

/** Where the last character begins when it is cut off; the end when it is not. */
export function wholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= Math.max(start, end - 3); at -= 1) {
    const byte = bytes[at] as number;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return at + lengthOf(byte) > end ? at : end;
  }
  return end;
}

/** What is wrong at the byte where text in UTF-8 ends. `isCutOff`: the file ends within a character. */
export function wrongEncoding(byte: number, isCutOff: boolean, line: number): Problem {
  if (byte === 0) return notUtf8(`has a NUL byte on line ${line}`);
  if (isCutOff) return notUtf8(`ends within a character of UTF-8 near line ${line}`);
  return notUtf8(`has bytes that are not UTF-8 near line ${line}; they may well be Windows-1252 (Latin-1)`);
}

/** Encodings of two bytes, which show at the very beginning. */
export function wideEncoding(head: Uint8Array): Problem | undefined {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return notUtf8('is UTF-16 (little-endian), not UTF-8');
  if (a === 0xfe && b === 0xff) return notUtf8('is UTF-16 (big-endian), not UTF-8');
  const isNul = [a, b, c, d].map((byte) => byte === 0).join();
  if (isNul === 'false,true,false,true') {
    return notUtf8('is UTF-16 (little-endian, without a byte order mark), not UTF-8');
  }
  if (isNul === 'true,false,true,false') {
    return notUtf8('is UTF-16 (big-endian, without a byte order mark), not UTF-8');
  }
  return undefined;
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'a ZIP or Excel file'],
  ['PAR1', 'a Parquet file'],
  ['%PDF', 'a PDF'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Excel file (.xls) or one with a password'],
  ['\u001f\u008b', 'a gzip file'],
];

/** Formats that are told by their first bytes. */
export function otherFormat(head: Uint8Array): Problem | undefined {
  const first = Buffer.from(head.subarray(0, 4)).toString('latin1');
  const found = SIGNATURES.find(([signature]) => first.startsWith(signature));
  if (found === undefined) return undefined;
  return {
    code: 'unsupported-format',
    severity: 'error',
    message: `The file is ${found[1]}, not CSV. Nothing was read. Export it as CSV UTF-8 and drop it again.`,
  };
}

/** Line ends: CR and LF together are one. */
export function countLineEnds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (
      byte === CARRIAGE_RETURN ||
      (byte === LINE_FEED && (at === start || bytes[at - 1] !== CARRIAGE_RETURN))
    ) {
      count += 1;
    }
  }
  return count;
}

function notUtf8(what: string): Problem {
  return { code: 'wrong-encoding', severity: 'error', message: `The file ${what}. ${ADVICE}` };
}

/** Start of the first character that is not well-formed by the Unicode standard's table 3-7; -1 when all are. */
function brokenCharacter(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const lead = bytes[at] as number;
    const length = lengthOf(lead);
    if (length === 0 || at + length > end) return at;
    for (let next = 1; next < length; next += 1) {
      const byte = bytes[at + next] as number;
      const low = next > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = next > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < low || byte > high) return at;
    }
    at += length;
  }
  return -1;
}

/** Bytes of a character by its first one; 0 when none begins so. */
function lengthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
