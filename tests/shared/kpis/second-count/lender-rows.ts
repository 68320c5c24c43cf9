import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type Rational, rational } from '../../../../shared/domain/rational.ts';
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
  readonly cash: bigint;
  readonly liabilities: bigint;
  readonly netWorth: bigint;
};

export type Book = {
  /** The day that is reported. */
  readonly asOf: number;
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
    const customer = of(row, 'Customer ID');
    if (!segments.has(customer)) segments.set(customer, of(row, 'segment'));
  }
  const loans = files.loans.map((row): Loan => {
    const customer = of(row, 'customer_id');
    return {
      id: of(row, 'loan_id'),
      customer,
      company: of(row, 'company'),
      product: of(row, 'product_type'),
      state: of(row, 'location_state_province'),
      termBand: of(row, 'term_buckets'),
      segment: segments.get(customer) || undefined,
      disbursed: dayOf(of(row, 'disburse_date')),
      matures: dayOf(of(row, 'maturity_date')),
      principal: cents(of(row, 'disburse_principal')),
      rate: rational(of(row, 'interest_rate')),
      outstanding: cents(of(row, 'outstanding_balance')),
    };
  });
  const byId = new Map(loans.map((loan) => [loan.id, loan]));
  const loanOf = (id: string): Loan => byId.get(id) ?? nothingCalled(id);
  const spend = (await rowsOf('manual/marketing_spend.csv')).map((row) => ({
    month: of(row, 'month').slice(0, 7),
    channel: of(row, 'channel'),
    segment: of(row, 'segment'),
    spend: cents(of(row, 'spend')),
  }));
  return {
    asOf: dayOf(asOf),
    loans,
    balances: files.loan_par_balances.map((row) => ({
      loan: loanOf(of(row, 'loan_id_raw')),
      month: of(row, 'reporting_date').slice(0, 7),
      dpd: Number(of(row, 'dpd')),
      isWrittenOff: of(row, 'is_writeoff') === 'true',
      outstanding: cents(of(row, 'outstanding_balance_usd')),
      writtenOff: cents(of(row, 'writeoff_outstanding_balance_usd')),
      par: [
        cents(of(row, 'PAR_7_balance_usd')),
        cents(of(row, 'PAR_30_balance_usd')),
        cents(of(row, 'PAR_60_balance_usd')),
        cents(of(row, 'PAR_90_balance_usd')),
      ],
    })),
    payments: files.transactions
      .filter((row) => row['transaction_type'] === 'PAYMENT')
      .map((row) => ({
        loan: loanOf(of(row, 'loan_id')),
        day: dayOf(of(row, 'date_paid')),
        ...amounts(row),
      })),
    dues: files.schedules.map((row) => ({
      loan: loanOf(of(row, 'loan_id')),
      day: dayOf(of(row, 'date_due')),
      ...amounts(row),
    })),
    realPayments: (await rowsOf('looker/historic_real_payments.csv')).map((row) => {
      const company = /\sF\S*$/.test(of(row, 'Company')) ? 'ABF' : 'ABT';
      return {
        loan: loanOf(`${company} - ${of(row, 'Loan ID')}`),
        customer: of(row, 'Customer ID'),
        name: of(row, 'Cliente'),
        day: dayOf(of(row, 'True Payment Date')),
        status: of(row, 'True Payment Status'),
        total: cents(of(row, 'True Total Payment')),
      };
    }),
    targets: (await rowsOf('manual/targets.csv')).map((row) => ({
      month: of(row, 'year_month').slice(0, 7),
      type: of(row, 'customer_type'),
      segment: of(row, 'segment'),
      disbursement: cents(of(row, 'target_disbursement')),
      customers: BigInt(of(row, 'target_customers')),
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
    statements: (await rowsOf('manual/financial_statements.csv')).map((row) => ({
      day: dayOf(of(row, 'fecha_corte')),
      cash: cents(of(row, 'efectivo')),
      liabilities: cents(of(row, 'total_pasivos')),
      netWorth: cents(of(row, 'patrimonio')),
    })),
    companies: Companies.parse(await jsonOf('hubspot/companies.json')).results.map(
      ({ properties }) => properties.name,
    ),
    files,
  };
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
  const money = (column: string) => cents(of(row, column));
  return {
    principal: money('principal'),
    interest: money('interest'),
    fees: money('fees'),
    other: money('other'),
    tax: money('to_tax'),
  };
}

function of(row: Row, column: string): string {
  return row[column] ?? nothingCalled(column);
}

function nothingCalled(name: string): never {
  throw new Error(`there is no ${name}`);
}
