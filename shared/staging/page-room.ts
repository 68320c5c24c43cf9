/**
 * Room in which one page is laid out before it is compressed. It is used again for every page, since new memory costs
 * more than the values. Values start at a fixed place, so that they can be written in whole words; what stands before
 * them in the page ends at that place.
 */
export class PageRoom {
  /** Where values start: a multiple of 8, behind room for the null bits of a batch. */
  readonly valuesAt = 16_384;
  bytes = new Uint8Array(this.valuesAt);
  /** The same memory in words of 32 bits. */
  words = new Int32Array(this.bytes.buffer);

  /** Makes room for values of this size. What was laid out before is gone. */
  reserve(valueBytes: number): void {
    const needed = this.valuesAt + valueBytes;
    if (needed <= this.bytes.length) return;
    const buffer = new ArrayBuffer(Math.ceil(needed / PIECE) * PIECE);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
  }
}

/** A page takes whole pieces, so that pages of nearly the same size do not each ask for new memory. */
const PIECE = 65_536;
