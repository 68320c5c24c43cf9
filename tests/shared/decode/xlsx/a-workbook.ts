import { openWorkbook, type Sheet, type Workbook } from '../../../../shared/decode/xlsx/workbook.ts';
import { UnreadableFile } from '../../../../shared/decode/zip/unreadable-file.ts';
import type { Problem } from '../../../../shared/domain/problem.ts';
import { aZip, inMemory, type ZipPart } from '../zip/a-zip.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

type Content = string | Uint8Array;

/** The parts of the smallest workbook, each of which can be replaced, and more put beside them. */
export type WorkbookParts = {
  /** What stands in `<sheetData>`, or the whole part when it begins with `<?xml` or is bytes. */
  readonly sheet?: Content;
  readonly strings?: Content;
  readonly styles?: Content;
  readonly workbook?: Content;
  readonly workbookRels?: Content;
  readonly contentTypes?: Content;
  readonly more?: readonly ZipPart[];
  readonly without?: readonly string[];
};

export function aWorkbook(parts: WorkbookParts = {}): Buffer {
  const given: Record<string, Content | undefined> = {
    '[Content_Types].xml': parts.contentTypes ?? `<Types xmlns="${PACKAGE}/content-types"/>`,
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': parts.workbook ?? workbookXml('<sheet name="Loans" sheetId="1" r:id="rId1"/>'),
    'xl/_rels/workbook.xml.rels':
      parts.workbookRels ??
      relationships([
        ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
        ...(parts.strings === undefined ? [] : [['rId2', 'sharedStrings', '/xl/sharedStrings.xml'] as const]),
        ...(parts.styles === undefined ? [] : [['rId3', 'styles', './styles.xml'] as const]),
      ]),
    'xl/worksheets/sheet1.xml': sheetXml(parts.sheet ?? '<row r="1"><c r="A1"><v>1</v></c></row>'),
    'xl/sharedStrings.xml': parts.strings,
    'xl/styles.xml': parts.styles,
  };
  const zipParts: ZipPart[] = [];
  for (const [name, content] of Object.entries(given)) {
    if (content !== undefined && !parts.without?.includes(name)) zipParts.push({ name, content });
  }
  return aZip([...zipParts, ...(parts.more ?? [])]);
}

export function workbookXml(sheets: string, before = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">${before}<sheets>${sheets}</sheets></workbook>`;
}

export function relationships(
  list: readonly (readonly [id: string, kind: string, target: string, mode?: string])[],
): string {
  const items = list.map(
    ([id, kind, target, mode]) =>
      `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"${mode ? ` TargetMode="${mode}"` : ''}/>`,
  );
  return `<Relationships xmlns="${PACKAGE}/relationships">${items.join('')}</Relationships>`;
}

export function stringsXml(items: string): string {
  return `<sst xmlns="${MAIN}">${items}</sst>`;
}

/** Styles with one cell style for each number format; ids from 164 on are formats of the file's own. */
export function stylesXml(
  formatIds: readonly number[],
  codes: Readonly<Record<number, string>> = {},
): string {
  const own = Object.entries(codes).map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${code}"/>`);
  const styles = formatIds.map((id) => `<xf numFmtId="${id}"/>`);
  return `<styleSheet xmlns="${MAIN}"><numFmts>${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`;
}

function sheetXml(sheet: Content): Content {
  if (typeof sheet !== 'string' || sheet.startsWith('<?xml')) return sheet;
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="${MAIN}"><sheetData>${sheet}</sheetData></worksheet>`;
}

export async function opened(bytes: Uint8Array): Promise<Workbook> {
  const workbook = await openWorkbook(inMemory(bytes));
  if ('code' in workbook) throw new Error(workbook.message);
  return workbook;
}

/** Rows of the first sheet by their numbers. */
export async function rowsOf(bytes: Uint8Array): Promise<Record<number, readonly string[]>> {
  const { sheets } = await opened(bytes);
  return sheets[0] === undefined ? {} : await rowsOfSheet(sheets[0]);
}

export async function rowsOfSheet(sheet: Sheet): Promise<Record<number, readonly string[]>> {
  const rows: Record<number, readonly string[]> = {};
  for await (const { number, cells } of sheet.rows()) rows[number] = cells;
  return rows;
}

/** Why a workbook is refused: when it is opened, or when its first sheet is read. */
export async function refusalOf(bytes: Uint8Array): Promise<Problem> {
  const workbook = await openWorkbook(inMemory(bytes));
  if ('code' in workbook) return workbook;
  try {
    for (const sheet of workbook.sheets) await readThrough(sheet.rows());
  } catch (error) {
    if (error instanceof UnreadableFile) return error.problem;
    throw error;
  }
  throw new Error('it was read');
}

/** How many rows there are; none is kept. */
export async function readThrough(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of rows) count += 1;
  return count;
}
