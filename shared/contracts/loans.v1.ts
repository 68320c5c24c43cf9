import { DatasetId } from '../domain/ids.ts';
import type { Column, Contract } from './contract.ts';

type Extra = Partial<Omit<Column, 'name' | 'type' | 'description'>>;

const text = (name: string, description: string, extra: Extra = {}): Column => ({
  name,
  type: 'text',
  description,
  classification: 'internal',
  pii: 'none',
  ...extra,
});

const day = (name: string, description: string, extra: Extra = {}): Column => ({
  ...text(name, description),
  type: 'date',
  classification: 'confidential',
  ...extra,
});

const money = (name: string, description: string, extra: Extra = {}): Column => ({
  ...text(name, description),
  type: 'decimal',
  scale: 2,
  excessScale: 'reject',
  min: '0',
  belowMin: 'negative-balance',
  unit: 'USD',
  classification: 'confidential',
  ...extra,
});

const UNUSED = { nullable: true, optional: true } as const;

/** The loan tape of Looker: one row per loan, as of one day. */
export const loansV1: Contract = {
  dataset: DatasetId.parse('looker/loans'),
  name: 'loans',
  version: 1,
  relation: 'looker_loans',
  title: 'Loans with their terms and state at the as-of date',
  grain: 'one row per loan',
  owner: 'Head of portfolio',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['loan_id'],
  asOf: { kind: 'date-plus-days', date: 'maturity_date', days: 'dpd' },
  columns: [
    text('loan_id', 'Loan with its entity prefix: `ABF - DSB0007-001`', {
      classification: 'confidential',
      pii: 'quasi',
    }),
    day('maturity_date', 'Day the loan is due'),
    text('customer_id', 'Customer: `CLI0001`', {
      aliases: ['client_id', 'id_cliente'],
      classification: 'confidential',
      pii: 'quasi',
    }),
    day('application_date', 'Day of application', UNUSED),
    day('pledge_date', 'Day the loan was pledged to a lender', UNUSED),
    day('disburse_date', 'Day of disbursement', { aliases: ['disbursement_date', 'fecha_desembolso'] }),
    text('product_type', 'Product'),
    text('loan_grade', 'Grade', UNUSED),
    money('total_fees', 'Scheduled fees, VAT excluded'),
    money('total_interest', 'Scheduled interest, VAT excluded'),
    money('total_other', 'Other scheduled charges'),
    text('lender', 'Facility that the loan was pledged to', UNUSED),
    text('facility', 'Facility', UNUSED),
    { ...day('term', 'Maturity less disbursement'), type: 'integer', unit: 'days', min: '0', max: '36500' },
    text('frequency', 'Payment frequency; `One-time` is a bullet loan'),
    {
      ...money(
        'interest_rate',
        'Yearly rate with fees included: (interest + fees) x 365 / (principal x term)',
      ),
      aliases: ['interest_rate_apr'],
      scale: 6,
      excessScale: 'round',
      max: '12',
      belowMin: 'out-of-range',
      unit: 'fraction per year',
    },
    money('disburse_principal', 'Principal disbursed', { aliases: ['disbursement_amount'] }),
    money('outstanding_balance', 'Principal outstanding; written-off balances are included', {
      aliases: ['outstanding', 'balance', 'saldo', 'olb', 'current_balance', 'outstanding_loan_value'],
    }),
    text('currency', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
    {
      ...day('dpd', 'Days past due at the as-of date'),
      type: 'integer',
      unit: 'days',
      min: '0',
      max: '3650',
      aliases: ['dias_mora', 'days_late', 'days_past_due', 'diasvencidos'],
    },
    {
      ...money('ratio_paid', '1 - outstanding / principal'),
      scale: 6,
      excessScale: 'round',
      min: '-0.01',
      max: '1',
      belowMin: 'out-of-range',
      unit: 'fraction',
    },
    text('loan_status', 'Informative state; `Default` means past maturity', {
      allowedValues: ['Complete', 'Current', 'Default'],
      onUnknownValue: 'warn',
    }),
    text('credit_bureau_score', 'Score', { ...UNUSED, classification: 'confidential', pii: 'quasi' }),
    text('amount_buckets', 'Band of principal plus fees'),
    text('company', 'Lending entity', { allowedValues: ['ABF', 'ABT'], onUnknownValue: 'warn' }),
    text('loan_counts', 'Band of the sequence number of the loan within its customer'),
    text('term_buckets', 'Band of the term'),
    text('location_state_province', 'State of the customer', {
      nullable: true,
      classification: 'confidential',
      pii: 'quasi',
    }),
  ],
  rules: [
    {
      kind: 'at-most',
      code: 'balance-above-principal',
      severity: 'error',
      column: 'outstanding_balance',
      limit: 'disburse_principal',
      within: '0.02',
    },
  ],
};
