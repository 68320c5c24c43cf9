import { isAscii, isUtf8 } from 'node:buffer';
import { damagedPart, otherEncoding } from './workbook-problems.ts';

// Bytes of an XML part -> its text, in pieces. Workbooks are UTF-8 in practice; anything else is refused in words
// rather than read wrongly.

/** Enough to hold the XML declaration. */
const BEGINNING_BYTES = 512;

export async function* xmlText(bytes: AsyncIterable<Uint8Array>, part: string): AsyncGenerator<string> {
  let held: Uint8Array = new Uint8Array();
  let hasBegun = false;
  for await (const piece of bytes) {
    const all = held.length === 0 ? piece : Buffer.concat([held, piece]);
    if (!hasBegun && all.length < BEGINNING_BYTES) {
      held = all;
      continue;
    }
    const start = hasBegun ? 0 : beginningOf(all, part);
    const end = wholeCharacters(all);
    hasBegun = true;
    held = all.subarray(end);
    yield decoded(all.subarray(start, end), part);
  }
  if (held.length > 0) yield decoded(held.subarray(hasBegun ? 0 : beginningOf(held, part)), part);
}

/** Where the text begins, behind a byte order mark. */
function beginningOf(bytes: Uint8Array, part: string): number {
  const [first, second, third] = bytes;
  const isUtf16 =
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0;
  if (isUtf16) throw otherEncoding(part, 'UTF-16');
  const start = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  const beginning = Buffer.from(bytes.subarray(start, BEGINNING_BYTES)).toString('latin1');
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(beginning)?.[1];
  if (declared !== undefined && !/^(?:utf-?8|us-ascii|ascii)$/i.test(declared)) {
    throw otherEncoding(part, declared);
  }
  return start;
}

/** How many of the bytes make whole characters; at most three are left over for the next piece. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < needed ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function decoded(bytes: Uint8Array, part: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw damagedPart(part, 'it is not valid UTF-8');
  return buffer.toString('utf8');
}
