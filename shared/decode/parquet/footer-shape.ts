// The footer of a Parquet file is Thrift in its compact form. The library that reads it believes what the footer says
// about its own sizes, so this walk comes first: it allocates nothing and finds out whether all of it is there.

/** An honest file of sixty columns and ten million rows has a tenth of this. */
const MOST_VALUES = 2_000_000;
const MAX_DEPTH = 32;
const LONGEST_VARINT = 10;

const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};

/** What is wrong with the footer's shape; undefined when it can be read. */
export function footerFault(footer: Uint8Array): 'not-thrift' | 'too-large' | undefined {
  const walk = new FooterWalk(footer);
  try {
    walk.struct(0);
    return undefined;
  } catch (error) {
    if (error instanceof FooterFault) return error.fault;
    throw error;
  }
}

class FooterFault extends Error {
  override readonly name = 'FooterFault';
  readonly fault: 'not-thrift' | 'too-large';
  constructor(fault: 'not-thrift' | 'too-large') {
    super(fault);
    this.fault = fault;
  }
}

class FooterWalk {
  readonly #bytes: Uint8Array;
  #at = 0;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw new FooterFault('too-large');
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === 0) return;
      // Without a difference to the field before, the number of the field follows.
      if (head >> 4 === 0) this.#varint();
      if (type !== TYPE.true && type !== TYPE.false) this.#value(type, depth + 1);
    }
  }

  #value(type: number, depth: number): void {
    this.#values += 1;
    if (this.#values > MOST_VALUES || depth > MAX_DEPTH) throw new FooterFault('too-large');
    switch (type) {
      // In a list each of them takes a byte.
      case TYPE.true:
      case TYPE.false:
      case TYPE.byte:
        return this.#skip(1);
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return void this.#varint();
      case TYPE.double:
        return this.#skip(8);
      case TYPE.binary:
        return this.#skip(this.#varint());
      case TYPE.list:
        return this.#list(depth);
      case TYPE.struct:
        return this.struct(depth);
      default:
        throw new FooterFault('not-thrift');
    }
  }

  #list(depth: number): void {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    for (let index = 0; index < size; index += 1) this.#value(head & 0x0f, depth + 1);
  }

  #varint(): number {
    let value = 0;
    for (let length = 0; length < LONGEST_VARINT; length += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * length);
      if (byte < 0x80) return value;
    }
    throw new FooterFault('not-thrift');
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw new FooterFault('not-thrift');
    this.#at += length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new FooterFault('not-thrift');
    this.#at += 1;
    return byte;
  }
}
