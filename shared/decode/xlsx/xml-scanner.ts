import { damagedPart, documentType } from './workbook-problems.ts';
import { unescapeXml } from './xml-entities.ts';

// A scanner for the two large parts of a workbook, sheets and shared strings. It takes XML as Excel and its kin
// write it: elements, attributes in any order and quoting, prefixes, comments, CDATA, instructions; no document
// type. It stops where its handler asks it to, so that a sheet is read in bounded memory.

export interface XmlHandler {
  /** An element begins; its name comes without its prefix. Its attributes can be asked for until the call returns. */
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  /** Called only while `wantsText`. Text may come in several pieces. */
  text(text: string): void;
  readonly wantsText: boolean;
  /** Set by the handler to make the scanner stop after the tag at hand. */
  readonly isFull: boolean;
}

export interface XmlAttributes {
  /** By the name as it is written: the attributes of rows and cells have no prefix. */
  attribute(name: string): string | undefined;
}

/** Longer than any honest tag, comment or text of a cell, even with each character escaped. */
const LONGEST_TOKEN = 1024 * 1024;
const DEEPEST = 64;
/** A sheet's root declares a dozen namespaces; nothing else has as many. Each is compared with all before it. */
const MOST_ATTRIBUTES = 64;

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [9, 10, 13, 32] as const;
const [EXCLAMATION, QUOTE, APOSTROPHE, SLASH, LESS, EQUALS, GREATER, QUESTION] = [
  33, 34, 39, 47, 60, 61, 62, 63,
] as const;

/** `c`, `r`, `v`, `t`: most names of a sheet are one letter, and need not be cut out each time. */
const LETTERS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

export class XmlScanner implements XmlAttributes {
  readonly #part: string;
  readonly #handler: XmlHandler;
  #text = '';
  #at = 0;
  /** Nothing in the text at hand has to be unescaped. Most pieces of a sheet are so. */
  #isPlain = true;
  /** Names of the open elements as they are written, prefix and all. */
  readonly #open: string[] = [];
  #hasRoot = false;
  #attributeCount = 0;
  readonly #attributeNames: string[] = [];
  readonly #attributeStarts: number[] = [];
  readonly #attributeEnds: number[] = [];

  constructor(part: string, handler: XmlHandler) {
    this.#part = part;
    this.#handler = handler;
  }

  feed(piece: string): void {
    this.#text = this.#text.slice(this.#at) + piece;
    this.#at = 0;
    this.#isPlain = !this.#text.includes('&') && !this.#text.includes('\r');
  }

