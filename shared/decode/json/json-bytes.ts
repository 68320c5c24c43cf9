import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../domain/problem.ts';

// The bytes of a JSON file, checked to be UTF-8 on the way: what comes out has no byte order mark, no NUL and no
// broken character, and each byte is still at its place in the file.

export type JsonFindings = { byteOrderMark: boolean };

/** Thrown inside the stream, caught by the reader: the file is not JSON that can be split into records. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly problem: Problem;
  constructor(code: Problem['code'], message: string) {
    super(message);
    this.problem = { code, severity: 'error', message };
  }
}

const SIGNATURE_BYTES = 4;
const ADVICE = 'Nothing was read. Save the file as JSON in UTF-8 and drop it again.';

/** Throws NotJson on UTF-16, a NUL byte, a known binary format or bytes that are not UTF-8. */
export async function* jsonBytes(
  source: AsyncIterable<Uint8Array>,
  findings: JsonFindings,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let head: Uint8Array | undefined = new Uint8Array(0);
  let cut: Uint8Array = new Uint8Array(0);
  for await (const chunk of source) {
    let bytes: Uint8Array = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < SIGNATURE_BYTES) continue;
      bytes = withoutMark(head, findings);
      head = undefined;
    }
    cut = checkText(cut, bytes, offset);
    offset += bytes.length;
    yield bytes;
  }
  if (head !== undefined && head.length > 0) {
    const bytes = withoutMark(head, findings);
    cut = checkText(cut, bytes, offset);
    yield bytes;
    offset += bytes.length;
  }
  if (cut.length > 0) throw notUtf8(offset - cut.length);
}

/** A byte order mark becomes three blanks, which JSON allows, so that no byte moves. */
function withoutMark(head: Uint8Array, findings: JsonFindings): Uint8Array {
  refuseOtherFormats(head);
  if (head[0] !== 0xef || head[1] !== 0xbb || head[2] !== 0xbf) return head;
  findings.byteOrderMark = true;
  const bytes = Uint8Array.from(head);
  bytes.fill(0x20, 0, 3);
  return bytes;
}

function refuseOtherFormats(head: Uint8Array): void {
  const [a = -1, b = -1, c = -1, d = -1] = head;
  const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  if (marked || (a === 0) !== (b === 0)) {
    throw new NotJson('wrong-encoding', `The file is UTF-16 or UTF-32, not UTF-8. ${ADVICE}`);
  }
  const signature = String.fromCharCode(...[a, b, c, d].map((byte) => Math.max(byte, 0)));
  const formats = { 'PK\u0003\u0004': 'a ZIP or Excel file', PAR1: 'a Parquet file', '%PDF': 'a PDF' };
  const format = Object.entries(formats).find(([start]) => start === signature)?.[1];
  const found = a === 0x1f && b === 0x8b ? 'a gzip file' : format;
  if (found !== undefined)
    throw new NotJson('unsupported-format', `The file is ${found}, not JSON. ${ADVICE}`);
}

/** The end of `bytes` when it is a character that the next chunk completes. `cut` is that of the chunk before. */
function checkText(cut: Uint8Array, bytes: Uint8Array, offset: number): Uint8Array {
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw new NotJson('wrong-encoding', `The file has a NUL byte at byte ${offset + nul}. ${ADVICE}`);
  }
  const text = cut.length === 0 ? bytes : Buffer.concat([cut, bytes]);
  const end = text.length - unfinished(text);
  if (isUtf8(text.subarray(0, end))) return text.slice(end);
  throw notUtf8(offset - cut.length + firstFault(text.subarray(0, end)));
}

/** How many bytes at the end are the beginning of a character that goes on. */
function unfinished(text: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, text.length); back += 1) {
    const byte = text[text.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** Halves the text until the byte is found: the part before it is UTF-8, but for a character that is cut. */
function firstFault(text: Uint8Array): number {
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const part = text.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - unfinished(part)))) good = middle;
    else bad = middle;
  }
  return bad - 1;
}

function notUtf8(at: number): NotJson {
  return new NotJson('wrong-encoding', `The file has bytes that are not UTF-8 near byte ${at}. ${ADVICE}`);
}
