import { rational, toDecimal } from '../../shared/domain/rational.ts';
import type { CellType, CsvFile, CsvLine } from './csv-file.ts';
import { csvCell } from './money-cells.ts';
import type { LineMark, PlantedFact } from './plant-tally.ts';

/** A file given cell by cell: for datasets that are small, and written as they are. */
export type Table = {
  readonly path: string;
  /** Every column with what its cells are, in order. */
  readonly columns: Readonly<Record<string, CellType>>;
  /** Columns whose sums are part of the oracle: all of type `money`, unless said otherwise. */
  readonly money?: readonly string[];
  readonly counts?: readonly PlantedFact[];
  readonly rows: Iterable<readonly string[]>;
  readonly mark?: (row: readonly string[]) => LineMark | undefined;
};

export function tableFile({ path, columns, counts, rows, mark, ...rest }: Table): CsvFile {
  const header = Object.keys(columns);
  const money = rest.money ?? header.filter((column) => columns[column] === 'money');
  const places = money.map((column) => header.indexOf(column));
  return {
    path,
    header: header.map(csvCell),
    money,
    types: columns,
    ...(counts && { counts }),
    lineEnd: '\n',
    lines: linesOf(rows, places, mark ?? (() => undefined)),
  };
}

function* linesOf(
  rows: Iterable<readonly string[]>,
  places: readonly number[],
  markOf: NonNullable<Table['mark']>,
): Generator<CsvLine> {
  for (const row of rows) {
    const mark = markOf(row);
    const cents = places.map((place) => centsOf(row[place] ?? ''));
    yield { text: row.map(csvCell).join(','), cents, ...(mark && { mark }) };
  }
}

/** Cents of an amount that the generator wrote; an empty cell adds nothing. */
export function centsOf(cell: string): number {
  if (cell === '') return 0;
  return Number(toDecimal(rational(cell), 2).replace('.', ''));
}
