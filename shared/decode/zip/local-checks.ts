import { constants, inflateRawSync } from 'node:zlib';
import type { Entry, LocalFileHeader } from 'yauzl';
import type { Problem } from '../../domain/problem.ts';
import { lying, nested, shownEntry } from './directory-checks.ts';
import { refused } from './unreadable-file.ts';
import type { ZipLimits } from './zip-limits.ts';

// What the headers in front of the entries and the first bytes of each tell. Two readers that trust different
// headers would see two different files, so the headers must say the same as the table of contents.

export type LocalEntry = {
  readonly entry: Entry;
  readonly header: LocalFileHeader;
  readonly name: string;
  readonly dataStart: number;
  /** Of the content as it is packed. */
  readonly firstBytes: Uint8Array;
};

export function localProblem(
  locals: readonly LocalEntry[],
  directoryStart: number,
  limits: ZipLimits,
): Problem | undefined {
  const different = locals.find((local) => !saysTheSame(local));
  if (different) return lying(different.name);
  const overlapping = firstOverlap(locals, directoryStart);
  if (overlapping) return overlap(overlapping.name);
  const archive = locals.find(
    (local) => isArchive(begin(local)) && !(limits.allowWorkbooks && /\.xlsx$/i.test(local.name)),
  );
  return archive && nested(archive.name);
}

function saysTheSame({ entry, header }: LocalEntry): boolean {
  const same =
    Buffer.compare(header.fileName, entry.fileNameRaw) === 0 &&
    header.compressionMethod === entry.compressionMethod &&
    (header.generalPurposeBitFlag & ENCRYPTED) === (entry.generalPurposeBitFlag & ENCRYPTED);
  // A writer that streams knows the sizes only afterwards and leaves them out here.
  const isStreamed = (header.generalPurposeBitFlag & SIZES_FOLLOW) !== 0;
  return same && (isStreamed || (sizeAgrees(header, entry) && header.crc32 === entry.crc32));
}

const ENCRYPTED = 0x0001;
const SIZES_FOLLOW = 0x0008;
/** The size stands in an extra field, for archives above 4 GB. */
const IN_EXTRA_FIELD = 0xffff_ffff;

function sizeAgrees(header: LocalFileHeader, entry: Entry): boolean {
  const agrees = (local: number, central: number): boolean => local === central || local === IN_EXTRA_FIELD;
  return (
    agrees(header.compressedSize, entry.compressedSize) &&
    agrees(header.uncompressedSize, entry.uncompressedSize)
  );
}

/** The first entry that reaches into the next one or into the table of contents. */
function firstOverlap(locals: readonly LocalEntry[], directoryStart: number): LocalEntry | undefined {
  const inOrder = locals.toSorted(
    (one, other) => one.entry.relativeOffsetOfLocalHeader - other.entry.relativeOffsetOfLocalHeader,
  );
  return inOrder.find(({ entry, dataStart }, index) => {
    const next = inOrder[index + 1]?.entry.relativeOffsetOfLocalHeader ?? directoryStart;
    return dataStart + entry.compressedSize > next;
  });
}

function begin({ entry, firstBytes }: LocalEntry): Uint8Array {
  if (entry.compressionMethod === 0) return firstBytes;
  try {
    return inflateRawSync(firstBytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Not even the beginning can be unpacked. Whoever reads the entry is told so; nobody else needs it.
    return new Uint8Array();
  }
}

/** ZIP, gzip, 7z, RAR, bzip2, xz, Zstandard, and the container of old Office files. */
const SIGNATURES = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0x1f, 0x8b, 0x08],
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
  [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xd0, 0xcf, 0x11, 0xe0],
] as const;

function isArchive(bytes: Uint8Array): boolean {
  return SIGNATURES.some((signature) => signature.every((byte, index) => bytes[index] === byte));
}

function overlap(name: string): Problem {
  return refused(
    'unsafe-file',
    `The entry ${shownEntry(name)} overlaps with what follows it in the archive, as in a file made to fill a disk. Nothing was read. Export the file again at its source and drop the new one.`,
  );
}
