import { DatasetId } from '../domain/ids.ts';
import { day, id, money, signedMoney, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { atMostShare, freshWithin, STEADY_VOLUME } from './expectation-kinds.ts';
import { LOANS_BALANCE, NET_DISBURSED } from './outstanding-sums.ts';
import { loanReference } from './reference-kinds.ts';

/** Disbursements and payments by day. A rebate moves interest and VAT into principal without cash. */
export const transactionsV1: Contract = {
  dataset: DatasetId.parse('looker/transactions'),
  name: 'transactions',
  version: 1,
  relation: 'looker_transactions',
  title: 'Disbursements and payments',
  grain: 'one row per loan, type of transaction and day',
  owner: 'Head of collections',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['loan_id', 'transaction_type', 'date_paid'],
  asOf: { kind: 'newest-event', column: 'date_paid' },
  columns: [
    id('loan_id', 'Loan with its entity prefix: `ABF - DSB0007-001`'),
    text('transaction_type', 'Direction of the money', {
      allowedValues: ['DISBURSEMENT', 'PAYMENT'],
      // Balances are disbursements less payments: a third kind that nobody counts would falsify them.
      onUnknownValue: 'reject',
    }),
    day('date_paid', 'Day of the transaction', { aliases: ['fecha_pago'] }),
    money('principal', 'Principal disbursed or repaid'),
    signedMoney('interest', 'Interest paid, VAT excluded; below zero on rebate credits'),
    money('other', 'Other charges paid'),
    money('fees', 'Fees paid, VAT excluded'),
    signedMoney('to_tax', 'VAT on interest and fees; below zero on rebate credits'),
    money('add_balance', 'Added to the balance'),
    money('reduce_balance', 'Taken off the balance'),
    text('currency', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
  ],
  rules: [],
  references: [loanReference('loan_id')],
  expectations: [
    atMostShare(
      'rebates-are-no-cash',
      'Rows with interest or VAT below zero are rebate credits, whose parts come to zero',
      '(interest < 0 OR to_tax < 0) AND abs(principal + interest + other + fees + to_tax) > 0.02',
      '0',
    ),
    {
      id: 'reconciles-with-loans',
      kind: 'reconciles',
      severity: 'warn',
      about: 'Disbursed principal less repaid principal is what the loan tape has outstanding',
      here: NET_DISBURSED,
      with: { dataset: DatasetId.parse('looker/loans'), relation: 'looker_loans', sum: LOANS_BALANCE },
      sameDay: true,
      within: '1.00',
    },
    ...STEADY_VOLUME,
    freshWithin(3),
  ],
};
