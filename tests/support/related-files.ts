import { EXAMPLE_ROWS } from '../../shared/contracts/example-rows.ts';
import { addDays, LocalDate } from '../../shared/domain/local-date.ts';
import { aLoan, aParRow, aPayment, csvOf } from './file-rows.ts';

// Files whose rows name rows of each other. A loan reference tolerates one orphan in 200 rows, so that these files
// have a few hundred rows where orphans are to be set aside and not to reject the file.

/** The month end that the files stand for, unless another one is named. */
export const BOOK_DAY = LocalDate.parse('2025-11-30');

/** The ids of the first loans of the book. */
export function loanIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `ABT - DSB${String(index + 1).padStart(4, '0')}-001`);
}

/** A loan tape of these loans. The first of them is late, which says the day. */
export function loansOf(ids: readonly string[], day: LocalDate = BOOK_DAY): string {
  return csvOf(
    ids.map((loan_id, index) => {
      const cells = { loan_id, customer_id: customerOf(index), disburse_date: addDays(day, -40), term: '60' };
      return aLoan(
        index === 0
          ? { ...cells, disburse_date: addDays(day, -70), dpd: '10', outstanding_balance: '500.0' }
          : cells,
      );
    }),
  );
}

/** One payment for each of these loans, the day before. */
export function paymentsOf(ids: readonly string[], day: LocalDate = BOOK_DAY): string {
  return csvOf(ids.map((loan_id) => aPayment({ loan_id, date_paid: day })));
}

/** Balances of these loans at the month end. */
export function parOf(ids: readonly string[], day: LocalDate = BOOK_DAY): string {
  return csvOf(ids.map((loan_id_raw) => aParRow({ loan_id_raw, reporting_date: day })));
}

/** Real payments for these loans, which the file names without their prefix. */
export function realPaymentsOf(ids: readonly string[], day: LocalDate = BOOK_DAY): string {
  return csvOf(
    ids.map((id, index) =>
      exampleOf('historic_real_payments', {
        company: 'Invented Lending Trust',
        customer_id: customerOf(index),
        loan_id: id.replace('ABT - ', ''),
        true_payment_date: day,
      }),
    ),
  );
}

/** What is due: one row for each of these loans. It stands for no day. */
export function schedulesOf(ids: readonly string[]): string {
  return csvOf(ids.map((loan_id) => exampleOf('schedules', { loan_id })));
}

/** The first customers of the book. */
export function customersOf(count: number): string {
  return csvOf(
    Array.from({ length: count }, (_, index) =>
      exampleOf('customers', { customer_id: customerOf(index), geography_city: 'Example City' }),
    ),
  );
}

/** The invented row of a contract, with other cells where they are named. */
export function exampleOf(
  contract: string,
  cells: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const example = EXAMPLE_ROWS.get(contract);
  if (example === undefined) throw new Error(`contract ${contract} has no example`);
  const named = Object.entries(example).map(([column, cell]): [string, string] => [column, cell ?? '']);
  return { ...Object.fromEntries(named), ...cells };
}

function customerOf(index: number): string {
  return `CLI${String(1_000 + (index % 50))}`;
}
