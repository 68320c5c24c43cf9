import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type Rational, rational } from '../../../../../shared/domain/rational.ts';
import { dayOf } from './reporting-months.ts';

// The rows of a generated book, straight from its files: no model, no engine. Money is in cents, days are counted
// from 1970-01-01, a month is `2025-12`.

export type Loan = {
  readonly id: string;
  readonly customer: string;
  readonly company: string;
  readonly product: string;
  readonly state: string;
  readonly termBand: string;
  /** Of the customer's first row in the customer data. */
  readonly segment: string | undefined;
  readonly disbursed: number;
  readonly matures: number;
  readonly principal: bigint;
  readonly rate: Rational;
  /** As the file has it: with what was written off. */
  readonly outstanding: bigint;
};

export type Balance = {
  readonly loan: Loan;
  readonly month: string;
  readonly dpd: number;
  readonly isWrittenOff: boolean;
  readonly outstanding: bigint;
  readonly writtenOff: bigint;
  /** At risk from 7, 30, 60 and 90 days on. */
  readonly par: readonly [bigint, bigint, bigint, bigint];
};

type Amounts = {
  readonly principal: bigint;
  readonly interest: bigint;
  readonly fees: bigint;
  readonly other: bigint;
  readonly tax: bigint;
};
export type Payment = Amounts & { readonly loan: Loan; readonly day: number };
export type Due = Amounts & { readonly loan: Loan; readonly day: number };

export type RealPayment = {
  readonly loan: Loan;
  readonly customer: string;
  /** Of the customer. */
  readonly name: string;
  readonly day: number;
  readonly status: string;
  readonly total: bigint;
};

export type Target = {
  readonly month: string;
  readonly type: string;
  readonly segment: string;
  readonly disbursement: bigint;
  readonly customers: bigint;
};
export type Spend = {
  readonly month: string;
  readonly channel: string;
  readonly segment: string;
  readonly spend: bigint;
};
export type CampaignDay = {
  readonly campaign: string;
  readonly day: number;
  readonly spend: bigint;
  readonly clicks: bigint;
  readonly impressions: bigint;
};
export type Statement = {
  readonly day: number;
  readonly cash: bigint | undefined;
  readonly liabilities: bigint | undefined;
  /** Assets less liabilities, where it is not told. */
  readonly netWorth: bigint | undefined;
};

export type Book = {
  /** The day that is reported. */
  readonly asOf: number;
  /** The last day of which payments are known. */
  readonly paidUpTo: number;
  readonly loans: readonly Loan[];
  readonly balances: readonly Balance[];
  readonly payments: readonly Payment[];
  readonly dues: readonly Due[];
  readonly realPayments: readonly RealPayment[];
  readonly targets: readonly Target[];
  readonly spend: readonly Spend[];
  /** Those that the table of marketing spend has, for whatever segment. */
  readonly monthsWithSpend: ReadonlySet<string>;
  readonly campaigns: readonly CampaignDay[];
  readonly statements: readonly Statement[];
  /** Names of the companies in the CRM. */
  readonly companies: readonly string[];
  /** Cells of the four files of the core, as text. */
  readonly files: Readonly<
    Record<'loans' | 'loan_par_balances' | 'schedules' | 'transactions', readonly Row[]>
  >;
};

export type Row = Readonly<Record<string, string>>;

