import type { Contract } from '../../contracts/contract.ts';
import { type HeaderMatch, listedNames, matchHeader, shownName } from '../../contracts/match-header.ts';
import { CONTRACTS } from '../../contracts/registry.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import { headerOnly, headerProblems } from '../header-problems.ts';
import type { PartBuilder } from '../part-builder.ts';
import { orProblem } from '../zip/unreadable-file.ts';
import type { SheetRow } from './sheet-rows.ts';
import { openWorkbook, type Sheet, type Workbook } from './workbook.ts';

// A workbook read by a contract: the sheet is the one whose header the contract fits best, and its rows are judged as
// those of a CSV file are.

/** People put a title above the header; it is looked for in the first rows that hold anything. */
const HEADER_WITHIN_ROWS = 20;

export async function readWorkbookHeaders(source: ByteSource): Promise<readonly TableHeader[] | Problem> {
  return await withWorkbook(source, async ({ sheets }) => {
    const headers: TableHeader[] = [];
    for (const sheet of sheets) {
      const header = await findHeader(sheet, CONTRACTS);
      if (header !== undefined) headers.push({ names: header.cells, table: sheet.name });
    }
    return headers.length > 0 ? headers : EMPTY;
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

async function chooseSheet(sheets: readonly Sheet[], contract: Contract): Promise<Chosen | Problem> {
  const found: Omit<Chosen, 'others'>[] = [];
  for (const sheet of sheets) {
    const header = await findHeader(sheet, [contract]);
    if (header !== undefined) found.push({ sheet, header, match: matchHeader(contract, header.cells) });
  }
  const complete = found.filter(({ match }) => match.missing.length === 0 && match.recognised > 0);
  const most = Math.max(...complete.map(({ match }) => match.recognised));
  const [only, another] = complete.filter(({ match }) => match.recognised === most);
  if (only !== undefined && another !== undefined) return ambiguous(complete.map(({ sheet }) => sheet.name));
  const [closest] = found.toSorted((a, b) => b.match.recognised - a.match.recognised);
  const chosen = only ?? closest;
  return chosen === undefined ? EMPTY : { ...chosen, others: sheets.length - 1 };
}

async function readSheet(
  { sheet, header, match, others }: Chosen,
  contract: Contract,
  builder: PartBuilder,
  sink: PartSink,
): Promise<ReadOutcome> {
  const problems = headerProblems(contract, match);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'unreadable', problems };
  const positions = contract.columns.map(({ name }) => match.positions.get(name));
  const known = new Set(match.positions.values());
  const unexpected = header.cells.flatMap((name, position) =>
    known.has(position) ? [] : [{ name, position }],
  );
  const width = header.cells.length;
  let record = 0;
  for await (const { number, cells } of sheet.rows()) {
    if (number <= header.number || isBlank(cells)) continue;
    record += 1;
    if (hasMore(cells, width)) {
      const message = `row ${record} has ${cells.length} cells, the header has ${width}`;
      builder.rejectRecord({ record }, 'ragged-row', message, () => named(cells, match));
    } else {
      for (const { name, position } of unexpected) builder.seeUnexpected(name, cells[position] ?? '');
      builder.judgeRow({
        record,
        cell: (column) => {
          const position = positions[column];
          return position === undefined ? undefined : (cells[position] ?? '');
        },
      });
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
    notices: [...problems, ...(others > 0 ? [otherSheets(sheet.name, others)] : [])],
  };
}

/** Of the first rows the one that the contracts know most names of; the first one when they know none. */
async function findHeader(sheet: Sheet, contracts: readonly Contract[]): Promise<SheetRow | undefined> {
  let best: { row: SheetRow; recognised: number } | undefined;
  let seen = 0;
  for await (const row of sheet.rows()) {
    if (isBlank(row.cells)) continue;
    const recognised = Math.max(...contracts.map((contract) => matchHeader(contract, row.cells).recognised));
    if (best === undefined || recognised > best.recognised) best = { row, recognised };
    seen += 1;
    if (seen >= HEADER_WITHIN_ROWS) break;
  }
  return best?.row;
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
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

function otherSheets(name: string, others: number): Problem {
  return {
    code: 'other-sheets',
    severity: 'notice',
    count: others,
    message: `Sheet ${JSON.stringify(shownName(name))} was read; the other ${others === 1 ? 'sheet was' : `${others} sheets were`} not.`,
  };
}
