// Text of one record -> its fields by dotted name. Not JSON.parse: that rounds numbers and silently drops the first
// of two equal names.

export type ReadRecord =
  | {
      readonly kind: 'fields';
      /** Text of each value: numbers as they were written, arrays as JSON. Names without a value are not in it. */
      readonly fields: ReadonlyMap<string, string>;
      /** Names whose value is null. */
      readonly nulls: readonly string[];
    }
  /** JSON, but no record. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** Not JSON. */
  | { readonly kind: 'broken'; readonly detail: string };

/** More than any honest record; each becomes a cell that somebody must look at. */
const MOST_FIELDS = 1_000;

/** Reads one JSON value, which is the whole text. The text is no deeper than the splitter allows. */
export function readRecord(text: string): ReadRecord {
  const parser = new RecordParser(text);
  try {
    parser.read();
  } catch (error) {
    if (error instanceof BrokenJson) return { kind: 'broken', detail: error.message };
    throw error;
  }
  if (parser.fault !== undefined) return { kind: 'malformed', detail: parser.fault };
  return { kind: 'fields', fields: parser.fields, nulls: parser.nulls };
}

class BrokenJson extends Error {
  override readonly name = 'BrokenJson';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
const BLANKS_BETWEEN = /"(?:[^"\\]|\\.)*"|[ \t\n\r]+/g;
const LITERALS = ['true', 'false', 'null'] as const;

class RecordParser {
  readonly fields = new Map<string, string>();
  readonly nulls: string[] = [];
  /** The first reason why it is no record, although it is JSON. */
  fault: string | undefined;
  readonly #text: string;
  readonly #names = new Set<string>();
  #namesRead = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    this.#skipBlanks();
    if (this.#text[this.#at] === '{') this.#object('');
    else {
      this.#value(undefined);
      this.fault ??= 'is not an object';
    }
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw new BrokenJson('has something after its end');
  }

  /** `name` is undefined inside an array, whose parts are no fields of their own. */
  #value(name: string | undefined): void {
    const mark = this.#text[this.#at];
    if (mark === '{') this.#object(name === undefined ? undefined : `${name}.`);
    else if (mark === '[') this.#array(name);
    else if (mark === '"') this.#field(name, this.#string());
    else this.#scalar(name);
  }

  #object(prefix: string | undefined): void {
    const keys = new Set<string>();
    this.#at += 1;
    this.#skipBlanks();
    if (this.#take('}')) return;
    do {
      this.#skipBlanks();
      if (this.#text.charCodeAt(this.#at) !== QUOTE)
        throw new BrokenJson('has a name without quotation marks');
      const key = this.#string();
      this.#namesRead += 1;
      if (keys.has(key)) this.#twice();
      keys.add(key);
      this.#skipBlanks();
      if (!this.#take(':')) throw new BrokenJson('has a name without a colon after it');
      this.#skipBlanks();
      this.#value(prefix === undefined ? undefined : prefix + key);
      this.#skipBlanks();
    } while (this.#take(','));
    if (!this.#take('}')) throw new BrokenJson('has an object that does not end where it should');
  }

  #array(name: string | undefined): void {
    const start = this.#at;
    this.#at += 1;
    this.#skipBlanks();
    if (!this.#take(']')) {
      do {
        this.#skipBlanks();
        this.#value(undefined);
        this.#skipBlanks();
      } while (this.#take(','));
      if (!this.#take(']')) throw new BrokenJson('has a list that does not end where it should');
    }
    if (name !== undefined) this.#field(name, withoutBlanks(this.#text.slice(start, this.#at)));
  }

  #scalar(name: string | undefined): void {
    NUMBER.lastIndex = this.#at;
    const literal =
      LITERALS.find((word) => this.#text.startsWith(word, this.#at)) ?? NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) throw new BrokenJson('has a value that is not JSON');
    this.#at += literal.length;
    if (literal !== 'null') this.#field(name, literal);
    else if (name !== undefined && this.#isNew(name)) this.nulls.push(name);
  }

  #field(name: string | undefined, value: string): void {
    if (name !== undefined && this.#isNew(name)) this.fields.set(name, value);
  }

  /** `a.b` is a name of its own and also what `b` inside `a` is called. */
  #isNew(name: string): boolean {
    if (this.#names.has(name)) this.#twice();
    this.#names.add(name);
    if (this.#names.size > MOST_FIELDS) this.fault ??= `has more than ${MOST_FIELDS} fields`;
    return this.fault === undefined;
  }

  /** Told by its place: where names are made of data, they may name a person. */
  #twice(): void {
    this.fault ??= `has one of its names twice (again as its name number ${this.#namesRead}), and nobody can tell which one counts`;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return escaped ? this.#unescaped(start, at + 1) : this.#text.slice(start + 1, at);
      }
      if (code < 0x20) throw new BrokenJson('has a line break or another control character inside a text');
      if (code === BACKSLASH) {
        escaped = true;
        at += 1;
      }
    }
    throw new BrokenJson('has a quotation mark that is never closed');
  }

  #unescaped(start: number, end: number): string {
    let text: unknown;
    try {
      text = JSON.parse(this.#text.slice(start, end));
    } catch {
      // The only thing that can be wrong with it by now.
      throw new BrokenJson('has an escape that JSON does not know');
    }
    const value = String(text);
    if (!value.isWellFormed()) this.fault ??= 'has an escape of half a character';
    if (value.includes('\0')) this.fault ??= 'has a NUL character inside a text';
    return value;
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0;
  }
}

/** The same list has the same text, however it was laid out. */
function withoutBlanks(json: string): string {
  return json.replaceAll(BLANKS_BETWEEN, (part) => (part.startsWith('"') ? part : ''));
}
