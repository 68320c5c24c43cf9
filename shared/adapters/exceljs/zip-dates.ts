// ZIP entries carry the time of writing in two places: the local header before each entry and the central
// directory at the end of the archive (PKWARE APPNOTE 4.3.7 and 4.3.12).

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
/** 1980-01-01 00:00, the first moment that a ZIP can name. */
const FIRST_DATE = 0x0021;
const FIRST_TIME = 0;

/** The archive with every entry dated 1980-01-01. */
export function withFixedZipDates(archive: Buffer): Buffer {
  const fixed = Buffer.from(archive);
  const end = fixed.lastIndexOf(signature(END_OF_DIRECTORY));
  if (end < 0) throw new RangeError('not a ZIP archive: it has no central directory');
  let entry = fixed.readUInt32LE(end + 16);
  for (let left = fixed.readUInt16LE(end + 10); left > 0; left--) {
    if (fixed.readUInt32LE(entry) !== DIRECTORY_ENTRY)
      throw new RangeError('the central directory is broken');
    stamp(fixed, entry + 12);
    stamp(fixed, fixed.readUInt32LE(entry + 42) + 10);
    const [name, extra, comment] = [28, 30, 32].map((offset) => fixed.readUInt16LE(entry + offset));
    entry += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return fixed;
}

function stamp(archive: Buffer, offset: number): void {
  archive.writeUInt16LE(FIRST_TIME, offset);
  archive.writeUInt16LE(FIRST_DATE, offset + 2);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
