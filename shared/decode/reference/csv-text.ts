import type { Problem } from '../../domain/problem.ts';

// Bytes -> text for CSV: strict UTF-8, byte order mark removed, everything else refused with the place.

export type TextFindings = { byteOrderMark: boolean };

/** Thrown inside the stream, caught by the reader: the file is not text that we accept. */
export class NotCsvText extends Error {
  override readonly name = 'NotCsvText';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const NEWLINE = 10;
const SIGNATURE_BYTES = 4;
const ADVICE = 'Nothing was read. Save the file as CSV UTF-8 and drop it again.';

/** Decodes chunk by chunk. Throws NotCsvText on UTF-16, a NUL byte, a known binary format or invalid UTF-8. */
export async function* csvText(
  source: AsyncIterable<Uint8Array>,
  findings: TextFindings,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let first = true;
  for await (const chunk of withWholeSignature(source)) {
    if (first) refuseOtherFormats(chunk);
    const nul = chunk.indexOf(0);
    if (nul !== -1) throw notText(`has a NUL byte on line ${line + countNewlines(chunk.subarray(0, nul))}`);
    let text = decode(decoder, chunk, line);
    if (first && text.startsWith('\uFEFF')) {
      findings.byteOrderMark = true;
      text = text.slice(1);
    }
    line += countNewlines(chunk);
    first = false;
    if (text.length > 0) yield text;
  }
  decode(decoder, undefined, line);
}

/** The same bytes; the first chunk holds as many as a signature or a byte order mark has, if there are so many. */
async function* withWholeSignature(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of source) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < SIGNATURE_BYTES) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Uint8Array | undefined,
  line: number,
): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    // There is nothing else that a decoder throws for; its TypeError may be that of another realm.
    const within = chunk === undefined ? line : line + newlinesBeforeFault(chunk);
    throw notText(`has bytes that are not UTF-8 near line ${within}`);
  }
}

function refuseOtherFormats(chunk: Uint8Array): void {
  const [a, b, c, d] = chunk;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) throw notText('is UTF-16, not UTF-8');
  const signature = String.fromCharCode(a ?? 0, b ?? 0, c ?? 0, d ?? 0);
  const format = { 'PK\u0003\u0004': 'a ZIP or Excel file', PAR1: 'a Parquet file', '%PDF': 'a PDF' }[
    signature
  ];
  if (format !== undefined) {
    const message = `The file is ${format}, not CSV. Nothing was read. Export it as CSV UTF-8 and drop it again.`;
    throw new NotCsvText({ code: 'unsupported-format', severity: 'error', message });
  }
}

function notText(what: string): NotCsvText {
  return new NotCsvText({
    code: 'wrong-encoding',
    severity: 'error',
    message: `The file ${what}. ${ADVICE}`,
  });
}

function countNewlines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Lines of the chunk that decode: the fault is on the one after them. */
function newlinesBeforeFault(chunk: Uint8Array): number {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  let start = 0;
  for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
    try {
      strict.decode(chunk.subarray(start, end));
    } catch {
      return lines;
    }
    lines += 1;
    start = end + 1;
  }
  return lines;
}
