import { type Entry, getFileNameLowLevel, validateFileName } from 'yauzl';
import { showHiddenCharacters } from '../../domain/hidden-characters.ts';
import type { Problem } from '../../domain/problem.ts';
import { withoutPersonalData } from '../../privacy/shown-name.ts';
import { refused } from './unreadable-file.ts';
import type { ZipLimits } from './zip-limits.ts';

// What the table of contents alone tells, before a byte is inflated.

type Surroundings = { readonly start: number; readonly size: number; readonly limits: ZipLimits };

export function directoryProblem(
  entries: readonly Entry[],
  { size, limits }: Surroundings,
): Problem | undefined {
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = readableName(entry);
    // Names that differ in case alone are one file for Excel and for Windows.
    const key = name.toLowerCase();
    const problem = seen.has(key) ? twice(name) : entryProblem(entry, name, limits);
    if (problem) return problem;
    seen.add(key);
  }
  return sizeProblem(entries, size, limits);
}

/** The name with forward slashes. Windows tools write backslashes. */
export function readableName(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

/** A name as it may stand in a sentence. */
export function shownEntry(name: string): string {
  const shown = showHiddenCharacters(withoutPersonalData(name));
  return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}...` : shown;
}

const LONGEST_SHOWN = 60;

/** Of a file that is itself an archive or a workbook. */
const ARCHIVE_NAME =
  /\.(?:zip|zipx|7z|rar|gz|tgz|tar|bz2|tbz2?|xz|txz|zst|lz4?|lzma|cab|arj|iso|jar|war|apk|xls[xmb]|xl[ta][xm]|docx|docm|pptx|pptm|od[st])$/i;

function entryProblem(entry: Entry, name: string, limits: ZipLimits): Problem | undefined {
  if (isUnsafeName(name)) return unsafeName(name);
  if (entry.isEncrypted()) return encrypted(name);
  if (![0, 8].includes(entry.compressionMethod)) return unknownMethod(name);
  if (ARCHIVE_NAME.test(name) && !(limits.allowWorkbooks && /\.xlsx$/i.test(name))) return nested(name);
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) return lying(name);
  return undefined;
}

function isUnsafeName(name: string): boolean {
  return name === '' || /[\p{Cc}\u2028\u2029]/u.test(name) || validateFileName(name) !== null;
}

function sizeProblem(entries: readonly Entry[], fileSize: number, limits: ZipLimits): Problem | undefined {
  const { maxInflatedBytes, maxRatio, ratioFromBytes } = limits;
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > maxInflatedBytes) return tooLarge(total, maxInflatedBytes);
  const bomb = entries.find(
    ({ uncompressedSize, compressedSize }) =>
      uncompressedSize > ratioFromBytes && uncompressedSize > compressedSize * maxRatio,
  );
  if (bomb) return tooDense(`Its entry ${shownEntry(readableName(bomb))}`, maxRatio);
  // Many small entries, or entries that share their bytes.
  if (total > ratioFromBytes && total > fileSize * maxRatio) return tooDense('All of it together', maxRatio);
  return undefined;
}

const EXPORT_AGAIN = 'Nothing was read. Export the file again at its source and drop the new one.';

function tooLarge(total: number, limit: number): Problem {
  const megabytes = (bytes: number): string => Math.ceil(bytes / 1024 / 1024).toLocaleString('en-US');
  return refused(
    'unsafe-file',
    `The archive would unpack to ${megabytes(total)} MB; the limit is ${megabytes(limit)} MB. Nothing was read. Split the export into smaller files, or drop it as CSV or Parquet.`,
  );
}

function tooDense(what: string, maxRatio: number): Problem {
  return refused(
    'unsafe-file',
    `${what} would unpack to more than ${maxRatio} times its packed size, as in a file made to fill a disk. Nothing was read. Export the data again, or drop it as CSV.`,
  );
}

function unsafeName(name: string): Problem {
  return refused(
    'unsafe-file',
    `The archive has an entry whose name is not safe (${shownEntry(name)}): it points outside the archive or holds control characters. ${EXPORT_AGAIN}`,
  );
}

function twice(name: string): Problem {
  return refused(
    'unsafe-file',
    `The archive holds ${shownEntry(name)} twice, so that nobody can tell which one is meant. ${EXPORT_AGAIN}`,
  );
}

function encrypted(name: string): Problem {
  return refused(
    'encrypted-file',
    `The archive is protected with a password (entry ${shownEntry(name)}). Nothing was read. Save it without a password and drop it again.`,
  );
}

function unknownMethod(name: string): Problem {
  return refused(
    'unsupported-format',
    `The entry ${shownEntry(name)} is packed in a way that cannot be read here. Nothing was read. Pack it as an ordinary ZIP (deflate), or drop the file in it by itself.`,
  );
}

export function nested(name: string): Problem {
  return refused(
    'unsafe-file',
    `The archive holds another archive or document (${shownEntry(name)}). Nothing was read. Unpack it and drop the data file itself.`,
  );
}

export function lying(name: string): Problem {
  return refused(
    'unsafe-file',
    `The archive says one thing about its entry ${shownEntry(name)} in its table of contents and another beside it, as in a file made to deceive. ${EXPORT_AGAIN}`,
  );
}
