import { neutralised } from '../../domain/formula-text.ts';
import type { CellType, Sheet } from '../../ports/workbook-writer.ts';

/** RFC 4180, in UTF-8. Numbers keep every digit; text that a spreadsheet would run as a formula gets an apostrophe. */
export function sheetCsv({ columns, rows }: Sheet): string {
  const header = columns.map(({ name }) => csvCell(name, 'text'));
  const lines = rows.map((cells) =>
    cells.map((cell, index) => csvCell(cell, columns[index]?.type ?? 'text')),
  );
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function csvCell(cell: string | null, type: CellType): string {
  if (cell === null) return '';
  const safe = type === 'text' ? neutralised(cell) : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
