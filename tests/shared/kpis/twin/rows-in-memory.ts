import { parseLocalDate, toEpochDay } from '../../../../shared/domain/local-date.ts';
import {
  TWIN_COLUMNS,
  TWIN_RELATIONS,
  type TwinRelation,
  type TwinRows,
} from '../../../../shared/kpis/twin/twin-rows.ts';

// The rows of a book as a test writes them: ids and days as text, money in cents, rates in millionths.

export type Cells = Readonly<Record<string, string | number | undefined>>;
export type RowsByRelation = Readonly<Partial<Record<TwinRelation, readonly Cells[]>>>;

export function day(text: string): number {
  const parsed = parseLocalDate(text);
  if (parsed === undefined) throw new RangeError(text);
  return toEpochDay(parsed);
}

/** Every snapshot stands for the one day. Columns that a row does not name are empty. */
export function rowsInMemory(book: RowsByRelation, asOf: string): TwinRows {
  const [loans, customers] = [new Map<string, number>(), new Map<string, number>()];
  const numberOf = (ids: Map<string, number>, id: string | number | undefined): number => {
    if (id === undefined) return Number.NaN;
    const number = ids.get(String(id)) ?? ids.size;
    ids.set(String(id), number);
    return number;
  };
  const cellOf = (name: string, cell: string | number | undefined): number => {
    if (name === 'loan') return numberOf(loans, cell);
    if (name === 'customer') return numberOf(customers, cell);
    if (cell === undefined) return Number.NaN;
    return typeof cell === 'string' ? day(cell) : cell;
  };
  const relations = TWIN_RELATIONS.filter((relation) => book[relation] !== undefined);
  const columns = new Map(
    relations.map((relation) => [
      relation,
      new Map(
        Object.keys(TWIN_COLUMNS[relation]).map((name) => [
          name,
          Float64Array.from(book[relation] ?? [], (row) => cellOf(name, row[name])),
        ]),
      ),
    ]),
  );
  return {
    asOf: new Map(relations.map((relation) => [relation, day(asOf)])),
    loans: loans.size,
    customers: customers.size,
    count: (relation) => Promise.resolve(book[relation]?.length ?? 0),
    async *read(relation) {
      yield {
        rows: book[relation]?.length ?? 0,
        column: (name) => columns.get(relation)?.get(name) ?? new Float64Array(),
      };
    },
  };
}
