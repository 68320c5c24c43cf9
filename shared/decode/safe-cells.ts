import { createHash } from 'node:crypto';
import { LONGEST_TEXT } from '../contracts/cell-parser.ts';
import type { Column, Contract } from '../contracts/contract.ts';
import type { TokenMaker } from '../privacy/pseudonym.ts';
import { isReadable } from '../privacy/readable-cell.ts';

/**
 * The cells of a rejected row as they may be written down. The row may be shifted or torn, so that no column vouches for
 * its cells: each is replaced by its token unless nobody can be named by it.
 */
export function safeCells(
  { columns }: Pick<Contract, 'columns'>,
  cells: Readonly<Record<string, string | undefined>>,
  { isTorn, tokenOf }: { isTorn: boolean; tokenOf: TokenMaker },
): Record<string, string> {
  const safe: Record<string, string> = {};
  for (const [name, cell] of Object.entries(cells)) {
    if (cell === undefined) continue;
    const column = columns.find((candidate) => candidate.name === name);
    const isShown = cell === '' || (!isTorn && column !== undefined && isReadable(column, cell));
    safe[name] = isShown ? cell : tokenOf(column?.mask ?? name, shortened(cell, column));
  }
  return safe;
}

/**
 * No column accepts a longer cell, so that its token has to agree with none elsewhere: it is made from the cell as it
 * is, without the work of bringing megabytes into a normal form.
 */
function shortened(cell: string, column: Column | undefined): string {
  if (cell.length <= Math.max(LONGEST_TEXT, column?.maxCharacters ?? 0)) return cell;
  return createHash('sha256').update(cell).digest('hex');
}

/** Columns whose cells are replaced by tokens wherever rows are written for people to read: ids and free text. */
export function sealedColumns(contract: Pick<Contract, 'columns'>): readonly string[] {
  return contract.columns.flatMap(({ name, type, pii, allowedValues }) =>
    pii !== 'none' || (type === 'text' && allowedValues === undefined) ? [name] : [],
  );
}
