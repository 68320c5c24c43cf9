import { toDecimal } from '../../shared/domain/rational.ts';
import { dayText } from './book-options.ts';
import { type CellType, type CsvFile, typed } from './csv-file.ts';
import type { LoanBook } from './loan-book.ts';
import { plainMoney } from './money-cells.ts';
import { monthFlows } from './month-flows.ts';
import type { DateTally } from './portfolio-tally.ts';
import { type Random, seededRandom } from './random.ts';

// The aggregate tape, as the lender's lender sees it: one row per quarter end and one for the cut-off.

/** Column by column, in the order of the file; cells are ready text, amounts in USD. */
export type TapeRow = ReadonlyMap<string, string>;

export type LoanTape = {
  readonly rows: readonly TapeRow[];
  /** Cents of the money columns, row by row. */
  readonly cents: readonly (readonly number[])[];
};

export const TAPE_MONEY = [
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
  'surplus_usd',
  'principal_outstanding_usd',
  'next_payment_usd',
] as const;
type TapeMoney = Record<(typeof TAPE_MONEY)[number], number>;

export function buildLoanTape(book: LoanBook, dates: readonly DateTally[]): LoanTape {
  const random = seededRandom(book.options.seed, 'loan_tape.csv');
  const quarterly = dates.filter((date, index) => isQuarterEnd(date) || index === dates.length - 1);
  const flows = monthFlows(book);
  const money = quarterly.map((date) => tapeMoney(date, random));
  const rows = quarterly.map((date, index) => {
    const before = dates[dates.indexOf(date) - 1];
    return tapeRow(date, before, money[index] ?? tapeMoney(date, random), flows, random);
  });
  return { rows, cents: money.map((row) => TAPE_MONEY.map((column) => row[column])) };
}

export function loanTapeFile(tape: LoanTape): CsvFile {
  return {
    path: 'cascade/loan_tape.csv',
    header: [...(tape.rows[0]?.keys() ?? [])],
    money: TAPE_MONEY,
    types: tapeTypes([...(tape.rows[0]?.keys() ?? [])]),
    lineEnd: '\n',
    lines: tape.rows.map((row, index) => ({
      text: [...row.values()].join(','),
      cents: tape.cents[index] ?? [],
    })),
  };
}

/** Percents and ratios are numbers; whatever is not named by its ending is text. */
export function tapeTypes(columns: readonly string[]): Record<string, CellType> {
  return typed({
    date: columns.filter((column) => column.endsWith('_date')),
    integer: ['active_clients', 'loans_count'],
    money: columns.filter((column) => column.endsWith('_usd')),
    number: [...columns.filter((column) => column.endsWith('_pct')), 'debt_equity_ratio', 'de_limit'],
  });
}

/** Totals of the loan-level PAR file, one row per reporting date. */
export function loanTapeParFile(dates: readonly DateTally[]): CsvFile {
  const money = ['outstanding_balance_usd', 'par_7', 'par_30', 'par_60', 'par_90'].map((name) =>
    name.endsWith('_usd') ? name : `${name}_balance_usd`,
  );
  return {
    path: 'cascade/loan_tape_par.csv',
    header: ['reporting_date', ...money],
    money,
    types: typed({ date: ['reporting_date'], money }),
    lineEnd: '\n',
    lines: dates.map((date) => {
      const cents = [date.outstanding, date.par7, date.par30, date.par60, date.par90];
      return { text: [dayText(date.reportingDay), ...cents.map(plainMoney)].join(','), cents };
    }),
  };
}

function isQuarterEnd({ reportingDay }: DateTally): boolean {
  return ['03', '06', '09', '12'].includes(dayText(reportingDay).slice(5, 7));
}

/** The buckets are half-open and add up to the receivable, to the cent. */
function tapeMoney(date: DateTally, random: Random): TapeMoney {
  const discounted = Math.round(date.discounted / 100);
  // The lender's lender advances 76.92 % of the discounted balance, and a good part of that is drawn.
  const base = Math.round(discounted * 0.769231);
  const cash = Math.round(date.eligible * (0.018 + random.unit() * 0.03));
  const drawnLoan = Math.round(base * (0.8 + random.unit() * 0.15));
  return {
    total_receivable_usd: date.outstanding,
    total_eligible_usd: date.eligible,
    discounted_balance_usd: discounted,
    cash_available_usd: cash,
    dpd_0_7_usd: date.outstanding - date.par7,
    dpd_7_30_usd: date.par7 - date.par30,
    dpd_30_60_usd: date.par30 - date.par60,
    dpd_60_90_usd: date.par60 - date.par90,
    dpd_90_plus_usd: date.par90,
    dpd_120_plus_usd: date.par120,
    surplus_usd: base + cash - drawnLoan,
    principal_outstanding_usd: date.outstanding,
    next_payment_usd: date.nextDue,
  };
}

function tapeRow(
  date: DateTally,
  before: DateTally | undefined,
  money: TapeMoney,
  flows: ReturnType<typeof monthFlows>,
  random: Random,
): TapeRow {
  const day = dayText(date.asOfDay);
  const flow = flows.get(dayText(date.reportingDay).slice(0, 7)) ?? { collected: 0, due: 0 };
  const base = Math.round(money.discounted_balance_usd * 0.769231) + money.cash_available_usd;
  const lost = { part: date.newlyWrittenOff, whole: before?.outstanding ?? 0 };
  const usd = (column: keyof TapeMoney): [string, string] => [column, plainMoney(money[column])];
  return new Map([
    ['loan_id', `looker_snapshot_${day.replaceAll('-', '')}`],
    ['measurement_date', day],
    ['period', `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`],
    ...TAPE_MONEY.slice(0, 10).map(usd),
    ['collateralization_pct', percent(base, base - money.surplus_usd)],
    usd('surplus_usd'),
    ['par7_pct', percent(date.par7, date.outstanding)],
    ['par30_pct', percent(date.par30, date.outstanding)],
    ['par60_pct', percent(date.par60, date.outstanding)],
    ['par90_pct', percent(date.par90, date.outstanding)],
    ['default_ratio_30dpd_pct', percent(date.par30, date.outstanding)],
    ['collection_rate_pct', percent(flow.collected, flow.due)],
    ['cdr_pct', yearlyPercent(lost.part, lost.whole)],
    ['smm_pct', percent(lost.part, lost.whole)],
    ['cpp_pct', `0.${random.int(10, 99)}`],
    ['avg_apr_pct', percent(date.aprNumerator, BigInt(date.outstanding) * 1_000n)],
    ['active_clients', String(date.activeClients)],
    ['loans_count', String(date.activeLoans)],
    usd('principal_outstanding_usd'),
    usd('next_payment_usd'),
    ['next_payment_date', date.nextDue === 0 ? '' : dayText(date.nextDueDay)],
    ['debt_equity_ratio', `${random.int(2, 4)}.${random.int(10, 99)}`],
    ['de_limit', '6.0'],
  ]);
}

/** Four decimals; blank when there is nothing to divide by. */
function percent(part: number | bigint, whole: number | bigint): string {
  if (BigInt(whole) <= 0n) return '';
  return toDecimal({ numerator: BigInt(part) * 100n, denominator: BigInt(whole) }, 4);
}

/** 1 - (1 - monthly rate)^12, exactly, in percent. */
function yearlyPercent(part: number, whole: number): string {
  if (whole <= 0) return '';
  const kept = BigInt(Math.max(0, whole - part)) ** 12n;
  const denominator = BigInt(whole) ** 12n;
  return toDecimal({ numerator: (denominator - kept) * 100n, denominator }, 4);
}
