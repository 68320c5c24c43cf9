import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Problem } from '../../domain/problem.ts';
import { type ByteSource, inRanges } from '../../ports/byte-source.ts';
import { shownEntry } from './directory-checks.ts';
import { refused, UnreadableFile } from './unreadable-file.ts';

export type EntryPlace = {
  readonly name: string;
  readonly dataStart: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly isDeflated: boolean;
  readonly crc32: number;
};

/** Large pieces cost fewer turns of the event loop; two or three of them are in memory at a time. */
const PIECE_BYTES = 256 * 1024;

/** What an entry holds. It stops as soon as more comes out than was declared, and the checksum is compared at the end. */
export async function* entryBytes(source: ByteSource, place: EntryPlace): AsyncGenerator<Uint8Array> {
  const packed = inRanges(partOf(source, place), PIECE_BYTES * 4);
  let left = place.size;
  let checksum = 0;
  for await (const piece of place.isDeflated ? inflated(packed, place.name) : packed) {
    left -= piece.length;
    if (left < 0) throw new UnreadableFile(moreThanDeclared(place));
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (left > 0 || checksum !== place.crc32) throw new UnreadableFile(damaged(place.name));
}

function partOf(source: ByteSource, { dataStart, compressedSize }: EntryPlace): ByteSource {
  return {
    size: compressedSize,
    read: (start, end) => source.read(dataStart + start, dataStart + end),
  };
}

async function* inflated(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: PIECE_BYTES });
  // Whoever reads the inflater hears of its errors; the pipeline would tell of them a second time.
  pipeline(Readable.from(packed), inflater).catch(() => undefined);
  try {
    for await (const piece of inflater) yield piece;
  } catch (error) {
    if (isZlibError(error)) throw new UnreadableFile(damaged(name), { cause: error });
    throw error;
  }
}

function isZlibError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
  );
}

function moreThanDeclared({ name, size }: EntryPlace): Problem {
  return refused(
    'unsafe-file',
    `The entry ${shownEntry(name)} holds more than the ${size.toLocaleString('en-US')} bytes that the archive says, as in a file made to fill a disk. Nothing was promoted. Export the file again at its source and drop the new one.`,
  );
}

function damaged(name: string): Problem {
  return refused(
    'damaged-file',
    `The entry ${shownEntry(name)} of the archive is damaged: what comes out is not what was packed. Nothing was promoted. Export or upload the file again.`,
  );
}