export async function readLenderBook(dir: string, asOf: string): Promise<Book> {
  const rowsOf = async (path: string): Promise<Row[]> =>
    parse(await readFile(join(dir, path), 'utf8'), { columns: true, bom: true });
  const jsonOf = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(dir, path), 'utf8'));
  const files = {
    loans: await rowsOf('looker/loans.csv'),
    loan_par_balances: await rowsOf('looker/loan_par_balances.csv'),
    schedules: await rowsOf('looker/schedules.csv'),
    transactions: await rowsOf('looker/transactions.csv'),
  };
  const segments = new Map<string, string>();
  for (const row of await rowsOf('looker/customer_data.csv')) {
    const customer = cell(row, 'Customer ID');
    if (!segments.has(customer)) segments.set(customer, cell(row, 'segment'));
  }
  const loans = files.loans.map((row): Loan => {
    const customer = cell(row, 'customer_id');
    return {
      id: cell(row, 'loan_id'),
      customer,
      company: cell(row, 'company'),
      product: cell(row, 'product_type'),
      state: cell(row, 'location_state_province'),
      termBand: cell(row, 'term_buckets'),
      segment: segments.get(customer) || undefined,
      disbursed: dayOf(cell(row, 'disburse_date')),
      matures: dayOf(cell(row, 'maturity_date')),
      principal: cents(cell(row, 'disburse_principal')),
      rate: rational(cell(row, 'interest_rate')),
      outstanding: cents(cell(row, 'outstanding_balance')),
    };
  });
  const byId = new Map(loans.map((loan) => [loan.id, loan]));
  const loanOf = (id: string): Loan => byId.get(id) ?? nothingCalled(id);
  const spend = (await rowsOf('manual/marketing_spend.csv')).map((row) => ({
    month: cell(row, 'month').slice(0, 7),
    channel: cell(row, 'channel'),
    segment: cell(row, 'segment'),
    spend: cents(cell(row, 'spend')),
  }));
  return {
    asOf: dayOf(asOf),
    paidUpTo: Math.min(dayOf(asOf), lastPaidDay(files.transactions, { loans, asOf: dayOf(asOf) })),
    loans,
    balances: files.loan_par_balances.map((row) => ({
      loan: loanOf(cell(row, 'loan_id_raw')),
      month: cell(row, 'reporting_date').slice(0, 7),
      dpd: Number(cell(row, 'dpd')),
      isWrittenOff: cell(row, 'is_writeoff') === 'true',
      outstanding: cents(cell(row, 'outstanding_balance_usd')),
      writtenOff: cents(cell(row, 'writeoff_outstanding_balance_usd')),
      par: [
        cents(cell(row, 'PAR_7_balance_usd')),
        cents(cell(row, 'PAR_30_balance_usd')),
        cents(cell(row, 'PAR_60_balance_usd')),
        cents(cell(row, 'PAR_90_balance_usd')),
      ],
    })),
    payments: files.transactions
      .filter((row) => row['transaction_type'] === 'PAYMENT')
      .map((row) => ({
        loan: loanOf(cell(row, 'loan_id')),
        day: dayOf(cell(row, 'date_paid')),
        ...amounts(row),
      })),
    dues: files.schedules.map((row) => ({
      loan: loanOf(cell(row, 'loan_id')),
      day: dayOf(cell(row, 'date_due')),
      ...amounts(row),
    })),
    realPayments: (await rowsOf('looker/historic_real_payments.csv')).map((row) => {
      const company = /\sF\S*$/.test(cell(row, 'Company')) ? 'ABF' : 'ABT';
      return {
        loan: loanOf(`${company} - ${cell(row, 'Loan ID')}`),
        customer: cell(row, 'Customer ID'),
        name: cell(row, 'Cliente'),
        day: dayOf(cell(row, 'True Payment Date')),
        status: cell(row, 'True Payment Status'),
        total: cents(cell(row, 'True Total Payment')),
      };
    }),
    targets: (await rowsOf('manual/targets.csv')).map((row) => ({
      month: cell(row, 'year_month').slice(0, 7),
      type: cell(row, 'customer_type'),
      segment: cell(row, 'segment'),
      disbursement: cents(cell(row, 'target_disbursement')),
      customers: BigInt(cell(row, 'target_customers')),
    })),
    spend,
    monthsWithSpend: new Set(spend.map(({ month }) => month)),
    campaigns: Insights.parse(await jsonOf('meta/insights.json')).map((row) => ({
      campaign: row.campaign_name,
      day: dayOf(row.date_start),
      // Graph leaves a figure out where it is zero.
      spend: cents(row.spend ?? '0'),
      clicks: BigInt(row.clicks ?? '0'),
      impressions: BigInt(row.impressions ?? '0'),
    })),
    statements: (await rowsOf('manual/financial_statements.csv')).map((row) => {
      const [assets, liabilities] = [told(row, 'total_activos'), told(row, 'total_pasivos')];
      const left = assets === undefined || liabilities === undefined ? undefined : assets - liabilities;
      return {
        day: dayOf(cell(row, 'fecha_corte')),
        cash: told(row, 'efectivo'),
        liabilities,
        netWorth: told(row, 'patrimonio') ?? left,
      };
    }),
    companies: Companies.parse(await jsonOf('hubspot/companies.json')).results.map(
      ({ properties }) => properties.name,
    ),
    files,
  };
}

