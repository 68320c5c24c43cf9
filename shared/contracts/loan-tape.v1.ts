import { DatasetId } from '../domain/ids.ts';
import { day, id, measure, money, OPTIONAL, text, wholeNumber } from './column-kinds.ts';
import type { Column, Contract } from './contract.ts';
import { freshWithin, STEADY_VOLUME } from './expectation-kinds.ts';

const optionalMoney = (name: string, description: string): Column => money(name, description, OPTIONAL);

/** A figure of the export that the product shows or compares but computes for itself. */
const reported = (name: string, description: string, unit: string): Column =>
  measure(name, description, unit, OPTIONAL);

/** A part of the whole, in percent. */
const reportedShare = (name: string, description: string): Column =>
  measure(name, description, 'percent', { ...OPTIONAL, min: '0', max: '100' });

const TAPE: Pick<Contract, 'dataset' | 'version' | 'owner' | 'mode' | 'maxRejectedShare'> = {
  dataset: DatasetId.parse('cascade/loan_tape'),
  version: 1,
  owner: 'Chief financial officer',
  mode: 'evolve',
  // A row of the tape is a whole quarter: one bad row is one too many.
  maxRejectedShare: '0',
};

/** The aggregate tape: one row per measurement date, with the receivable by days past due. */
export const loanTapeV1: Contract = {
  ...TAPE,
  name: 'loan_tape',
  relation: 'cascade_loan_tape',
  title: 'Cascade loan tape, aggregated',
  grain: 'one row per measurement date',
  key: ['loan_id', 'measurement_date'],
  asOf: { kind: 'newest', column: 'measurement_date' },
  columns: [
    day('measurement_date', 'Day that the row was measured on', { classification: 'internal' }),
    money('total_receivable_usd', 'Everything owed'),
    money('total_eligible_usd', 'Receivable that the lender accepts as collateral'),
    money('discounted_balance_usd', 'Eligible receivable after the discount by age'),
    money('cash_available_usd', 'Cash in bank'),
    money('dpd_0_7_usd', 'Receivable less than 7 days past due'),
    money('dpd_7_30_usd', 'Receivable 7 to 29 days past due'),
    money('dpd_30_60_usd', 'Receivable 30 to 59 days past due'),
    money('dpd_60_90_usd', 'Receivable 60 to 89 days past due'),
    money('dpd_90_plus_usd', 'Receivable 90 or more days past due'),
    text('loan_id', 'Empty in the aggregate tape', {
      ...OPTIONAL,
      classification: 'confidential',
      pii: 'quasi',
    }),
    text('period', 'Quarter: `2025Q4`', OPTIONAL),
    optionalMoney('dpd_120_plus_usd', 'Part of 90 plus that is 120 or more days past due'),
    optionalMoney('principal_outstanding_usd', 'Principal outstanding'),
    optionalMoney('next_payment_usd', 'Next payment to the lender'),
    day('next_payment_date', 'Day of the next payment to the lender', OPTIONAL),
    reported('surplus_usd', 'Borrowing base less what the lender is owed', 'USD'),
    reported(
      'collateralization_pct',
      'Borrowing base / lender principal; above 100 is legitimate',
      'percent',
    ),
    reportedShare('par7_pct', 'PAR 7 as Cascade reports it'),
    reportedShare('par30_pct', 'PAR 30 as Cascade reports it'),
    reportedShare('par60_pct', 'PAR 60 as Cascade reports it'),
    reportedShare('par90_pct', 'PAR 90 as Cascade reports it'),
    reportedShare('default_ratio_30dpd_pct', 'Default ratio at 30 days past due'),
    reported('collection_rate_pct', 'Collections / scheduled; above 100 is legitimate', 'percent'),
    reportedShare('cdr_pct', 'Conditional default rate'),
    reportedShare('smm_pct', 'Single monthly mortality'),
    reportedShare('cpp_pct', 'Constant prepayment'),
    reported('avg_apr_pct', 'Average yearly rate', 'percent'),
    reported('active_clients', 'Clients with a live loan', 'clients'),
    reported('loans_count', 'Loans', 'loans'),
    reported('debt_equity_ratio', 'Liabilities / net worth', 'ratio'),
    reported('de_limit', 'Covenant limit of debt to equity', 'ratio'),
  ],
  rules: [
    {
      kind: 'adds-up',
      code: 'tape-buckets',
      severity: 'error',
      parts: ['dpd_0_7_usd', 'dpd_7_30_usd', 'dpd_30_60_usd', 'dpd_60_90_usd', 'dpd_90_plus_usd'],
      total: 'total_receivable_usd',
      within: '1.00',
    },
    {
      kind: 'includes',
      code: 'tape-90-plus',
      severity: 'error',
      column: 'dpd_90_plus_usd',
      part: 'dpd_120_plus_usd',
    },
    {
      kind: 'descending',
      code: 'par-nesting',
      severity: 'error',
      columns: ['par7_pct', 'par30_pct', 'par60_pct', 'par90_pct'],
    },
  ],
  expectations: [freshWithin(7)],
};

