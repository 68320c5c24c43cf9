import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { aLoan, kpisOver, type Options, type Row, resultOf, type SmallBook } from './small-book.ts';

// A lender of six loans, small enough to follow each dollar. Balances are rebuilt: there is no PAR file.
//
//        lent         due           paid
//   E    400  09-01   410  10-15    nothing
//   A   1000  10-01  1050  11-15    1050 on 11-15
//   B   2000  10-20  2060  12-05    510 on 11-10, 1050 on 12-05
//   F   1500  11-05  1515  11-25    1515 on 11-25
//   C   3000  11-20  3120  2026-01-15
//   D    600  12-05   624  2026-02-03
//
//   outstanding: 400 at the end of September, E + A + B = 3400 of October, E + B + C = 4900 of November with B at
//   1500, and E + B + C + D = 4500 on December 10 with B at 500. E is 16, 46 and 56 days late, B 5 days at the end.

export const LENDING_BOOK = {
  looker_loans: [
    lent(
      'E',
      'CLI4',
      { disburse_date: '2025-09-01', disburse_principal: '400', interest_rate: '0.20' },
      8,
      2,
    ),
    lent(
      'A',
      'CLI1',
      { disburse_date: '2025-10-01', disburse_principal: '1000', interest_rate: '0.36' },
      40,
      10,
    ),
    lent(
      'B',
      'CLI2',
      { disburse_date: '2025-10-20', disburse_principal: '2000', interest_rate: '0.40', company: 'ABT' },
      50,
      10,
    ),
    lent(
      'F',
      'CLI5',
      { disburse_date: '2025-11-05', disburse_principal: '1500', interest_rate: '0.18' },
      15,
      0,
    ),
    lent(
      'C',
      'CLI1',
      { disburse_date: '2025-11-20', disburse_principal: '3000', interest_rate: '0.30' },
      100,
      20,
    ),
    lent(
      'D',
      'CLI3',
      { disburse_date: '2025-12-05', disburse_principal: '600', interest_rate: '0.50' },
      20,
      4,
    ),
  ],
  looker_schedules: [
    due('E', '2025-10-15', 400, 8, 2),
    due('A', '2025-11-15', 1000, 40, 10),
    due('B', '2025-12-05', 2000, 50, 10),
    due('F', '2025-11-25', 1500, 15, 0),
    due('C', '2026-01-15', 3000, 100, 20),
    due('D', '2026-02-03', 600, 20, 4),
  ],
  looker_transactions: [
    paid('B', '2025-11-10', 500, 10, 0),
    paid('A', '2025-11-15', 1000, 40, 10),
    paid('F', '2025-11-25', 1500, 15, 0),
    paid('B', '2025-12-05', 1000, 40, 10),
  ],
} satisfies SmallBook;

function lent(loan: string, customer: string, more: Row, interest: number, fees: number): Row {
  return aLoan(loan, customer, { total_interest: interest, total_fees: fees, ...more });
}

/** An instalment; VAT of 13 % on interest and fees goes with it and is nobody's revenue. */
export function due(loan: string, day: string, principal: number, interest: number, fees: number): Row {
  return { loan_id: loan, date_due: day, principal, interest, fees, to_tax: vat(interest + fees) };
}

export function paid(loan: string, day: string, principal: number, interest: number, fees: number): Row {
  return { loan_id: loan, date_paid: day, principal, interest, fees, to_tax: vat(interest + fees) };
}

function vat(amount: number): string {
  return (amount * 0.13).toFixed(2);
}

/** The mart with these KPIs alone, in all their versions: the others would only take time. */
export async function theKpis(
  ids: readonly string[],
  book: SmallBook,
  options: Options = {},
): Promise<KpiMart> {
  const catalog = await loadCatalog();
  const isWanted = ({ id }: { readonly id: string }) => ids.includes(id);
  return kpisOver(book, {
    ...options,
    catalog: {
      ...catalog,
      kpis: catalog.kpis.filter(isWanted),
      former: catalog.former.filter(isWanted),
      models: catalog.models.filter(({ name }) => !name.startsWith('table_')),
    },
  });
}

/** The rows of one derived table, by column. */
export async function theTable(
  table: string,
  book: SmallBook,
  options: Options = {},
): Promise<readonly Readonly<Record<string, string | null>>[]> {
  const catalog = await loadCatalog();
  const mart = await kpisOver(book, {
    ...options,
    catalog: {
      ...catalog,
      kpis: [],
      former: [],
      models: catalog.models.filter(({ name }) => !name.startsWith('table_') || name === table),
    },
  });
  const { columns = [], rows = [] } = mart.tables.find(({ name }) => name === table) ?? {};
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
}

export type Example = readonly [id: string, reportingDate: string, value: string | null, status: string];

/** What the mart says where the examples say something. */
export function foundFor(examples: readonly Example[], mart: KpiMart): readonly Example[] {
  return examples.map(([id, day]) => {
    const { value, status } = resultOf(mart, id, day);
    return [id, day, value, status];
  });
}
