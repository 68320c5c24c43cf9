import type { Row } from './small-book.ts';

// The KPIs once more, as plain loops over the rows in whole cents. It shares nothing with the product: not the
// SQL, not the catalogue, not the arithmetic. What both agree on was not got wrong twice in the same way.

type Expected = readonly [
  id: string,
  reportingDate: string,
  numerator: string | null,
  denominator: string | null,
  value: string | null,
];

type Rows = { readonly looker_loan_par_balances: readonly Row[]; readonly looker_loans: readonly Row[] };

export function foldBook(rows: Rows, asOf: string): Expected[] {
  const dates = [...new Set(rows.looker_loan_par_balances.map((row) => text(row, 'reporting_date')))];
  return [
    ...dates.flatMap((date) =>
      foldBalances(
        date,
        rows.looker_loan_par_balances.filter((row) => row['reporting_date'] === date),
        new Map(rows.looker_loans.map((loan) => [text(loan, 'loan_id'), loan])),
      ),
    ),
    ...foldOriginations(rows.looker_loans, asOf),
  ];
}

function foldBalances(date: string, rows: readonly Row[], loans: ReadonlyMap<string, Row>): Expected[] {
  let outstanding = 0n;
  let writtenOff = 0n;
  let writtenOffLoans = 0n;
  let activeLoans = 0n;
  let weighted = 0n;
  let withRate = 0n;
  let isComplete = true;
  const late = new Map([7, 30, 60, 90].map((days) => [days, 0n]));
  const clients = new Map<string, bigint>();
  for (const row of rows) {
    const balance = scaled(row, 'outstanding_balance_usd', 2);
    outstanding += balance;
    writtenOff += scaled(row, 'writeoff_outstanding_balance_usd', 2);
    if (row['is_writeoff'] === 'true') writtenOffLoans += 1n;
    if (balance > 0n) activeLoans += 1n;
    for (const [days, sum] of late) {
      if (row['is_writeoff'] !== 'true' && Number(row['dpd']) >= days) late.set(days, sum + balance);
    }
    const loan = loans.get(text(row, 'loan_id_raw'));
    if (!loan) {
      if (balance > 0n) isComplete = false;
      continue;
    }
    withRate += balance;
    const client = text(loan, 'customer_id');
    clients.set(client, (clients.get(client) ?? 0n) + balance);
    weighted += balance * scaled(loan, 'interest_rate', 6);
  }
  const largestFirst = [...clients.values()].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  const top10 = largestFirst.slice(0, 10).reduce((sum, balance) => sum + balance, 0n);
  const squares = largestFirst.reduce((sum, balance) => sum + balance * balance, 0n);
  const par = (days: number) => late.get(days) ?? 0n;
  return [
    ...[7, 30, 60, 90].map((days) => ratio(`risk.par_${days}`, date, [par(days), 2], [outstanding, 2], 100n)),
    ...[30, 90].map((days) =>
      ratio(
        `risk.par_${days}_incl_writeoff`,
        date,
        [par(days) + writtenOff, 2],
        [outstanding + writtenOff, 2],
        100n,
      ),
    ),
    sum('port.outstanding', date, outstanding, 2),
    sum('port.active_loans', date, activeLoans, 0),
    sum('port.written_off', date, writtenOff, 2),
    sum('port.written_off_loans', date, writtenOffLoans, 0),
    ...[
      sum('port.active_clients', date, BigInt(largestFirst.filter((balance) => balance > 0n).length), 0),
      ratio('port.concentration_top10_clients', date, [top10, 2], [outstanding, 2], 100n),
      ratio('port.hhi', date, [squares, 4], [outstanding * outstanding, 4], 10_000n),
    ].map((kpi): Expected => (isComplete ? kpi : [kpi[0], date, null, null, null])),
    ratio('price.weighted_apr', date, [weighted, 8], [withRate, 2], 1n),
  ];
}

function foldOriginations(loans: readonly Row[], asOf: string): Expected[] {
  const ends = ['2025-08-31', '2025-09-30', '2025-10-31', '2025-11-30'].filter((end) => end <= asOf);
  const first = loans.map((loan) => text(loan, 'disburse_date')).reduce((a, b) => (a < b ? a : b));
  return ends
    .filter((end) => first <= end)
    .flatMap((end) => {
      const toDate = loans.filter((loan) => text(loan, 'disburse_date') <= end);
      const inMonth = toDate.filter((loan) => text(loan, 'disburse_date').slice(0, 7) === end.slice(0, 7));
      const principal = (rows: readonly Row[]) =>
        rows.reduce((total, row) => total + scaled(row, 'disburse_principal', 2), 0n);
      const customers = new Set(toDate.map((loan) => loan['customer_id'])).size;
      return [
        sum('port.loan_count', end, BigInt(toDate.length), 0),
        sum('port.total_volume', end, principal(toDate), 2),
        sum('port.customers', end, BigInt(customers), 0),
        ratio('port.average_ticket', end, [principal(inMonth), 2], [BigInt(inMonth.length), 0], 1n),
      ];
    });
}

function sum(id: string, date: string, units: bigint, places: number): Expected {
  return [id, date, decimal(units, places), null, decimal(units, places)];
}

function ratio(
  id: string,
  date: string,
  [above, abovePlaces]: readonly [bigint, number],
  [below, belowPlaces]: readonly [bigint, number],
  times: bigint,
): Expected {
  const shown = [decimal(above, abovePlaces), decimal(below, belowPlaces)] as const;
  if (below === 0n) return [id, date, ...shown, null];
  const dividend = above * times * 10n ** BigInt(10 + belowPlaces);
  const divisor = below * 10n ** BigInt(abovePlaces);
  const rest = (dividend % divisor) * 2n;
  const down = dividend / divisor;
  const isUp = rest > divisor || (rest === divisor && down % 2n === 1n);
  return [id, date, ...shown, decimal(isUp ? down + 1n : down, 10)];
}

function decimal(units: bigint, places: number): string {
  if (places === 0) return String(units);
  const digits = String(units).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function scaled(row: Row, column: string, places: number): bigint {
  const [whole = '0', fraction = ''] = String(row[column] ?? '0').split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}

function text(row: Row, column: string): string {
  return String(row[column]);
}
