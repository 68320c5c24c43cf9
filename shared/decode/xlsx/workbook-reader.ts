import type { Contract } from '../../contracts/contract.ts';
import {
  foldHeader,
  type HeaderMatch,
  listedNames,
  matchHeader,
  mostRecognised,
  otherColumns,
  type Placement,
  placeColumns,
  shownName,
} from '../../contracts/match-header.ts';
import { CONTRACTS, identifyContract } from '../../contracts/registry.ts';
import type { RowIssue } from '../../contracts/row-schema.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import { headerOnly, headerProblems, refusedHeader } from '../header-problems.ts';
import type { PartBuilder, RowAtHand } from '../part-builder.ts';
import { orProblem } from '../zip/unreadable-file.ts';
import type { SheetRow } from './sheet-rows.ts';
import { openWorkbook, type Sheet, type Workbook } from './workbook.ts';

// A workbook read by a contract: the sheet is the one whose header the contract fits best, and its rows are judged as
// those of a CSV file are.

/** People put a title above the header; it is looked for in the first rows that hold anything. */
const HEADER_WITHIN_ROWS = 20;
/** Names that are looked at to tell the header from other rows. */
const MOST_NAMES = 1_000;

export async function readWorkbookHeaders(source: ByteSource): Promise<readonly TableHeader[] | Problem> {
  return await withWorkbook(source, async ({ sheets }) => {
    const headers: (TableHeader & Pick<Sheet, 'isHidden'>)[] = [];
    const recognisedIn = mostRecognised(CONTRACTS);
    for (const sheet of sheets) {
      const header = await findHeader(sheet, recognisedIn);
      if (header !== undefined)
        headers.push({ names: header.cells, table: sheet.name, isHidden: sheet.isHidden });
    }
    if (headers.length === 0) return EMPTY;
    // What nobody sees does not compete with what is there to be seen.
    const visible = headers.filter(({ isHidden }) => !isHidden);
    const isEnough =
      visible.length < headers.length &&
      visible.some(({ names }) => identifyContract(undefined, names).kind !== 'unknown');
    return (isEnough ? visible : headers).map(({ names, table = '' }) => ({ names, table }));
  });
}

export async function readWorkbook(
  source: ByteSource,
  contract: Contract,
  builder: PartBuilder,
  sink: PartSink,
): Promise<ReadOutcome> {
  const outcome = await withWorkbook(source, async ({ sheets }) => {
    const chosen = await chooseSheet(sheets, contract);
    return 'code' in chosen ? chosen : await readSheet(chosen, contract, builder, sink);
  });
  return 'code' in outcome ? { kind: 'unreadable', problems: [outcome] } : outcome;
}

async function withWorkbook<T>(
  source: ByteSource,
  work: (workbook: Workbook) => Promise<T>,
): Promise<T | Problem> {
  const workbook = await openWorkbook(source);
  if ('code' in workbook) return workbook;
  try {
    return await orProblem(() => work(workbook));
  } finally {
    workbook.close();
  }
}

type Chosen = {
  readonly sheet: Sheet;
  readonly header: SheetRow;
  readonly match: HeaderMatch;
  readonly others: number;
};

type Candidate = { readonly sheet: Sheet; readonly header: SheetRow; readonly match: Placement };

async function chooseSheet(sheets: readonly Sheet[], contract: Contract): Promise<Chosen | Problem> {
  const found: Candidate[] = [];
  const recognisedIn = mostRecognised([contract]);
  for (const sheet of sheets) {
    const header = await findHeader(sheet, recognisedIn);
    if (header !== undefined)
      found.push({ sheet, header, match: placeColumns(contract, foldHeader(header.cells)) });
  }
  // Whoever dropped the file may not know of its hidden sheets: they count where no visible one does.
  const ranked = found.toSorted(
    (a, b) => Number(a.sheet.isHidden) - Number(b.sheet.isHidden) || b.match.recognised - a.match.recognised,
  );
  const [best] = ranked.filter(({ match }) => match.missing.length === 0 && match.recognised > 0);
  const chosen = best ?? found.toSorted((a, b) => b.match.recognised - a.match.recognised)[0];
  if (chosen === undefined) return EMPTY;
  const equal = ranked.filter((other) => fitsAsWell(other, chosen));
  if (best !== undefined && equal.length > 1) return ambiguous(equal.map(({ sheet }) => sheet.name));
  const match = matchHeader(contract, chosen.header.cells);
  return { ...chosen, match, others: sheets.length - 1 };
}

function fitsAsWell(other: Candidate, chosen: Candidate): boolean {
  return (
    other.sheet.isHidden === chosen.sheet.isHidden &&
    other.match.missing.length === chosen.match.missing.length &&
    other.match.recognised === chosen.match.recognised
  );
}