  /** Goes on with what was fed. True when the handler is full, false when more text is needed. */
  run(): boolean {
    const handler = this.#handler;
    while (this.#token()) {
      if (handler.isFull) return true;
    }
    if (this.#text.length - this.#at > LONGEST_TOKEN) throw this.#damaged('a text or a tag never ends');
    return false;
  }

  /** To be called after the last piece. */
  end(): void {
    if (this.#open.length > 0 || !this.#hasRoot) throw this.#damaged('the text breaks off');
    if (this.#text.slice(this.#at).trim() !== '') throw this.#damaged('text stands after its end');
  }

  attribute(name: string): string | undefined {
    for (let index = 0; index < this.#attributeCount; index += 1) {
      if (this.#attributeNames[index] === name) {
        const raw = this.#text.slice(this.#attributeStarts[index], this.#attributeEnds[index]);
        if (raw.includes('<')) throw this.#damaged('an attribute holds a tag');
        return this.#unescaped(raw);
      }
    }
    return undefined;
  }

  /** Takes the text up to the next tag, and the tag. False when it is not all there yet. */
  #token(): boolean {
    const text = this.#text;
    const tag = find(text, LESS, this.#at);
    if (tag < 0) return false;
    if (tag > this.#at) this.#takeText(this.#at, tag);
    this.#at = tag;
    const after = text.charCodeAt(tag + 1);
    if (after === SLASH) return this.#closeTag(tag);
    if (after === EXCLAMATION) return this.#declaration(tag);
    if (after === QUESTION) return this.#skipTo('?>', tag + 2);
    return this.#openTag(tag);
  }

  #takeText(from: number, to: number): void {
    if (this.#handler.wantsText) this.#handler.text(this.#unescaped(this.#text.slice(from, to)));
    else if (this.#open.length === 0 && this.#text.slice(from, to).trim() !== '') {
      throw this.#damaged('text stands outside of its elements');
    }
  }

  #closeTag(tag: number): boolean {
    const end = find(this.#text, GREATER, tag + 2);
    if (end < 0) return false;
    const name = end === tag + 3 ? this.#letterAt(tag + 2) : this.#text.slice(tag + 2, end).trimEnd();
    const opened = this.#open.pop();
    if (opened !== name) throw this.#damaged('its elements do not close in the order in which they open');
    this.#at = end + 1;
    this.#handler.close(withoutPrefix(name));
    return true;
  }

  #openTag(tag: number): boolean {
    const text = this.#text;
    let at = tag + 1;
    for (let code = text.charCodeAt(at); !endsName(code); code = text.charCodeAt(at)) at += 1;
    if (at >= text.length) return false;
    const name = at === tag + 2 ? this.#letterAt(tag + 1) : text.slice(tag + 1, at);
    if (name === '') throw this.#damaged('a tag has no name');
    const end = this.#readAttributes(at);
    if (end < 0) return false;
    const isEmpty = text.charCodeAt(end) === SLASH;
    if (this.#open.length === 0 && this.#hasRoot) throw this.#damaged('it has more than one root');
    if (this.#open.length >= DEEPEST) throw this.#damaged('its elements are nested too deeply');
    this.#hasRoot = true;
    this.#at = isEmpty ? end + 2 : end + 1;
    const local = withoutPrefix(name);
    if (!isEmpty) this.#open.push(name);
    this.#handler.open(local, this);
    if (isEmpty) this.#handler.close(local);
    return true;
  }

  /** Position of the `>` or `/>` that ends the tag, or -1 when it is not there yet. */
  #readAttributes(from: number): number {
    const text = this.#text;
    this.#attributeCount = 0;
    if (text.charCodeAt(from) === GREATER) return from;
    for (let at = from; ; ) {
      while (isSpace(text.charCodeAt(at))) at += 1;
      if (at >= text.length) return -1;
      const code = text.charCodeAt(at);
      if (code === GREATER) return at;
      if (code === SLASH) {
        if (at + 1 >= text.length) return -1;
        if (text.charCodeAt(at + 1) !== GREATER) throw this.#damaged('a tag is written wrongly');
        return at;
      }
      at = this.#readAttribute(at);
      if (at < 0) return -1;
    }
  }

  /** Position behind the attribute, or -1 when it is not all there yet. */
  #readAttribute(from: number): number {
    const text = this.#text;
    let at = from;
    for (let code = text.charCodeAt(at); code !== EQUALS && !endsName(code); code = text.charCodeAt(at))
      at += 1;
    const nameEnd = at;
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (at >= text.length) return -1;
    if (text.charCodeAt(at) !== EQUALS || nameEnd === from) throw this.#damaged('an attribute has no value');
    do at += 1;
    while (isSpace(text.charCodeAt(at)));
    if (at >= text.length) return -1;
    const quote = text.charCodeAt(at);
    if (quote !== QUOTE && quote !== APOSTROPHE) throw this.#damaged('an attribute has no quotation marks');
    const end = find(text, quote, at + 1);
    if (end < 0) return -1;
    const name = nameEnd === from + 1 ? this.#letterAt(from) : text.slice(from, nameEnd);
    this.#note(name, at + 1, end);
    return end + 1;
  }

  #note(name: string, start: number, end: number): void {
    const count = this.#attributeCount;
    if (count === MOST_ATTRIBUTES) throw this.#damaged(`a tag has more than ${MOST_ATTRIBUTES} attributes`);
    for (let index = 0; index < count; index += 1) {
      if (this.#attributeNames[index] === name) throw this.#damaged('a tag has an attribute twice');
    }
    this.#attributeNames[count] = name;
    this.#attributeStarts[count] = start;
    this.#attributeEnds[count] = end;
    this.#attributeCount = count + 1;
  }

  #declaration(tag: number): boolean {
    const text = this.#text;
    if (text.startsWith('<!--', tag)) return this.#skipTo('-->', tag + 4);
    if (text.startsWith('<![CDATA[', tag)) {
      const end = text.indexOf(']]>', tag + 9);
      if (end < 0) return false;
      if (this.#open.length === 0) throw this.#damaged('text stands outside of its elements');
      if (this.#handler.wantsText) this.#handler.text(text.slice(tag + 9, end).replace(/\r\n?/g, '\n'));
      this.#at = end + 3;
      return true;
    }
    const soFar = text.slice(tag, tag + 9);
    if (
      soFar.length < 9 &&
      ('<!DOCTYPE'.startsWith(soFar) || '<![CDATA['.startsWith(soFar) || '<!--'.startsWith(soFar))
    ) {
      return false;
    }
    if (/^<!(?:DOCTYPE|ENTITY)/i.test(soFar)) throw documentType(this.#part);
    throw this.#damaged('a tag is written wrongly');
  }

  #skipTo(mark: string, from: number): boolean {
    const end = this.#text.indexOf(mark, from);
    if (end < 0) return false;
    this.#at = end + mark.length;
    return true;
  }

  #unescaped(raw: string): string {
    return this.#isPlain ? raw : unescapeXml(raw, this.#part);
  }

  #letterAt(position: number): string {
    return LETTERS[this.#text.charCodeAt(position)] ?? this.#text.charAt(position);
  }

  #damaged(detail: string): Error {
    return damagedPart(this.#part, detail);
  }
}

/** Position of a character, or -1. What is looked for is mostly near, where looking is faster than asking. */
function find(text: string, code: number, from: number): number {
  const near = Math.min(from + NEAR, text.length);
  for (let at = from; at < near; at += 1) if (text.charCodeAt(at) === code) return at;
  return near === text.length ? -1 : text.indexOf(LETTERS[code] ?? '', near);
}

const NEAR = 24;

function withoutPrefix(name: string): string {
  if (name.length < 3) return name;
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === CARRIAGE_RETURN || code === TAB;
}

/** NaN, which stands behind the end of the text, ends a name too. */
function endsName(code: number): boolean {
  return (
    code === SPACE ||
    code === GREATER ||
    code === SLASH ||
    code === LINE_FEED ||
    code === CARRIAGE_RETURN ||
    code === TAB ||
    code === LESS ||
    Number.isNaN(code)
  );
}
