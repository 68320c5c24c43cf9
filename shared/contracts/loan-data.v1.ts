import { DatasetId } from '../domain/ids.ts';
import { day, id, measure, money, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { freshWithin, knownCustomerIds, STEADY_VOLUME } from './expectation-kinds.ts';
import { customerReference } from './reference-kinds.ts';

/** `Abaco-Loan-Tape_Loan-Data`: loans by disbursement, with origination fees and without entity prefixes. */
export const loanDataV1: Contract = {
  dataset: DatasetId.parse('looker/loan_data'),
  name: 'loan_data',
  version: 1,
  relation: 'looker_loan_data',
  title: 'Loan data with origination fees',
  grain: 'one row per disbursement; a loan may have several, which add up',
  owner: 'Head of portfolio',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  // Two equal disbursements of one loan on one day are both real.
  key: [],
  asOf: { kind: 'given' },
  columns: [
    id('loan_id', 'Loan without its entity prefix: `DSB2029-008`'),
    id('customer_id', 'Customer: `CLI0001`', { aliases: ['client_id', 'id_cliente', 'supplier_id'] }),
    text('product_type', 'Product', { nullable: true }),
    day('disbursement_date', 'Day of disbursement', { aliases: ['disburse_date', 'fecha_desembolso'] }),
    money('disbursement_amount', 'Principal disbursed', { aliases: ['disburse_principal'] }),
    money('origination_fee', 'Fee withheld at disbursement', { nullable: true }),
    money('origination_fee_taxes', 'VAT on the origination fee', { nullable: true }),
    text('loan_currency', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
    measure('interest_rate_apr', 'Yearly rate', 'fraction per year', {
      aliases: ['interest_rate'],
      nullable: true,
      min: '0',
      max: '12',
    }),
    wholeNumber('term', 'Length of the loan, in term units', { nullable: true, min: '0', max: '36500' }),
    text('term_unit', 'Unit of the term', { nullable: true }),
    text('payment_frequency', 'Payment frequency', { nullable: true }),
    wholeNumber('days_past_due', 'Days past due', {
      aliases: ['Days in Default', 'dpd', 'dias_mora', 'days_late', 'diasvencidos'],
      unit: 'days',
      nullable: true,
      min: '0',
      max: '3650',
    }),
    money('outstanding_loan_value', 'Principal outstanding', {
      aliases: ['outstanding_balance', 'outstanding', 'balance', 'saldo', 'olb', 'current_balance'],
    }),
    text('loan_status', 'Informative state', {
      aliases: ['estado'],
      nullable: true,
      allowedValues: ['Complete', 'Current', 'Default'],
      onUnknownValue: 'warn',
    }),
  ],
  rules: [],
  references: [customerReference('customer_id')],
  expectations: [knownCustomerIds('customer_id'), ...STEADY_VOLUME, freshWithin(3)],
};
