import { callbackify } from 'node:util';
import { RandomAccessReader } from 'yauzl';
import type { ByteSource } from '../../ports/byte-source.ts';

/** The table of contents is read in many small bites; each would be a round trip without a window. */
const WINDOW_BYTES = 64 * 1024;

/** Lets yauzl read a ByteSource. What the source itself fails with is kept, since it says nothing about the file. */
export class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;
  #window: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };
  #failure: { readonly cause: unknown } | undefined;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const fill = callbackify(async (): Promise<number> => {
      const bytes = await this.bytes(position, length);
      target.set(bytes, offset);
      return bytes.length;
    });
    fill(done);
  }

  /** `length` bytes from `position`, or fewer where the file ends. */
  async bytes(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(position + length, this.#source.size);
    if (position >= end) return new Uint8Array();
    const { start, bytes } = this.#window;
    if (position < start || end > start + bytes.length) await this.#moveWindow(position, end);
    return this.#window.bytes.subarray(position - this.#window.start, end - this.#window.start);
  }

  /** Throws what the source failed with, if it did. */
  throwFailure(): void {
    if (this.#failure) throw this.#failure.cause;
  }

  async #moveWindow(start: number, end: number): Promise<void> {
    const until = Math.min(Math.max(end, start + WINDOW_BYTES), this.#source.size);
    try {
      this.#window = { start, bytes: await this.#source.read(start, until) };
    } catch (cause) {
      this.#failure = { cause };
      throw cause;
    }
  }
}
