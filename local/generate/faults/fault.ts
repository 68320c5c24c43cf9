import { type Random, sample } from '../random.ts';
import { type CsvTable, csvText, type NamedRow, namedRow } from './csv-table.ts';
import type { ExpectedFault, FaultProblem } from './expected-fault.ts';

/** One thing that goes wrong (or only looks wrong) with a file. */
export type Fault = {
  readonly name: string;
  /** One line, for people. */
  readonly about: string;
  /** The good file that it starts from, under the book's folder. */
  readonly file: string;
  damage(good: CsvTable, random: Random, sizes: FaultSizes): DamagedFile;
};

/** How large the faults are that can be of any size. */
export type FaultSizes = {
  /** Bytes of the line that never ends. */
  readonly lineBytes: number;
};

export type DamagedFile = {
  readonly content: string | Buffer;
  /** Where it is written, if not under the good file's name. */
  readonly file?: string;
  readonly expected: Omit<ExpectedFault, 'fault' | 'about' | 'file'>;
};

export const LOANS = 'looker/loans.csv';
export const PAR = 'looker/loan_par_balances.csv';
export const TRANSACTIONS = 'looker/transactions.csv';
export const TAPE = 'cascade/loan_tape.csv';

type RowFault = Pick<Fault, 'name' | 'about' | 'file'> & {
  readonly column: string;
  /** Rows that can bear the fault. */
  readonly suits?: (row: NamedRow) => boolean;
  readonly change: (row: NamedRow, index: number) => readonly string[];
  /** Absent: the change is harmless and the file is accepted. */
  readonly problem?: NonNullable<ExpectedFault['problem']>;
};

/** A fault in the cells of a few rows: below 1 % of the file, so that the rows are set aside and the rest counts. */
export function rowFault(fault: RowFault): Fault {
  const { name, about, file, column, problem } = fault;
  return {
    name,
    about,
    file,
    damage: (good, random) => {
      const touched = someRows(good, random, fault.suits);
      const rows = good.rows.map((row, index) =>
        touched.includes(index) ? fault.change(namedRow(good, row), touched.indexOf(index)) : row,
      );
      return {
        content: csvText({ header: good.header, rows }),
        expected: {
          outcome: problem === undefined ? 'accepted' : 'quarantined',
          ...(problem !== undefined && { problem }),
          rows: rows.length,
          badRows: problem === undefined ? 0 : touched.length,
          column,
          ...recordOf(touched),
        },
      };
    },
  };
}

const MOST_ROWS = 3;
const HIGHEST_SHARE = 0.009;

/** Positions of one to three suitable rows, in order. */
export function someRows(
  table: CsvTable,
  random: Random,
  suits: (row: NamedRow) => boolean = () => true,
): number[] {
  const suitable = [...table.rows.keys()].filter((index) => suits(namedRow(table, table.rows[index] ?? [])));
  const count = Math.max(1, Math.min(MOST_ROWS, Math.floor(table.rows.length * HIGHEST_SHARE)));
  if (suitable.length === 0)
    throw new RangeError('no row of this book can bear the fault: make the book larger (200 loans or more)');
  return sample(suitable, count, random).sort((a, b) => a - b);
}

/** The first record touched, counted from 1. */
export function recordOf(touched: readonly number[]): { record?: number } {
  const [first] = touched;
  return first === undefined ? {} : { record: first + 1 };
}

type Details = Partial<Pick<ExpectedFault, 'rows' | 'badRows' | 'column' | 'record'>>;

/** The verdict on a file of which nothing is used. */
export function rejected(problem: FaultProblem, details: Details): DamagedFile['expected'] {
  return { outcome: 'rejected', problem, badRows: 0, ...details };
}

/** The verdict on a file in which every row counts, with a notice or without one. */
export function accepted(
  rows: number,
  notice?: FaultProblem,
  details: Details = {},
): DamagedFile['expected'] {
  return { outcome: 'accepted', ...(notice && { problem: notice }), rows, badRows: 0, ...details };
}

export function joined(lines: readonly string[], lineEnd: string): string {
  return lines.map((line) => line + lineEnd).join('');
}
