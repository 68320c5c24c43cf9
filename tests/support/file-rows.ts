import { WRITE_OFF_AFTER_DAYS } from '../../local/generate/loan-standing.ts';
import { allInRate, vat } from '../../local/generate/loan-terms.ts';
import { amountBucket, LOANS_HEADER, termBucket } from '../../local/generate/loans-file.ts';
import { csvCell, floatMoney, floatUnits, plainMoney } from '../../local/generate/money-cells.ts';
import { PAR_HEADER } from '../../local/generate/par-balances-file.ts';
import { TRANSACTIONS_HEADER } from '../../local/generate/transactions-file.ts';
import { addDays, LocalDate } from '../../shared/domain/local-date.ts';
import { rational } from '../../shared/domain/rational.ts';

// Rows for tests, one at a time, as the cells of the real files. Name what matters to the test; what depends on
// it follows, unless it is named as well (which is how to build a row that contradicts itself).

export type LoanCells = Record<(typeof LOANS_HEADER)[number], string>;
export type ParCells = Record<(typeof PAR_HEADER)[number], string>;
export type PaymentCells = Record<(typeof TRANSACTIONS_HEADER)[number], string>;
export type TapeCells = Record<(typeof TAPE_COLUMNS)[number], string>;

/** The required columns of the aggregate tape, and those that usually come with them. */
const TAPE_COLUMNS = [
  'measurement_date',
  'period',
  'total_receivable_usd',
  'total_eligible_usd',
  'discounted_balance_usd',
  'cash_available_usd',
  'dpd_0_7_usd',
  'dpd_7_30_usd',
  'dpd_30_60_usd',
  'dpd_60_90_usd',
  'dpd_90_plus_usd',
  'dpd_120_plus_usd',
] as const;

/** A live loan of 1,000 dollars for 60 days. Past its maturity it is what `dpd` and the balance say. */
export function aLoan(cells: Partial<LoanCells> = {}): LoanCells {
  const id = cells.loan_id ?? 'ABT - DSB0001-001';
  const disbursed = LocalDate.parse(cells.disburse_date ?? '2025-11-03');
  const term = cells.term ?? '60';
  const principal = cells.disburse_principal ?? '1000.0';
  const interest = cells.total_interest ?? '49.32';
  const fees = cells.total_fees ?? '6.0';
  const balance = cells.outstanding_balance ?? principal;
  const size = Math.max(1, cents(principal));
  const rate = allInRate(cents(interest) + cents(fees), size, Math.max(1, Number(term)));
  const paid = Math.max(0, cents(principal) - cents(balance));
  const isLate = Number(cells.dpd ?? '0') > 0;
  return rowOf(LOANS_HEADER, {
    loan_id: id,
    maturity_date: addDays(disbursed, Number(term)),
    customer_id: 'CLI1004',
    disburse_date: disbursed,
    product_type: 'factoring',
    total_fees: fees,
    total_interest: interest,
    total_other: '0.0',
    term,
    frequency: 'One-time',
    interest_rate: floatUnits(rate, 3),
    disburse_principal: principal,
    outstanding_balance: balance,
    currency: 'USD',
    dpd: '0',
    ratio_paid: floatUnits(Math.round((paid * 10_000) / size), 4),
    loan_status: cents(balance) <= 2 ? 'Complete' : isLate ? 'Default' : 'Current',
    amount_buckets: amountBucket(cents(principal) + cents(fees)),
    company: id.slice(0, 3),
    loan_counts: '1',
    term_buckets: termBucket(Number(term)),
    location_state_province: 'San Salvador',
    ...cells,
  });
}

/**
 * A loan at a month end that is also its as-of day, current and owing 1,000 dollars. With `dpd` the PAR columns
 * and `dpd_date` follow, and past 180 days the balance is written off.
 */
