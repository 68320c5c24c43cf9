import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type Rational, rational } from '../../../../../shared/domain/rational.ts';

// The rows of a generated book, read from its CSV files without any of the product's decoding: money in cents, days as
// text. What is empty is undefined.

export type Loan = {
  readonly id: string;
  readonly company: string;
  readonly customer: string;
  readonly product: string;
  readonly state: string;
  readonly currency: string;
  readonly disbursed: string;
  readonly term: number;
  readonly termBand: string;
  readonly principal: bigint;
  readonly fees: bigint;
  /** A fraction per year. */
  readonly rate: Rational;
};

/** What falls due, or is paid, on a day. */
export type Amounts = {
  readonly loan: string;
  readonly day: string;
  readonly principal: bigint;
  readonly interest: bigint;
  readonly fees: bigint;
  readonly other: bigint;
  readonly tax: bigint;
};

/** A loan at a reporting date. */
export type Balance = {
  readonly loan: string;
  readonly dpd: number;
  readonly outstanding: bigint;
  readonly writtenOff: bigint;
  readonly isWrittenOff: boolean;
};

export type RealPayment = {
  readonly loan: string;
  readonly customer: string;
  readonly payer: string;
  readonly day: string;
  readonly cash: bigint;
  readonly status: string;
};

export type LoanBookRows = {
  readonly loans: ReadonlyMap<string, Loan>;
  /** In order of date. */
  readonly dues: readonly Amounts[];
  readonly payments: readonly Amounts[];
  /** The newest days in the files of transactions and of real payments. */
  readonly paidUpTo: string;
  readonly reallyPaidUpTo: string;
  /** By label. */
  readonly parFile: ReadonlyMap<string, readonly Balance[]>;
  readonly realPayments: readonly RealPayment[];
  /** The first row of each customer. */
  readonly customers: ReadonlyMap<string, { readonly segment: string; readonly line: string }>;
  readonly riskParameters: readonly {
    readonly segment: string;
    readonly line: string;
    /** Exposure times probability of default times loss given default. */
    readonly factor: Rational;
  }[];
  readonly payorMap: readonly { readonly customer: string; readonly payer: string; readonly since: string }[];
  readonly statements: readonly { readonly day: string; readonly cash: bigint }[];
  readonly collateral: readonly {
    readonly loan: string;
    readonly appraisal: bigint;
    readonly appraised: string;
  }[];
  /** A loan may have several: its draws. */
  readonly draws: readonly {
    readonly bareLoan: string;
    readonly customer: string;
    readonly amount: bigint;
    readonly feeAndTax: bigint;
    readonly outstanding: bigint;
    readonly dpd: number;
  }[];
  readonly tape: readonly Tape[];
};

export type Tape = {
  readonly day: string;
  readonly eligible: bigint;
  readonly discounted: bigint;
  readonly cash: bigint;
  readonly surplus: bigint;
  readonly receivable: bigint;
  readonly from30: bigint;
  readonly from7: bigint;
  readonly from60: bigint;
  readonly from90: bigint;
};

export type CsvRow = Readonly<Record<string, string>>;

export async function csvRows(file: string): Promise<readonly CsvRow[]> {
  const rows: CsvRow[] = parse(await readFile(file, 'utf8'), { columns: true });
  return rows;
}

export async function loanBookRows(sources: string, asOf: string): Promise<LoanBookRows> {
  const read = (path: string) => csvRows(join(sources, path));
  const loans = (await read('looker/loans.csv')).map(loanOf);
  const known = new Set(loans.map(({ id }) => id));
  const transactions = await read('looker/transactions.csv');
  const real = (await read('looker/historic_real_payments.csv')).map(realPaymentOf);
  const customers = (await read('looker/customer_data.csv')).toReversed();
  return {
    loans: new Map(loans.map((loan) => [loan.id, loan])),
    dues: inOrder((await read('looker/schedules.csv')).map((row) => amountsOf(row, 'date_due'))),
    payments: inOrder(
      transactions
        .filter((row) => cell(row, 'transaction_type') === 'PAYMENT')
        .map((row) => amountsOf(row, 'date_paid')),
    ),
    paidUpTo: newestOf(transactions.map((row) => cell(row, 'date_paid'))),
    reallyPaidUpTo: newestOf(real.map(({ day }) => day)),
    parFile: new Map(
      [...Map.groupBy(await read('looker/loan_par_balances.csv'), (row) => cell(row, 'reporting_date'))].map(
        ([label, rows]) => [label, rows.map(balanceOf)],
      ),
    ),
    // Loans that are in no other file are orphans and go to quarantine.
    realPayments: real.filter(({ loan }) => known.has(loan)),
    customers: new Map(
      customers.map((row) => [
        cell(row, 'Customer ID'),
        { segment: cell(row, 'segment'), line: cell(row, 'subcategoria_linea') },
      ]),
    ),
    riskParameters: (await read('manual/risk_parameters.csv')).map(riskParameterOf),
    payorMap: (await read('manual/payor_map.csv')).map((row) => ({
      customer: cell(row, 'customer_id'),
      payer: cell(row, 'payor_id'),
      since: cell(row, 'effective_date'),
    })),
    statements: (await read('manual/financial_statements.csv')).map((row) => ({
      day: cell(row, 'fecha_corte'),
      cash: cents(cell(row, 'efectivo')),
    })),
    collateral: (await read('looker/collateral.csv')).map((row) => ({
      loan: cell(row, 'loan_id'),
      appraisal: cents(cell(row, 'appraisal_value')),
      appraised: cell(row, 'appraisal_date'),
    })),
    draws: (await read(`looker/loan_data_${asOf}.csv`)).map((row) => ({
      bareLoan: cell(row, 'Loan ID'),
      customer: cell(row, 'Customer ID'),
      amount: cents(cell(row, 'Disbursement Amount')),
      feeAndTax: cents(cell(row, 'Origination Fee')) + cents(cell(row, 'Origination Fee Taxes')),
      outstanding: cents(cell(row, 'Outstanding Loan Value')),
      dpd: Number(cell(row, 'Days in Default')),
    })),
    tape: (await read('cascade/loan_tape.csv')).map(tapeOf),
  };
}

