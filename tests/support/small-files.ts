import { aLoan, aParRow, aTapeRow, csvOf, type ParCells } from './file-rows.ts';

// Files of a few rows with sums that fit on a finger's count. `tag` goes into the ids, so that two files with
// different tags are different files with the same numbers.

/** The month end that the files stand for. */
export const MONTH_END = '2025-11-30';

/** 4,000.00 outstanding: 1,000.00 at 7 days or more, 750.00 at 30, 250.00 at 60 and at 90. */
export function parRows(tag: string, day = MONTH_END): ParCells[] {
  const rows: [balance: string, dpd: string][] = [
    ['1000', '0'],
    ['2000', '0'],
    ['250', '10'],
    ['500', '40'],
    ['250', '95'],
  ];
  return rows.map(([outstanding_balance, dpd], index) =>
    aParRow({ loan_id_raw: `${tag}-00${index + 1}`, reporting_date: day, outstanding_balance, dpd }),
  );
}

export function parFile(tag: string, day = MONTH_END): string {
  return csvOf(parRows(tag, day));
}

/** A hundred rows or so, so that one bad row is within the tolerance of one in a hundred. */
export function manyParRows(tag: string, count: number): ParCells[] {
  return Array.from({ length: count }, (_, index) =>
    aParRow({ loan_id_raw: `${tag}-${String(index).padStart(4, '0')}`, outstanding_balance: '100.10' }),
  );
}

/** The loans behind `parFile` of the same tag: four customers, the second of whom has two loans. Due on `day`. */
export function loansFile(tag: string, day: '2025-11-29' | '2025-11-30' = MONTH_END): string {
  // Due on 31 October; the days past due lead to the as-of date.
  const late = day === '2025-11-30' ? '30' : '29';
  const customers = ['CLI0001', 'CLI0002', 'CLI0002', 'CLI0003', 'CLI0004'];
  return csvOf(
    customers.map((customer_id, index) =>
      aLoan({
        loan_id: `${tag}-00${index + 1}`,
        customer_id,
        disburse_date: index === 3 ? '2025-09-01' : '2025-11-03',
        outstanding_balance: '500.0',
        company: 'ABT',
        ...(index === 3 && { dpd: late }),
      }),
    ),
  );
}

/** One date of the aggregate tape; `cash` tells one file from another. */
export function tapeFile(cash: string, day = MONTH_END): string {
  return csvOf([aTapeRow({ measurement_date: day, cash_available_usd: cash })]);
}
