import { isBlank, MAX_RECORD_BYTES } from './json-cursor.ts';

// One document, or one object on each line? The first line and the beginning of the next one tell, also when the
// first line is itself broken: inside a document a line cannot begin with a brace unless the line before it ends in
// an opening mark, a comma or a colon.

export type JsonLayout = 'document' | 'lines';

/** The layout, or undefined while the bytes so far do not tell. `isWhole` is true when no more follow. */
export function jsonLayout(head: Uint8Array, isWhole: boolean): JsonLayout | undefined {
  const start = notBlankFrom(head, 0);
  const undecided = isWhole || head.length > MAX_RECORD_BYTES ? 'document' : undefined;
  if (start === head.length) return undecided;
  if (head[start] !== BRACE) return 'document';
  const newline = head.indexOf(NEWLINE, start);
  if (newline === -1) return undecided;
  const next = notBlankFrom(head, newline + 1);
  if (next === head.length) return undecided;
  const last = head.subarray(start, newline).findLast((byte) => !isBlank(byte)) ?? BRACE;
  if (head[next] === BRACE) return GOES_ON.includes(last) ? 'document' : 'lines';
  return isObject(head.subarray(start, newline)) ? 'lines' : 'document';
}

const BRACE = 0x7b;
const NEWLINE = 0x0a;
/** `[`, `{`, `,` and `:`. */
const GOES_ON = [0x5b, BRACE, 0x2c, 0x3a];

function notBlankFrom(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && isBlank(bytes[at] ?? 0)) at += 1;
  return at;
}

function isObject(line: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(line).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
