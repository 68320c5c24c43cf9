import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { customerId } from './customer-roster.ts';
import type { LoanBook } from './loan-book.ts';
import { csvCell } from './money-cells.ts';

export const CUSTOMERS_HEADER = [
  'customer_id',
  'customer_type',
  'gender',
  'birth_date',
  'income',
  'dependents',
  'currency',
  'channel_type',
  'geography_city',
  'geography_state',
  'geography_country',
] as const;

/** Every customer, and one who never borrowed. */
export function customersFile(book: LoanBook): CsvFile {
  return {
    path: 'looker/customers.csv',
    header: CUSTOMERS_HEADER,
    money: ['income'],
    types: typed({ date: ['birth_date'], integer: ['dependents'], money: ['income'] }),
    lineEnd: '\n',
    lines: customerLines(book),
  };
}

function* customerLines(book: LoanBook): Generator<CsvLine> {
  const { ids, cities, states } = book.roster;
  for (const [position, id] of ids.entries())
    yield customerLine(id, cities[position] ?? '', states[position] ?? '');
  yield customerLine(neverBorrowed(ids), 'Santa Ana', 'Santa Ana');
}

function customerLine(id: string, city: string, state: string): CsvLine {
  const cells = [id, '', '', '', '0.0', '0', 'USD', '', city, state, 'SLV'];
  return { text: cells.map(csvCell).join(','), cents: [0] };
}

/** The next id of the newer kind. */
function neverBorrowed(ids: readonly string[]): string {
  const taken = new Set(ids);
  for (let position = ids.length; ; position++) {
    const id = customerId(position, ids.length);
    if (!taken.has(id)) return id;
  }
}