/** What had happened by an earlier day, as if it were the day of the book; balances were of month ends alone. */
export function bookOn(day: number, book: Book): Book {
  const loans = book.loans.filter(({ disbursed }) => disbursed <= day);
  const known = new Set(loans.map(({ id }) => id));
  const isKnown = (row: Row) => known.has(row['loan_id'] ?? '');
  const isPast = (row: { readonly day: number }) => row.day <= day;
  return {
    ...book,
    asOf: day,
    paidUpTo: Math.min(day, book.paidUpTo),
    loans,
    balances: [],
    payments: book.payments.filter(isPast),
    dues: book.dues.filter(({ loan }) => known.has(loan.id)),
    realPayments: book.realPayments.filter(isPast),
    campaigns: book.campaigns.filter(isPast),
    statements: book.statements.filter(isPast),
    files: {
      loans: book.files.loans.filter(isKnown),
      loan_par_balances: [],
      schedules: book.files.schedules.filter(isKnown),
      transactions: book.files.transactions.filter((row) => dayOf(row['date_paid'] ?? '') <= day),
    },
  };
}

/**
 * That of the newest transaction, unless the loans of up to a week later owe what the transactions leave of them: then
 * nothing was paid since.
 */
function lastPaidDay(transactions: readonly Row[], of: Pick<Book, 'loans' | 'asOf'>): number {
  const newest = Math.max(...transactions.map((row) => dayOf(cell(row, 'date_paid'))));
  const apart = of.loans.reduce((total, loan) => total - loan.outstanding, principalLeft(transactions));
  const isAlike = -100n <= apart && apart <= 100n;
  return isAlike && of.asOf <= newest + 7 ? of.asOf : newest;
}

/** What was lent and not repaid. */
export function principalLeft(transactions: readonly Row[]): bigint {
  return transactions.reduce((total, row) => {
    const principal = cents(cell(row, 'principal'));
    return cell(row, 'transaction_type') === 'PAYMENT' ? total - principal : total + principal;
  }, 0n);
}

const Insights = z.array(
  z.object({
    campaign_name: z.string(),
    date_start: z.string(),
    spend: z.string().optional(),
    clicks: z.string().optional(),
    impressions: z.string().optional(),
  }),
);

const Companies = z.object({ results: z.array(z.object({ properties: z.object({ name: z.string() }) })) });

/** Half away from zero; cells carry the noise of floats. */
function cents(text: string): bigint {
  const value = Number(text) * 100;
  return BigInt(Math.sign(value) * Math.round(Math.abs(value)));
}

function amounts(row: Row): Amounts {
  const money = (column: string) => cents(cell(row, column));
  return {
    principal: money('principal'),
    interest: money('interest'),
    fees: money('fees'),
    other: money('other'),
    tax: money('to_tax'),
  };
}

function told(row: Row, column: string): bigint | undefined {
  const text = cell(row, column);
  return text === '' ? undefined : cents(text);
}

function cell(row: Row, column: string): string {
  return row[column] ?? nothingCalled(column);
}

function nothingCalled(name: string): never {
  throw new Error(`there is no ${name}`);
}
