import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { orProblem, UnreadableFile } from '../zip/unreadable-file.ts';
import { openZip } from '../zip/zip-archive.ts';
import type { ZipLimits } from '../zip/zip-limits.ts';
import type { SheetSurroundings } from './cell-value.ts';
import { type DateStyles, readDateStyles } from './number-formats.ts';
import { oleProblem } from './ole-file.ts';
import { PackageParts, type Relationship } from './package-parts.ts';
import { serialDateWriter } from './serial-date.ts';
import { readSharedStrings, type SharedStrings } from './shared-strings.ts';
import { type ListedSheet, readSheetList } from './sheet-list.ts';
import { type SheetRow, sheetRows } from './sheet-rows.ts';
import { damagedPart, missingPart, NO_SHEET, NOT_WORKBOOK } from './workbook-problems.ts';

// XLSX as rows of text, streamed: memory holds the shared texts and a few rows, however long a sheet is.

export type Sheet = {
  readonly name: string;
  /** Hidden in Excel, so that whoever dropped the file may not know of it. */
  readonly isHidden: boolean;
  /**
   * From the first row on, each time it is called. Throws UnreadableFile, with a problem for the person, when the
   * sheet turns out to be damaged or made to harm.
   */
  rows(): AsyncIterable<SheetRow>;
};

export type Workbook = {
  /** In the order of their tabs. Charts that have a tab of their own are no sheets. */
  readonly sheets: readonly Sheet[];
  /** Lets go of the shared texts. The source stays open: it belongs to whoever opened it. */
  close(): void;
};

/**
 * A sheet is streamed and never lies on a disk, so that its size costs time alone. A full sheet of a million rows and
 * 30 columns is 1 GB of XML; 2 GB take some fifteen seconds.
 */
export const WORKBOOK_LIMITS: Partial<ZipLimits> = { maxInflatedBytes: 2 * 1024 * 1024 * 1024 };

export async function openWorkbook(
  source: ByteSource,
  limits: Partial<ZipLimits> = WORKBOOK_LIMITS,
): Promise<Workbook | Problem> {
  const old = await oleProblem(source);
  if (old) return old;
  const archive = await openZip(source, limits);
  if ('code' in archive) return archive;
  return await orProblem(async () => {
    const parts = new PackageParts(archive);
    const problem = await parts.problem();
    if (problem) throw new UnreadableFile(problem);
    return await readWorkbook(parts);
  });
}

async function readWorkbook(parts: PackageParts): Promise<Workbook> {
  const main = (await parts.relationships('')).find(({ kind }) => kind === 'officeDocument');
  if (main === undefined) throw new UnreadableFile(NOT_WORKBOOK);
  const list = await readSheetList(parts.bytes(main.target), main.target);
  const related = await parts.relationships(main.target);
  const target = (kind: string): string | undefined =>
    related.find((relationship) => relationship.kind === kind)?.target;
  const dateStyles = await stylesOf(parts, target('styles'));
  let strings = await stringsOf(parts, target('sharedStrings'));
  const writeDate = serialDateWriter(list.dateSystem);
  let isClosed = false;
  const rowsOf = (part: string): AsyncGenerator<SheetRow> => {
    if (isClosed) throw new Error('the workbook is closed');
    const surroundings: SheetSurroundings = { part, strings, dateStyles, writeDate };
    return sheetRows(parts.bytes(part), surroundings);
  };
  const sheets = list.sheets.flatMap((listed) =>
    sheetOf(listed, { parts, related, main: main.target, rowsOf }),
  );
  if (sheets.length === 0) throw new UnreadableFile(NO_SHEET);
  return {
    sheets,
    close() {
      isClosed = true;
      strings = undefined;
    },
  };
}

function sheetOf(
  { name, isHidden, relationshipId }: ListedSheet,
  {
    parts,
    related,
    main,
    rowsOf,
  }: {
    readonly parts: PackageParts;
    readonly related: readonly Relationship[];
    readonly main: string;
    readonly rowsOf: (part: string) => AsyncIterable<SheetRow>;
  },
): readonly Sheet[] {
  const part = related.find(({ id }) => id === relationshipId);
  if (part === undefined) throw damagedPart(main, 'a sheet of its list is nowhere in the file');
  if (part.kind !== 'worksheet') return [];
  if (!parts.has(part.target)) throw missingPart(part.target);
  return [{ name, isHidden, rows: () => rowsOf(part.target) }];
}

async function stylesOf(parts: PackageParts, part: string | undefined): Promise<DateStyles> {
  return part === undefined ? [] : await readDateStyles(parts.bytes(part), part);
}

async function stringsOf(parts: PackageParts, part: string | undefined): Promise<SharedStrings | undefined> {
  return part === undefined ? undefined : await readSharedStrings(parts.bytes(part), part);
}
