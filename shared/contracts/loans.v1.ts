import { DatasetId } from '../domain/ids.ts';
import { day, measure, money, OPTIONAL, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { atMostShare, freshWithin, knownCustomerIds, STEADY_VOLUME } from './expectation-kinds.ts';
import { LOANS_BALANCE, NET_DISBURSED, NEWEST_PAR_BALANCE } from './outstanding-sums.ts';
import { customerReference } from './reference-kinds.ts';

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
    day('maturity_date', 'Day the loan is due', { aliases: ['loan_end_date'] }),
    text('customer_id', 'Customer: `CLI0001`', {
      aliases: ['client_id', 'id_cliente', 'supplier_id'],
      classification: 'confidential',
      pii: 'quasi',
    }),
    day('application_date', 'Day of application', OPTIONAL),
    day('pledge_date', 'Day the loan was pledged to a lender', OPTIONAL),
    day('disburse_date', 'Day of disbursement', { aliases: ['disbursement_date', 'fecha_desembolso'] }),
    text('product_type', 'Product'),
    text('loan_grade', 'Grade', OPTIONAL),
    money('total_fees', 'Scheduled fees, VAT excluded'),
    money('total_interest', 'Scheduled interest, VAT excluded'),
    money('total_other', 'Other scheduled charges'),
    text('lender', 'Facility that the loan was pledged to', OPTIONAL),
    text('facility', 'Facility', OPTIONAL),
    wholeNumber('term', 'Maturity less disbursement', { unit: 'days', min: '0', max: '36500' }),
    text('frequency', 'Payment frequency; `One-time` is a bullet loan'),
    measure(
      'interest_rate',
      'Yearly rate with fees included: (interest + fees) x 365 / (principal x term)',
      'fraction per year',
      { aliases: ['interest_rate_apr'], min: '0', max: '12' },
    ),
    money('disburse_principal', 'Principal disbursed', { aliases: ['disbursement_amount'] }),
    money('outstanding_balance', 'Principal outstanding; written-off balances are included', {
      aliases: ['outstanding', 'balance', 'saldo', 'olb', 'current_balance', 'outstanding_loan_value'],
    }),
    text('currency', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
    wholeNumber('dpd', 'Days past due at the as-of date', {
      unit: 'days',
      min: '0',
      max: '3650',
      aliases: ['dias_mora', 'days_late', 'days_past_due', 'diasvencidos'],
    }),
    measure('ratio_paid', '1 - outstanding / principal', 'fraction', { min: '-0.01', max: '1' }),
    text('loan_status', 'Informative state; `Default` means past maturity', {
      aliases: ['estado'],
      allowedValues: ['Complete', 'Current', 'Default'],
      onUnknownValue: 'warn',
    }),
    text('credit_bureau_score', 'Score', { ...OPTIONAL, classification: 'confidential', pii: 'quasi' }),
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
  references: [customerReference('customer_id')],
  expectations: [
    // Fees are in the rate, so on short loans it is high: one loan in sixty is above 1.5.
    atMostShare('high-rates', 'At most 5 % of the yearly rates are above 1.5', 'interest_rate > 1.5', '0.05'),
    atMostShare(
      'rates-in-points',
      'At most 20 % of the yearly rates are above 3; more of them are percent given as points',
      'interest_rate > 3',
      '0.2',
    ),
    knownCustomerIds('customer_id'),
    {
      id: 'reconciles-with-par',
      kind: 'reconciles',
      severity: 'warn',
      about: 'The tape has outstanding what the newest PAR snapshot has outstanding and written off',
      here: LOANS_BALANCE,
      with: {
        dataset: DatasetId.parse('looker/loan_par_balances'),
        relation: 'looker_loan_par_balances',
        sum: NEWEST_PAR_BALANCE,
      },
      sameDay: true,
      // PAR leaves balances under 1 % of the principal out.
      within: '50.00',
    },
    {
      id: 'reconciles-with-transactions',
      kind: 'reconciles',
      severity: 'warn',
      about: 'The tape has outstanding what was disbursed less what was repaid',
      here: LOANS_BALANCE,
      with: {
        dataset: DatasetId.parse('looker/transactions'),
        relation: 'looker_transactions',
        sum: NET_DISBURSED,
      },
      sameDay: true,
      within: '1.00',
    },
    ...STEADY_VOLUME,
    freshWithin(3),
  ],
};
