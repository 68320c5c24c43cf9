import { writeVarint, writeZigzag } from './varint.ts';

/** Kinds of value in Thrift's compact protocol. */
const KIND = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;
const LONGEST_VARINT = 10;

/** Writes the structures of a Parquet file: Thrift, compact protocol. Fields must come in rising order. */
export class ThriftWriter {
  #bytes = new Uint8Array(1_024);
  #used = 0;
  #lastField = 0;

  /** What was written so far, in a buffer of its own. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#used);
  }

  i32(field: number, value: number): void {
    this.#field(field, KIND.i32);
    this.#zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#field(field, KIND.i64);
    this.#zigzag(value);
  }

  binary(field: number, value: Uint8Array): void {
    this.#field(field, KIND.binary);
    this.#varint(value.length);
    this.raw(value);
  }

  text(field: number, value: string): void {
    this.binary(field, Buffer.from(value, 'utf8'));
  }

  struct(field: number, write: () => void): void {
    this.#field(field, KIND.struct);
    this.element(write);
  }

  structs<Item>(field: number, items: readonly Item[], write: (item: Item, index: number) => void): void {
    this.#list(field, KIND.struct, items.length);
    for (const [index, item] of items.entries()) this.element(() => write(item, index));
  }

  /** Structs that were written before, each with `element`. */
  writtenStructs(field: number, structs: readonly Uint8Array[]): void {
    this.#list(field, KIND.struct, structs.length);
    for (const struct of structs) this.raw(struct);
  }

  i32s(field: number, values: readonly number[]): void {
    this.#list(field, KIND.i32, values.length);
    for (const value of values) this.#zigzag(value);
  }

  texts(field: number, values: readonly string[]): void {
    this.#list(field, KIND.binary, values.length);
    for (const value of values) {
      const bytes = Buffer.from(value, 'utf8');
      this.#varint(bytes.length);
      this.raw(bytes);
    }
  }

  /** A struct that stands for itself, or in a list. */
  element(write: () => void): void {
    const outer = this.#lastField;
    this.#lastField = 0;
    write();
    this.#byte(0);
    this.#lastField = outer;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #field(field: number, kind: number): void {
    const step = field - this.#lastField;
    if (step < 1 || step > 15) throw new RangeError(`Thrift field ${field} cannot follow ${this.#lastField}`);
    this.#byte((step << 4) | kind);
    this.#lastField = field;
  }

  #list(field: number, kind: number, size: number): void {
    this.#field(field, KIND.list);
    if (size < 15) {
      this.#byte((size << 4) | kind);
      return;
    }
    this.#byte(0xf0 | kind);
    this.#varint(size);
  }

  #zigzag(value: number): void {
    this.#reserve(LONGEST_VARINT);
    this.#used = writeZigzag(value, this.#bytes, this.#used);
  }

  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    this.#used = writeVarint(value, this.#bytes, this.#used);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#used] = value;
    this.#used += 1;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + bytes));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}
