import type { Problem } from '../../domain/problem.ts';
import { shownEntry } from '../zip/directory-checks.ts';
import { refused, UnreadableFile } from '../zip/unreadable-file.ts';

// What can be wrong with a workbook, in words for the person who dropped it.

const SAVE_AGAIN =
  'Nothing was promoted. Open it in Excel, save it as "Excel Workbook (.xlsx)" and drop it again.';

export function damagedPart(part: string, detail: string): UnreadableFile {
  return new UnreadableFile(
    refused(
      'damaged-file',
      `The workbook is damaged: in its part ${shownEntry(part)}, ${detail}. ${SAVE_AGAIN}`,
    ),
  );
}

export function missingPart(part: string): UnreadableFile {
  return new UnreadableFile(
    refused(
      'damaged-file',
      `The workbook is damaged: its part ${shownEntry(part)} is missing. ${SAVE_AGAIN}`,
    ),
  );
}

export function documentType(part: string): UnreadableFile {
  return new UnreadableFile(
    refused(
      'unsafe-file',
      `The workbook declares a document type or entities of its own in its part ${shownEntry(part)}. No spreadsheet program writes that, and it can be used to exhaust a reader. ${SAVE_AGAIN}`,
    ),
  );
}

export function otherEncoding(part: string, encoding: string): UnreadableFile {
  return new UnreadableFile(
    refused(
      'unsupported-format',
      `The part ${shownEntry(part)} of the workbook is written in ${encoding}; only UTF-8, which Excel writes, is read. ${SAVE_AGAIN}`,
    ),
  );
}

/** Something that is legal, but so large that it can only harm. */
export function beyondLimit(what: string): UnreadableFile {
  return new UnreadableFile(
    refused(
      'unsafe-file',
      `The workbook ${what}. Nothing was promoted. Split it into smaller workbooks, or drop the data as CSV or Parquet.`,
    ),
  );
}

export const MACROS: Problem = refused(
  'unsafe-file',
  'The workbook holds macros, which are never opened here. Nothing was read. Save it as "Excel Workbook (.xlsx)", without macros, and drop it again.',
);

export const EXTERNAL_LINKS: Problem = refused(
  'unsafe-file',
  'The workbook takes values from other files (external links), so that its numbers may be out of date without a sign of it. Nothing was read. In Excel choose Data, Edit Links, Break Link, save it and drop it again.',
);

export const PASSWORD: Problem = refused(
  'encrypted-file',
  'The workbook is protected with a password. Nothing was read. Save it without a password (File, Info, Protect Workbook) and drop it again.',
);

export const OLD_EXCEL: Problem = refused(
  'unsupported-format',
  'The file is a workbook of Excel 97-2003 (.xls), whatever its name says. Nothing was read. Save it as "Excel Workbook (.xlsx)" and drop it again.',
);

export const OTHER_OFFICE_FILE: Problem = refused(
  'unsupported-format',
  'The file is an old Office document, but no workbook that can be read. Nothing was read. Save the data as "Excel Workbook (.xlsx)" or CSV and drop it again.',
);

export const BINARY_WORKBOOK: Problem = refused(
  'unsupported-format',
  'The file is a binary workbook (.xlsb). Nothing was read. Save it as "Excel Workbook (.xlsx)" and drop it again.',
);

export const OPEN_DOCUMENT: Problem = refused(
  'unsupported-format',
  'The file is an OpenDocument file (.ods). Nothing was read. Save it as "Excel Workbook (.xlsx)" or CSV and drop it again.',
);

export const NOT_WORKBOOK: Problem = refused(
  'unsupported-format',
  'The file is an archive, but not an Excel workbook. Nothing was read. Save the data as "Excel Workbook (.xlsx)" or CSV and drop it again.',
);

export const NO_SHEET: Problem = refused(
  'damaged-file',
  `The workbook has no sheet with cells. ${SAVE_AGAIN}`,
);
