import { beyondLimit, damagedPart } from './workbook-problems.ts';
import { holdsForbidden, unescapeExcel } from './xml-entities.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { xmlText } from './xml-text.ts';

// A workbook keeps each distinct text once and its cells point to it. The texts lie outside of the heap as UTF-8,
// so that a million of them cost what they weigh; those that come first, which recur most, are kept as strings.

export type StringLimits = { readonly maxStrings: number; readonly maxStringBytes: number };

/** Three texts in each row of a full sheet; what they may weigh fits beside everything else in a small instance. */
export const STRING_LIMITS: StringLimits = { maxStrings: 4_000_000, maxStringBytes: 192 * 1024 * 1024 };

/** The longest text that a cell of Excel can hold. */
export const LONGEST_CELL = 32_767;

const PAGE_BYTES = 1024 * 1024;
const KEPT = 16_384;

export class SharedStrings {
  readonly #limits: StringLimits;
  readonly #pages: Buffer[] = [];
  #used = PAGE_BYTES;
  #positions = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);
  readonly #kept: string[] = [];
  count = 0;

  constructor(limits: StringLimits = STRING_LIMITS) {
    this.#limits = limits;
  }

  add(text: string): void {
    const index = this.count;
    if (index >= this.#limits.maxStrings) throw tooMany(this.#limits);
    const bytes = Buffer.byteLength(text);
    if (this.#used + bytes > PAGE_BYTES) this.#addPage();
    const page = this.#pages.length - 1;
    this.#pages[page]?.write(text, this.#used);
    if (index >= this.#positions.length) this.#grow();
    this.#positions[index] = page * PAGE_BYTES + this.#used;
    // Text that is as long in bytes as in characters is ASCII, which decodes faster.
    this.#lengths[index] = bytes * 2 + (bytes === text.length ? 1 : 0);
    this.#used += bytes;
    this.count = index + 1;
    if (index < KEPT) this.#kept.push(this.#decode(index));
  }

  get(index: number): string | undefined {
    if (index < this.#kept.length) return this.#kept[index];
    return index < this.count ? this.#decode(index) : undefined;
  }

  #decode(index: number): string {
    const position = this.#positions[index] ?? 0;
    const length = this.#lengths[index] ?? 0;
    const page = this.#pages[Math.floor(position / PAGE_BYTES)];
    const start = position % PAGE_BYTES;
    const end = start + (length >> 1);
    return page?.toString((length & 1) === 1 ? 'latin1' : 'utf8', start, end) ?? '';
  }

  #addPage(): void {
    if ((this.#pages.length + 1) * PAGE_BYTES > this.#limits.maxStringBytes) throw tooMany(this.#limits);
    this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    this.#used = 0;
  }

  #grow(): void {
    const grown = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.#positions = grown(this.#positions);
    this.#lengths = grown(this.#lengths);
  }
}

export async function readSharedStrings(
  bytes: AsyncIterable<Uint8Array>,
  part: string,
  limits: StringLimits = STRING_LIMITS,
): Promise<SharedStrings> {
  const strings = new SharedStrings(limits);
  const scanner = new XmlScanner(part, new StringItems(part, strings));
  for await (const piece of xmlText(bytes, part)) {
    scanner.feed(piece);
    scanner.run();
  }
  scanner.end();
  return strings;
}

/** `<sst><si><t>text</t></si><si><r><t>rich </t></r><r><t>text</t></r></si></sst>`. */
class StringItems implements XmlHandler {
  readonly #part: string;
  readonly #strings: SharedStrings;
  readonly #path: string[] = [];
  #item = '';
  wantsText = false;
  readonly isFull = false;

  constructor(part: string, strings: SharedStrings) {
    this.#part = part;
    this.#strings = strings;
  }

  open(name: string): void {
    if (this.#path.length === 0 && name !== 'sst') throw damagedPart(this.#part, 'it holds no list of texts');
    if (this.wantsText) throw damagedPart(this.#part, 'there is an element within a text');
    this.#path.push(name);
    if (this.#path.length === 2 && name === 'si') this.#item = '';
    this.wantsText = isTextOfItem(this.#path);
  }

  close(name: string): void {
    this.#path.pop();
    this.wantsText = false;
    if (this.#path.length === 1 && name === 'si') this.#strings.add(cellText(this.#item, this.#part));
  }

  text(text: string): void {
    this.#item += text;
    if (this.#item.length > LONGEST_CELL * 8)
      throw damagedPart(this.#part, 'a text is longer than a cell can hold');
  }
}

/** Directly in an item or in one of its runs; how a text is to be pronounced (`rPh`) is no part of it. */
function isTextOfItem(path: readonly string[]): boolean {
  if (path.at(-1) !== 't' || path[1] !== 'si') return false;
  return path.length === 3 || (path.length === 4 && path[2] === 'r');
}

/** The text of a cell as a person sees it. */
export function cellText(raw: string, part: string): string {
  if (holdsForbidden(raw)) throw damagedPart(part, 'a text holds characters that XML does not allow');
  const text = unescapeExcel(raw);
  // Only Excel's own escapes can have made these: no text file could hold them.
  if (text.includes('\0') || !text.isWellFormed())
    throw damagedPart(part, 'a text holds a NUL character or half of a character');
  if (text.length > LONGEST_CELL) throw damagedPart(part, 'a text is longer than a cell can hold');
  return text;
}

function tooMany({ maxStrings, maxStringBytes }: StringLimits): Error {
  const megabytes = Math.floor(maxStringBytes / 1024 / 1024);
  return beyondLimit(
    `holds more distinct texts than can be kept at once (${maxStrings.toLocaleString('en-US')} texts or ${megabytes} MB)`,
  );
}
