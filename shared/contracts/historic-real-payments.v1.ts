import { DatasetId } from '../domain/ids.ts';
import { day, id, money, personal, signedMoney, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { atMostShare, freshWithin, knownCustomerIds, STEADY_VOLUME } from './expectation-kinds.ts';
import { customerReference, loanReference } from './reference-kinds.ts';

/** Cash as it came in from payers, with its parts. Fresher than the transactions and without entity prefixes. */
export const historicRealPaymentsV1: Contract = {
  dataset: DatasetId.parse('looker/historic_real_payments'),
  name: 'historic_real_payments',
  version: 1,
  relation: 'looker_historic_real_payments',
  title: 'Real payments',
  grain: 'one row per entity, loan and payment day',
  owner: 'Head of collections',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  // The same bare loan id may stand for a loan of each entity.
  key: ['company', 'loan_id', 'true_payment_date'],
  asOf: { kind: 'newest-event', column: 'true_payment_date' },
  columns: [
    text('company', 'Name of the lending entity; its last word begins with F for ABF and with T for ABT'),
    id('customer_id', 'Customer: `CLI0001`', { aliases: ['client_id', 'id_cliente', 'supplier_id'] }),
    personal('cliente', 'Name of the customer', 'name'),
    personal('pagador', 'Name of the payer', 'name'),
    id('loan_id', 'Loan without its entity prefix: `DSB2029-008`'),
    day('true_payment_date', 'Day of the payment', { aliases: ['payment_date', 'fecha_pago'] }),
    money('true_devolution', 'Cash handed back to the customer'),
    money('true_total_payment', 'Cash from the payer; zero on rebate credits', { aliases: ['monto_pago'] }),
    text('true_payment_currency', 'Currency of the payment', {
      allowedValues: ['USD'],
      onUnknownValue: 'reject',
    }),
    money('true_principal_payment', 'Part that repays principal'),
    signedMoney('true_interest_payment', 'Part that pays interest; below zero on rebate credits'),
    money('true_fee_payment', 'Part that pays fees'),
    signedMoney('true_other_payment', 'Part that pays anything else; the export writes `null`', {
      nullable: true,
    }),
    signedMoney('true_tax_payment', 'VAT on interest; below zero on rebate credits'),
    signedMoney('true_fee_tax_payment', 'VAT on fees'),
    signedMoney('true_rebates', 'Interest and VAT given back; already taken off interest and tax', {
      // The export misspells its own header.
      aliases: ['True Rabates'],
    }),
    money('true_outstanding_loan_value', 'Principal outstanding after the payment'),
    text('true_payment_status', 'Against the due date; `Rebate Credit` is no cash', {
      allowedValues: ['On Time', 'Prepayment', 'Late', 'Rebate Credit'],
      onUnknownValue: 'warn',
    }),
  ],
  rules: [
    {
      kind: 'adds-up',
      code: 'does-not-add-up',
      severity: 'error',
      parts: [
        'true_principal_payment',
        'true_interest_payment',
        'true_fee_payment',
        'true_other_payment',
        'true_tax_payment',
        'true_fee_tax_payment',
        'true_devolution',
      ],
      total: 'true_total_payment',
      within: '0.02',
    },
  ],
  references: [
    loanReference('loan_id', { from: 'company', byInitial: { F: 'ABF', T: 'ABT' }, separator: ' - ' }),
    customerReference('customer_id'),
  ],
  expectations: [
    atMostShare(
      'rebates-are-marked',
      'Only rebate credits have rebates, or interest or VAT below zero',
      "(true_rebates <> 0 OR true_interest_payment < 0 OR true_tax_payment < 0) AND true_payment_status <> 'Rebate Credit'",
      '0',
    ),
    atMostShare(
      'rebates-are-no-cash',
      'Rebate credits bring no cash',
      "true_payment_status = 'Rebate Credit' AND true_total_payment <> 0",
      '0',
    ),
    knownCustomerIds('customer_id'),
    ...STEADY_VOLUME,
    freshWithin(3),
  ],
};