async function readSheet(
  { sheet, header, match, others }: Chosen,
  contract: Contract,
  builder: PartBuilder,
  sink: PartSink,
): Promise<ReadOutcome> {
  if (header.uncalculated !== undefined) {
    return { kind: 'unreadable', problems: [uncalculatedHeader(sheet.name, header.number)] };
  }
  const problems = headerProblems(contract, match);
  const refused = refusedHeader(problems, match);
  if (refused !== undefined) return refused;
  const positions = contract.columns.map(({ name }) => match.positions.get(name));
  const unexpected = otherColumns(header.cells, match.positions);
  const width = header.cells.length;
  let record = 0;
  for await (const sheetRow of sheet.rows()) {
    const { number, cells } = sheetRow;
    if (number <= header.number || isBlank(sheetRow)) continue;
    record += 1;
    // Without a title or blank lines above it, the row stands right where people look for it.
    const place = number === record + 1 ? '' : ` (Excel row ${number})`;
    const row: RowAtHand = {
      record,
      place,
      cell: (column) => {
        const position = positions[column];
        return position === undefined ? undefined : (cells[position] ?? '');
      },
    };
    if (hasMore(cells, width)) {
      const message = `row ${record}${place} has ${cells.length} cells, the header has ${width}`;
      builder.rejectRecord({ record }, 'ragged-row', message, () => named(cells, match));
    } else {
      for (const { name, position } of unexpected) builder.seeUnexpected(record, name, cells[position] ?? '');
      const issues = uncalculatedCells(sheetRow, match);
      if (issues.length > 0) builder.refuseRow(row, issues);
      else builder.judgeRow(row);
    }
    if (builder.isFull) await sink.take(builder.finish());
  }
  if (record === 0 && contract.mayBeEmpty !== true) {
    return { kind: 'unreadable', problems: [headerOnly(contract)] };
  }
  if (builder.records > 0) await sink.take(builder.finish());
  return {
    kind: 'read',
    unexpectedColumns: match.unexpected,
    missingOptionalColumns: match.missingOptional,
    aliases: match.aliases,
    notices: [...problems, ...(others > 0 || sheet.isHidden ? [sheetRead(sheet, others)] : [])],
  };
}

/** What a formula would have come to is unknown, which is not the same as no value. */
function uncalculatedCells({ uncalculated = [] }: SheetRow, { positions }: HeaderMatch): RowIssue[] {
  if (uncalculated.length === 0) return [];
  return [...positions]
    .filter(([, position]) => uncalculated.includes(position))
    .map(([column]) => ({
      code: 'missing-value',
      severity: 'error',
      column,
      message: `column ${column} holds a formula whose value is not stored; open the workbook in Excel, save it and drop it again`,
    }));
}

/** Of the first rows the one that the contracts know most names of; the first one when they know none. */
async function findHeader(
  sheet: Sheet,
  recognisedIn: (names: readonly string[]) => number,
): Promise<SheetRow | undefined> {
  let best: { row: SheetRow; recognised: number } | undefined;
  let seen = 0;
  for await (const row of sheet.rows()) {
    if (isBlank(row)) continue;
    const recognised = recognisedIn(row.cells.slice(0, MOST_NAMES));
    if (best === undefined || recognised > best.recognised) best = { row, recognised };
    seen += 1;
    if (seen >= HEADER_WITHIN_ROWS) break;
  }
  return best?.row;
}

/** A formula whose value is not stored is something. */
function isBlank({ cells, uncalculated }: SheetRow): boolean {
  return uncalculated === undefined && cells.every((cell) => cell.trim() === '');
}

function hasMore(cells: readonly string[], width: number): boolean {
  return cells.length > width && cells.slice(width).some((cell) => cell.trim() !== '');
}

function named(cells: readonly string[], { positions }: HeaderMatch): Record<string, string> {
  return Object.fromEntries([...positions].map(([name, position]) => [name, cells[position] ?? '']));
}

const EMPTY: Problem = {
  code: 'empty-file',
  severity: 'error',
  message:
    'The workbook has no sheet with anything in it. Nothing was read. Export it again and drop the new file.',
};

function ambiguous(names: readonly string[]): Problem {
  const { listed, more } = listedNames(names);
  const quoted = listed.map((name) => JSON.stringify(name)).join(', ');
  return {
    code: 'ambiguous-sheet',
    severity: 'error',
    message: `The sheets ${quoted}${more > 0 ? ` and ${more} more` : ''} fit the contract equally well, so nobody can tell which one is meant. Nothing was read. Keep one of them in the workbook and drop it again.`,
  };
}

function uncalculatedHeader(name: string, number: number): Problem {
  return {
    code: 'missing-column',
    severity: 'error',
    message: `Row ${number} of sheet ${JSON.stringify(shownName(name))} is the header, but it holds formulas whose values are not stored, so that some names are unknown. Nothing was read. Open the workbook in Excel, save it and drop it again.`,
  };
}

function sheetRead({ name, isHidden }: Sheet, others: number): Problem {
  const rest = others === 0 ? '' : `; the other ${others === 1 ? 'sheet was' : `${others} sheets were`} not`;
  return {
    code: 'other-sheets',
    severity: 'notice',
    count: others,
    message: `${isHidden ? 'The hidden sheet' : 'Sheet'} ${JSON.stringify(shownName(name))} was read${rest}.`,
  };
}
