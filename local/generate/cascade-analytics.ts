import { toDecimal } from '../../shared/domain/rational.ts';
import { dayText } from './book-options.ts';
import type { JsonFile } from './json-file.ts';
import { at, type LoanBook } from './loan-book.ts';
import type { LoanTape } from './loan-tape.ts';
import { plainMoney } from './money-cells.ts';
import { type MonthFlow, monthFlows } from './month-flows.ts';
import type { DateTally } from './portfolio-tally.ts';

/**
 * The analytics export of Cascade, with the figures of this book at its newest date: percents in points, amounts in
 * USD. One record, deeply nested.
 */
export function cascadeAnalytics(book: LoanBook, dates: readonly DateTally[], tape: LoanTape): JsonFile {
  const [before, newest] = dates.slice(-2);
  if (newest === undefined || before === undefined) throw new RangeError('a book has at least two dates');
  const months = monthlyFigures(book, dates);
  const flow = months.at(-1) ?? NO_FIGURES;
  const usd = (cents: number): number => Number(plainMoney(cents));
  const tapeRow = tape.rows.at(-1);
  const figure = (column: string): number | null => {
    const cell = tapeRow?.get(column) ?? '';
    return cell === '' ? null : Number(cell);
  };
  const volume = book.principal.reduce((sum, cents) => sum + cents, 0);
  const document = {
    metadata: {
      extraction_date: `${book.options.asOf}T06:00:00Z`,
      data_as_of: book.options.asOf,
      last_updated: `${book.options.asOf}T05:30:00Z`,
      partner_id: 'abaco',
      currency: 'USD',
    },
    traction: {
      total_customers: new Set(book.customer).size,
      total_loans: book.count,
      total_volume_usd: usd(volume),
      monthly_active_clients_latest: newest.activeClients,
      outstanding_balance_usd: usd(newest.outstanding),
      growth_metrics: {
        ...growth(
          'volume',
          months.map(({ lent }) => lent),
        ),
        ...growth(
          'clients',
          dates.map(({ activeClients }) => activeClients),
        ),
        ...growth(
          'balance',
          dates.map(({ outstanding }) => outstanding),
        ),
      },
    },
    delinquency: {
      par90_latest: percent(newest.par90, newest.outstanding),
      par7_latest: percent(newest.par7, newest.outstanding),
      portfolio_at_risk_30dpd: usd(newest.par30),
      total_balance: usd(newest.outstanding),
      par_metrics: {
        par_7_usd: usd(newest.par7),
        par_30_usd: usd(newest.par30),
        par_60_usd: usd(newest.par60),
        par_90_usd: usd(newest.par90),
      },
    },
    collections: {
      collection_rate_latest: percent(flow.collected, flow.due),
      total_payments_received_latest: usd(flow.collected),
      total_payments_scheduled_latest: usd(flow.due),
      collection_metrics: months.slice(-3).map(({ month, collected, due }) => ({
        month,
        received_usd: usd(collected),
        scheduled_usd: usd(due),
        rate_pct: percent(collected, due),
      })),
    },
    curves: {
      cdr_latest: figure('cdr_pct'),
      written_off_amount: usd(newest.newlyWrittenOff),
      starting_balance: usd(before.outstanding),
      liquidation_rate: percent(flow.collected, before.outstanding),
    },
    characteristics: {
      average_apr: figure('avg_apr_pct'),
      average_loan_size_usd: usd(Math.round(volume / book.count)),
      interest_rate_distribution: rateBands(book),
    },
    cashflow_simulation: {
      next_due_date: newest.nextDue === 0 ? null : dayText(newest.nextDueDay),
      next_due_usd: usd(newest.nextDue),
    },
    financials: financials(figure),
    data_quality: {
      loan_tape_as_of: book.options.asOf,
      data_freshness_hours: 6,
      validation_status: 'passed',
      data_completeness_pct: 100,
    },
  };
  return { path: 'cascade/analytics.json', document, expected: { rows: '1', sums: {} } };
}

type Figures = MonthFlow & { readonly month: string; readonly lent: number };
const NO_FIGURES: Figures = { month: '', collected: 0, due: 0, lent: 0 };

/** What was lent, came in and fell due in the month of each date. */
function monthlyFigures(book: LoanBook, dates: readonly DateTally[]): Figures[] {
  const flows = monthFlows(book);
  const lent = new Map<string, number>();
  for (let loan = 0; loan < book.count; loan++) {
    const month = dayText(at(book.disburseDay, loan)).slice(0, 7);
    lent.set(month, (lent.get(month) ?? 0) + at(book.principal, loan));
  }
  return dates.map(({ reportingDay }) => {
    const month = dayText(reportingDay).slice(0, 7);
    const { collected, due } = flows.get(month) ?? NO_FIGURES;
    return { month, collected, due, lent: lent.get(month) ?? 0 };
  });
}

/** Change of the newest figure against the month, the quarter and the year before, in percent. */
function growth(name: string, series: readonly number[]): Record<string, number | null> {
  const newest = series.at(-1) ?? 0;
  const against = (months: number): number | null => {
    const base = series.at(-1 - months) ?? 0;
    return percent(newest - base, base);
  };
  return { [`${name}_mom`]: against(1), [`${name}_qoq`]: against(3), [`${name}_yoy`]: against(12) };
}

/** Number of loans by yearly rate in percent. */
function rateBands(book: LoanBook): Record<string, number> {
  const bands = { '0-25': 0, '25-50': 0, '50-100': 0, '100+': 0 };
  for (let loan = 0; loan < book.count; loan++) {
    const percents = at(book.rate, loan) / 10;
    bands[percents < 25 ? '0-25' : percents < 50 ? '25-50' : percents < 100 ? '50-100' : '100+']++;
  }
  return bands;
}

function financials(figure: (column: string) => number | null) {
  const cash = figure('cash_available_usd') ?? 0;
  const assets = Math.round(((figure('total_receivable_usd') ?? 0) + cash) * 103) / 100;
  const ratio = figure('debt_equity_ratio') ?? 0;
  const equity = Math.round((assets * 100) / (1 + ratio)) / 100;
  return {
    balance_sheet: {
      total_assets_usd: assets,
      total_liabilities_usd: Math.round((assets - equity) * 100) / 100,
      equity_usd: equity,
      cash_balance_usd: cash,
      net_worth_usd: equity,
    },
    income_statement: {
      net_income_usd: Math.round(assets) / 100,
      runway_months: 14,
      debt_to_equity_ratio: ratio,
    },
  };
}

/** Four decimals, in points; null when there is nothing to divide by. */
function percent(part: number, whole: number): number | null {
  if (whole <= 0) return null;
  return Number(toDecimal({ numerator: BigInt(part) * 100n, denominator: BigInt(whole) }, 4));
}