/** The aggregated PAR variant: one row per reporting date with the PAR balances of the whole book. */
export const loanTapeParV1: Contract = {
  ...TAPE,
  name: 'loan_tape_par',
  relation: 'cascade_loan_tape_par',
  title: 'PAR balances of the whole book',
  grain: 'one row per reporting date',
  key: ['reporting_date'],
  asOf: { kind: 'newest', column: 'reporting_date' },
  columns: [
    day('reporting_date', 'Day that the balances stand for', { classification: 'internal' }),
    money('outstanding_balance_usd', 'Principal outstanding'),
    optionalMoney('par_0_balance_usd', 'Outstanding of loans past due at all'),
    money('par_7_balance_usd', 'Outstanding of loans 7 or more days past due'),
    money('par_30_balance_usd', 'Outstanding of loans 30 or more days past due'),
    money('par_60_balance_usd', 'Outstanding of loans 60 or more days past due'),
    money('par_90_balance_usd', 'Outstanding of loans 90 or more days past due'),
  ],
  rules: [
    {
      kind: 'descending',
      code: 'par-nesting',
      severity: 'error',
      columns: [
        'outstanding_balance_usd',
        'par_0_balance_usd',
        'par_7_balance_usd',
        'par_30_balance_usd',
        'par_60_balance_usd',
        'par_90_balance_usd',
      ],
    },
  ],
  expectations: [freshWithin(7)],
};

/** The loan-level export: one row per loan with what came in lately. Its day comes with the drop. */
export const loanTapeLoansV1: Contract = {
  ...TAPE,
  maxRejectedShare: '0.01',
  name: 'loan_tape_loans',
  relation: 'cascade_loan_tape_loans',
  title: 'Cascade loan tape by loan',
  grain: 'one row per loan',
  key: ['loan_id'],
  asOf: { kind: 'given' },
  columns: [
    id('loan_id', 'Loan'),
    id('client_id', 'Customer', { aliases: ['customer_id', 'borrower_id', 'id_cliente'] }),
    money('current_balance', 'Principal outstanding', {
      aliases: ['outstanding_balance', 'balance', 'outstanding', 'saldo', 'olb'],
    }),
    money('original_balance', 'Principal disbursed', { aliases: ['original_amount'] }),
    day('last_payment_date', 'Day of the latest payment', { nullable: true }),
    money('total_collections_30_days', 'Collected in the last 30 days', {
      aliases: ['total_received_30d'],
      nullable: true,
    }),
    wholeNumber('days_past_due', 'Days past due', {
      ...OPTIONAL,
      aliases: ['dpd', 'dias_mora', 'days_late', 'diasvencidos'],
      unit: 'days',
      min: '0',
      max: '3650',
    }),
    text('product_id', 'Product', OPTIONAL),
    day('origination_date', 'Day of disbursement', OPTIONAL),
    day('maturity_date', 'Day the loan is due', OPTIONAL),
    text('data_ingest_ts', 'Moment that Cascade took the row in', OPTIONAL),
  ],
  rules: [
    {
      kind: 'at-most',
      code: 'balance-above-principal',
      severity: 'error',
      column: 'current_balance',
      limit: 'original_balance',
      within: '0.02',
    },
  ],
  expectations: [...STEADY_VOLUME, freshWithin(3)],
};
