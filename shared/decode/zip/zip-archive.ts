import yauzl from 'yauzl';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { directoryProblem, readableName } from './directory-checks.ts';
import { type EntryPlace, entryBytes } from './entry-bytes.ts';
import { type LocalEntry, localProblem } from './local-checks.ts';
import { SourceReader } from './source-reader.ts';
import { orProblem, refused, UnreadableFile } from './unreadable-file.ts';
import { ZIP_LIMITS, type ZipLimits } from './zip-limits.ts';

// A ZIP is believed only as far as it was checked: first its table of contents, then the header in front of each
// entry, and the bytes of an entry while they come out.

export type ZipEntry = {
  /** As the archive spells it, with forward slashes. It is data: never part of a path. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly compressedSize: number;
  /** The content, counted and checked on the way. Throws UnreadableFile when it is not what was declared. */
  bytes(): AsyncGenerator<Uint8Array>;
};

export type ZipArchive = {
  readonly entries: readonly ZipEntry[];
};

export async function openZip(
  source: ByteSource,
  limits: Partial<ZipLimits> = {},
): Promise<ZipArchive | Problem> {
  const all = { ...ZIP_LIMITS, ...limits };
  const reader = new SourceReader(source);
  return await orProblem(async () => {
    if (!(await beginsAsZip(reader))) throw new UnreadableFile(notZip(source.size));
    const directory = await readDirectory(reader, source.size, all);
    const locals = await checkedLocals(reader, directory, all);
    return archiveOf(source, locals);
  });
}

function archiveOf(source: ByteSource, locals: readonly LocalEntry[]): ZipArchive {
  return {
    entries: locals.map(({ entry, name, dataStart }) => {
      const place: EntryPlace = {
        name,
        dataStart,
        compressedSize: entry.compressedSize,
        size: entry.uncompressedSize,
        isDeflated: entry.compressionMethod === 8,
        crc32: entry.crc32,
      };
      return {
        name,
        isFolder: name.endsWith('/'),
        size: entry.uncompressedSize,
        compressedSize: entry.compressedSize,
        bytes: () => entryBytes(source, place),
      };
    }),
  };
}

async function beginsAsZip(reader: SourceReader): Promise<boolean> {
  const [p, k, third, fourth] = await reader.bytes(0, 4);
  // An entry, or the end of an archive without any.
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

type Directory = { readonly zip: yauzl.ZipFile; readonly start: number; readonly entries: yauzl.Entry[] };

async function readDirectory(reader: SourceReader, size: number, limits: ZipLimits): Promise<Directory> {
  const zip = await asDamage(reader, () =>
    yauzl.fromRandomAccessReaderPromise(reader, size, {
      autoClose: false,
      // Names are decoded and judged here, in words of our own.
      decodeStrings: false,
      validateEntrySizes: false,
    }),
  );
  if (zip.entryCount > limits.maxEntries) throw new UnreadableFile(tooManyEntries(zip.entryCount, limits));
  // yauzl's type calls it a flag; it is the position of the next entry of the table.
  const cursor = (): number => Number(zip.readEntryCursor);
  const start = cursor();
  const entries: yauzl.Entry[] = [];
  await asDamage(reader, async () => {
    for await (const entry of zip.eachEntry()) entries.push(entry);
  });
  const problem =
    (await moreThanCounted(reader, cursor())) ?? directoryProblem(entries, { start, size, limits });
  if (problem) throw new UnreadableFile(problem);
  return { zip, start, entries };
}

/** After the counted entries the end record must follow; another entry there would be one that is hidden. */
async function moreThanCounted(reader: SourceReader, position: number): Promise<Problem | undefined> {
  const [p, k, third, fourth] = await reader.bytes(position, 4);
  const isEnd = (third === 5 && fourth === 6) || (third === 6 && fourth === 6);
  if (p === 0x50 && k === 0x4b && isEnd) return undefined;
  if (p === 0x50 && k === 0x4b && third === 1 && fourth === 2) {
    return refused(
      'unsafe-file',
      'The table of contents of the archive lists more entries than it says it has, as in a file made to deceive. Nothing was read. Export the file again at its source and drop the new one.',
    );
  }
  return damagedDirectory();
}

async function checkedLocals(
  reader: SourceReader,
  { zip, start, entries }: Directory,
  limits: ZipLimits,
): Promise<readonly LocalEntry[]> {
  const locals: LocalEntry[] = [];
  for (const entry of entries) {
    const header = await asDamage(reader, () => zip.readLocalFileHeaderPromise(entry));
    const peek = Math.min(entry.compressedSize, PEEK_BYTES);
    const firstBytes = await reader.bytes(header.fileDataStart, peek);
    locals.push({
      entry,
      header,
      name: readableName(entry),
      dataStart: header.fileDataStart,
      firstBytes: Uint8Array.from(firstBytes),
    });
  }
  const problem = localProblem(locals, start, limits);
  if (problem) throw new UnreadableFile(problem);
  return locals;
}

/** Enough compressed bytes to see how the content begins, even behind a large code table. */
const PEEK_BYTES = 512;

/** yauzl throws plain errors about the file; what the source itself fails with goes on as it is. */
async function asDamage<T>(reader: SourceReader, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    reader.throwFailure();
    const isEncrypted = String(error).includes('strong encryption');
    throw new UnreadableFile(isEncrypted ? encryptedEntry() : damagedDirectory(), { cause: error });
  }
}

function notZip(size: number): Problem {
  if (size === 0)
    return refused(
      'empty-file',
      'The file has no bytes. Nothing was read. Export it again and drop the new file.',
    );
  return refused(
    'unsupported-format',
    'The file does not begin as a ZIP archive or a workbook does, whatever its name says. Nothing was read. Export it again at its source and drop the new file.',
  );
}

function tooManyEntries(count: number, { maxEntries }: ZipLimits): Problem {
  return refused(
    'unsafe-file',
    `The archive says that it has ${count.toLocaleString('en-US')} entries; more than ${maxEntries.toLocaleString('en-US')} are not opened. Nothing was read. Drop a file that holds only the data.`,
  );
}

function encryptedEntry(): Problem {
  return refused(
    'encrypted-file',
    'The archive is protected with a password. Nothing was read. Save it without a password and drop it again.',
  );
}

function damagedDirectory(): Problem {
  return refused(
    'damaged-file',
    'The archive is not whole: its table of contents is missing or broken, as after a download or an upload that broke off. Nothing was read. Compare its size with the one at its source, then export or upload it again.',
  );
}
