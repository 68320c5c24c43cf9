import { type CellValue, cellParser, LONGEST_TEXT } from '../../contracts/cell-parser.ts';
import type { Column } from '../../contracts/contract.ts';
import { unitsOf } from '../../contracts/row-rules.ts';
import { parseLocalDate, toEpochDay } from '../../domain/local-date.ts';
import type { ColumnBuilder } from '../column-batch.ts';
import { TextTable } from '../text-table.ts';

/** What is done with the cells at one position of a record. */
export const CELL = { ignored: 0, decimal: 1, integer: 2, date: 3, boolean: 4, text: 5, word: 6 } as const;

/** One position of a record: where its plain cells go and what they have to be. All plans have the same shape. */
export type CellPlan = {
  readonly kind: number;
  /** Position of the column in the contract; -1 when the contract does not know it. */
  readonly column: number;
  readonly builder: ColumnBuilder;
  readonly decimals: Float64Array;
  readonly integers: Int32Array;
  readonly nulls: Uint8Array;
  /** The reference takes an empty cell for no value. */
  readonly isEmptyNull: boolean;
  /** Inclusive, in units of the scale or in days. */
  readonly min: number;
  readonly max: number;
  readonly scale: number;
  /** The byte between whole units and fraction. */
  readonly decimalMark: number;
  readonly mostTextBytes: number;
  /** Allowed words, and the code of each in the texts of the part under way (-1 until it comes). */
  readonly words: TextTable;
  readonly wordCodes: Int32Array;
};

/** No byte of UTF-8. */
const NO_BYTE = -1;

export function planOf(column: Column, index: number, builder: ColumnBuilder, delimiter: number): CellPlan {
  const parse = cellParser(column);
  const words = new TextTable();
  // A word belongs to the table only if the reference takes it as it stands.
  const isPlainWord = (word: string): boolean => isKeptAs(parse(word), word);
  const plainWords = (column.allowedValues ?? []).filter(isPlainWord);
  for (const word of plainWords) words.codeOf(word);
  const mark = (column.decimalMark ?? '.').charCodeAt(0);
  return {
    kind: kindOf(column),
    column: index,
    builder,
    decimals: builder.decimals,
    integers: builder.integers,
    nulls: builder.nulls,
    isEmptyNull: isKeptAs(parse(''), null),
    ...limitsOf(column),
    scale: column.type === 'decimal' ? (column.scale ?? 0) : 0,
    decimalMark: mark === delimiter ? NO_BYTE : mark,
    mostTextBytes: column.maxCharacters ?? LONGEST_TEXT,
    words,
    wordCodes: new Int32Array(plainWords.length).fill(-1),
  };
}

/** A position that the contract does not know, or one beyond the header. */
export function ignoredCell(builder: ColumnBuilder): CellPlan {
  const column: Column = { name: '', type: 'text', description: '', classification: 'public', pii: 'none' };
  return { ...planOf(column, -1, builder, 0), kind: CELL.ignored, isEmptyNull: true };
}

function kindOf({ type, allowedValues }: Column): number {
  return type === 'text' && allowedValues !== undefined ? CELL.word : CELL[type];
}

function isKeptAs(cell: ReturnType<ReturnType<typeof cellParser>>, value: CellValue): boolean {
  return cell.kind === 'value' && cell.value === value && cell.note === undefined;
}

function limitsOf(column: Column): { min: number; max: number } {
  const { type, min, max } = column;
  if (type === 'date') {
    return { min: dayOf(min) ?? FIRST_DAY, max: dayOf(max) ?? LAST_DAY };
  }
  const scale = type === 'decimal' ? (column.scale ?? 0) : 0;
  const most = type === 'integer' ? 2_147_483_647 : Number.MAX_SAFE_INTEGER;
  // A limit finer than the scale is rounded by the reference, cut by unitsOf: one unit of caution covers both.
  const caution = (limit: string): number => ((limit.split('.')[1]?.length ?? 0) > scale ? 1 : 0);
  return {
    min: min === undefined ? -most : Math.max(-most, unitsOf(min, scale) + caution(min)),
    max: max === undefined ? most : Math.min(most, unitsOf(max, scale) - caution(max)),
  };
}

function dayOf(text: string | undefined): number | undefined {
  const day = text === undefined ? undefined : parseLocalDate(text);
  if (text !== undefined && day === undefined) throw new RangeError(`a contract's limit is no day: ${text}`);
  return day && toEpochDay(day);
}

/** 0001-01-01 and 9999-12-31. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