export function aParRow(cells: Partial<ParCells> = {}): ParCells {
  const reportingDate = LocalDate.parse(cells.reporting_date ?? '2025-11-30');
  const dpd = Number(cells.dpd ?? '0');
  const isWrittenOff = (cells.is_writeoff ?? String(dpd > WRITE_OFF_AFTER_DAYS)) === 'true';
  const balance = cells.outstanding_balance ?? '1000';
  const outstanding = isWrittenOff ? '0' : balance;
  const writtenOff = isWrittenOff ? (cells.writeoff_outstanding_balance ?? balance) : '0';
  const par = (days: number): string => (dpd >= days ? outstanding : '0');
  return rowOf(PAR_HEADER, {
    loan_id_raw: 'ABT - DSB0001-001',
    reporting_date: reportingDate,
    dpd: '0',
    dpd_date: dpd > 0 ? addDays(reportingDate, -dpd) : '',
    is_writeoff: String(isWrittenOff),
    writeoff_type: isWrittenOff ? 'DPD' : '',
    loan_ccy: 'USD',
    writeoff_outstanding_balance: writtenOff,
    writeoff_outstanding_balance_usd: writtenOff,
    xchg_rate_to_usd: '1',
    PAR_7_balance_usd: par(7),
    PAR_30_balance_usd: par(30),
    PAR_60_balance_usd: par(60),
    PAR_90_balance_usd: par(90),
    ...cells,
    // A balance on a written-off loan is moved, as in the real file; to contradict it, name the _usd column.
    outstanding_balance: outstanding,
    outstanding_balance_usd: cells.outstanding_balance_usd ?? outstanding,
  });
}

/** A payment that settles the loan of `aLoan`, or what is named. */
export function aPayment(cells: Partial<PaymentCells> = {}): PaymentCells {
  const interest = cells.interest ?? '49.32';
  const fees = cells.fees ?? '6.0';
  return rowOf(TRANSACTIONS_HEADER, {
    loan_id: 'ABT - DSB0001-001',
    transaction_type: 'PAYMENT',
    date_paid: '2025-12-05',
    principal: '1000.0',
    interest,
    other: '0.0',
    fees,
    to_tax: floatMoney(vat(cents(interest) + cents(fees))),
    add_balance: '0.0',
    reduce_balance: '0.0',
    currency: 'USD',
    ...cells,
  });
}

/** A date of the aggregate tape; the receivable is the sum of the five buckets. */
export function aTapeRow(cells: Partial<TapeCells> = {}): TapeCells {
  const day = LocalDate.parse(cells.measurement_date ?? '2025-12-10');
  const buckets = {
    dpd_0_7_usd: cells.dpd_0_7_usd ?? '930000',
    dpd_7_30_usd: cells.dpd_7_30_usd ?? '20000',
    dpd_30_60_usd: cells.dpd_30_60_usd ?? '12000',
    dpd_60_90_usd: cells.dpd_60_90_usd ?? '8000',
    dpd_90_plus_usd: cells.dpd_90_plus_usd ?? '30000',
  };
  const receivable = plainMoney(Object.values(buckets).reduce((sum, bucket) => sum + cents(bucket), 0));
  return rowOf(TAPE_COLUMNS, {
    measurement_date: day,
    period: `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`,
    total_receivable_usd: receivable,
    total_eligible_usd: receivable,
    discounted_balance_usd: receivable,
    cash_available_usd: '25000',
    ...buckets,
    dpd_120_plus_usd: '0',
    ...cells,
  });
}

/** Rows of one kind as a file, header first. */
export function csvOf(rows: readonly Readonly<Record<string, string>>[]): string {
  const header = Object.keys(rows[0] ?? {});
  return [header, ...rows.map((row) => header.map((column) => row[column] ?? ''))]
    .map((line) => `${line.map(csvCell).join(',')}\n`)
    .join('');
}

/** All columns in the order of the file, blank where nothing is said. */
function rowOf<Column extends string>(
  header: readonly Column[],
  cells: Partial<Record<Column, string>>,
): Record<Column, string> {
  const row = Object.fromEntries(header.map((column) => [column, cells[column] ?? '']));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the keys it was given
  return row as Record<Column, string>;
}

/** Text that is no amount counts as nothing here: a test may well want such a cell. */
function cents(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return 0;
  const { numerator, denominator } = rational(text);
  return Number((numerator * 100n) / denominator);
}
