import { DatasetId } from '../domain/ids.ts';
import { day, id, money, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { STEADY_VOLUME } from './expectation-kinds.ts';
import { loanReference } from './reference-kinds.ts';

/** What is due when: one row for each loan and due date. Bullet loans have a single one. */
export const schedulesV1: Contract = {
  dataset: DatasetId.parse('looker/schedules'),
  name: 'schedules',
  version: 1,
  relation: 'looker_schedules',
  title: 'Payment schedules',
  grain: 'one row per loan and due date',
  owner: 'Head of portfolio',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['loan_id', 'date_due'],
  asOf: { kind: 'always' },
  columns: [
    id('loan_id', 'Loan with its entity prefix: `ABF - DSB0007-001`'),
    day('date_due', 'Day the instalment is due; the maturity of a bullet loan', { aliases: ['due_date'] }),
    money('principal', 'Principal due'),
    money('interest', 'Interest due, VAT excluded'),
    money('other', 'Other charges due'),
    money('fees', 'Fees due, VAT excluded'),
    money('to_tax', 'VAT on interest and fees'),
    money('add_balance', 'Added to the balance'),
    money('reduce_balance', 'Taken off the balance'),
    text('currency', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
  ],
  rules: [],
  references: [loanReference('loan_id')],
  expectations: [...STEADY_VOLUME],
};
