import { LocalDate } from '../domain/local-date.ts';
import { type Rational, rational } from '../domain/rational.ts';
import type { DerivedTable, KpiMart } from '../kpis/kpi-result.ts';
import type { Language } from './language/language.ts';

// Reading a derived table by the names of its columns.

export type TableRow = {
  text(column: string): string | undefined;
  number(column: string): Rational | undefined;
};

export function tableOf(mart: Pick<KpiMart, 'tables'>, name: string): DerivedTable | undefined {
  return mart.tables.find((table) => table.name === name);
}

export function hasColumns(table: DerivedTable, names: readonly string[]): boolean {
  return names.every((name) => table.columns.some((column) => column.name === name));
}

export function rowsOf(table: DerivedTable): TableRow[] {
  const positions = new Map(table.columns.map(({ name }, index) => [name, index]));
  return table.rows.map((cells) => {
    const text = (column: string): string | undefined => cells[positions.get(column) ?? -1] ?? undefined;
    return {
      text,
      number: (column) => {
        const cell = text(column);
        return cell === undefined ? undefined : rational(cell);
      },
    };
  });
}

type ColumnType = DerivedTable['columns'][number]['type'];

/** A cell as a person reads it; amounts keep the digits that the table has. */
export function shownCell(cell: string | null | undefined, type: ColumnType, language: Language): string {
  if (cell === null || cell === undefined) return '–';
  switch (type) {
    case 'integer':
      return language.number(rational(cell), 0);
    case 'decimal':
      return language.number(rational(cell), Math.min(cell.split('.')[1]?.length ?? 0, MOST_PLACES));
    case 'date': {
      const day = LocalDate.safeParse(cell);
      return day.success ? language.day(day.data) : cell;
    }
    case 'boolean':
      return cell === 'true' ? language.words.table.yes : language.words.table.no;
    case 'text':
      return cell;
  }
}

const MOST_PLACES = 4;

export function isNumeric(type: ColumnType): boolean {
  return type === 'integer' || type === 'decimal';
}