function loanOf(row: CsvRow): Loan {
  return {
    id: cell(row, 'loan_id'),
    company: cell(row, 'company'),
    customer: cell(row, 'customer_id'),
    product: cell(row, 'product_type'),
    state: cell(row, 'location_state_province'),
    currency: cell(row, 'currency'),
    disbursed: cell(row, 'disburse_date'),
    term: Number(cell(row, 'term')),
    termBand: cell(row, 'term_buckets'),
    principal: cents(cell(row, 'disburse_principal')),
    fees: cents(cell(row, 'total_fees')),
    rate: rational(cell(row, 'interest_rate')),
  };
}

function amountsOf(row: CsvRow, day: 'date_due' | 'date_paid'): Amounts {
  return {
    loan: cell(row, 'loan_id'),
    day: cell(row, day),
    principal: cents(cell(row, 'principal')),
    interest: cents(cell(row, 'interest')),
    fees: cents(cell(row, 'fees')),
    other: cents(cell(row, 'other')),
    tax: cents(cell(row, 'to_tax')),
  };
}

function balanceOf(row: CsvRow): Balance {
  return {
    loan: cell(row, 'loan_id_raw'),
    dpd: Number(cell(row, 'dpd')),
    outstanding: cents(cell(row, 'outstanding_balance_usd')),
    writtenOff: cents(cell(row, 'writeoff_outstanding_balance_usd')),
    isWrittenOff: cell(row, 'is_writeoff') === 'true',
  };
}

function realPaymentOf(row: CsvRow): RealPayment {
  return {
    loan: `${companyNamed(cell(row, 'Company'))} - ${cell(row, 'Loan ID')}`,
    customer: cell(row, 'Customer ID'),
    payer: cell(row, 'Pagador').trim().toLowerCase(),
    day: cell(row, 'True Payment Date'),
    cash: cents(cell(row, 'True Total Payment')),
    status: cell(row, 'True Payment Status'),
  };
}

/** Two long names; the last word tells which. */
function companyNamed(name: string): string {
  const lastWord = name.trim().split(/\s+/).at(-1) ?? '';
  return lastWord.startsWith('F') ? 'ABF' : 'ABT';
}

function riskParameterOf(row: CsvRow): LoanBookRows['riskParameters'][number] {
  const [pd, lgd, ead] = ['pd', 'lgd', 'ead_factor'].map((name) => rational(cell(row, name)));
  if (pd === undefined || lgd === undefined || ead === undefined)
    throw new RangeError('not three parameters');
  return {
    segment: cell(row, 'segment'),
    line: cell(row, 'subcategoria_linea'),
    factor: {
      numerator: pd.numerator * lgd.numerator * ead.numerator,
      denominator: pd.denominator * lgd.denominator * ead.denominator,
    },
  };
}

function tapeOf(row: CsvRow): Tape {
  const bucket = (name: string) => cents(cell(row, `dpd_${name}_usd`));
  const from90 = bucket('90_plus');
  const from60 = from90 + bucket('60_90');
  const from30 = from60 + bucket('30_60');
  return {
    day: cell(row, 'measurement_date'),
    eligible: cents(cell(row, 'total_eligible_usd')),
    discounted: cents(cell(row, 'discounted_balance_usd')),
    cash: cents(cell(row, 'cash_available_usd')),
    surplus: cents(cell(row, 'surplus_usd')),
    receivable: cents(cell(row, 'total_receivable_usd')),
    from90,
    from60,
    from30,
    from7: from30 + bucket('7_30'),
  };
}

function newestOf(days: readonly string[]): string {
  return days.toSorted().at(-1) ?? '';
}

function inOrder(amounts: readonly Amounts[]): readonly Amounts[] {
  return amounts.toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function cell(row: CsvRow, column: string): string {
  const value = row[column];
  if (value === undefined) throw new RangeError(`there is no column ${column}`);
  return value;
}

/** Feeds bring binary noise (`181.67999999999984`); it is less than half a cent. */
function cents(text: string): bigint {
  return BigInt(Math.round(Number(text) * 100));
}
