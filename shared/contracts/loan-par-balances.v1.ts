import { DatasetId } from '../domain/ids.ts';
import { day, flag, measure, money, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { atMostShare, freshWithin, STEADY_VOLUME } from './expectation-kinds.ts';
import { LOANS_BALANCE, NEWEST_PAR_BALANCE } from './outstanding-sums.ts';
import { loanReference } from './reference-kinds.ts';

/** Monthly snapshots of every loan with its days past due, as Looker exports them. */
export const loanParBalancesV1: Contract = {
  dataset: DatasetId.parse('looker/loan_par_balances'),
  name: 'loan_par_balances',
  version: 1,
  relation: 'looker_loan_par_balances',
  title: 'Loan balances and days past due at each month end',
  grain: 'one row per loan and reporting date',
  owner: 'Chief risk officer',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['loan_id_raw', 'reporting_date'],
  asOf: { kind: 'date-plus-days', date: 'dpd_date', days: 'dpd', label: 'reporting_date' },
  columns: [
    text('loan_id_raw', 'Loan with its entity prefix: `ABF - DSB0007-001`', {
      aliases: ['loan_id'],
      classification: 'confidential',
      pii: 'quasi',
    }),
    day(
      'reporting_date',
      'Month end that the snapshot is labelled with; the newest may lie after the true as-of date',
      {
        classification: 'internal',
      },
    ),
    wholeNumber('dpd', 'Days past due at the as-of date', {
      aliases: ['dias_mora', 'days_late', 'days_past_due', 'diasvencidos'],
      unit: 'days',
      min: '0',
      max: '3650',
    }),
    day('dpd_date', 'Due date of an overdue loan; empty when nothing is due', { nullable: true }),
    flag('is_writeoff', 'Written off: more than 180 days past due'),
    text('writeoff_type', 'Why it was written off', {
      nullable: true,
      allowedValues: ['DPD'],
      onUnknownValue: 'warn',
    }),
    text('loan_ccy', 'Currency of the loan', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
    money('outstanding_balance', 'Principal outstanding in the loan currency; zero once written off'),
    money('outstanding_balance_usd', 'Principal outstanding; zero once written off'),
    money('writeoff_outstanding_balance', 'Principal left on a written-off loan, in the loan currency'),
    money('writeoff_outstanding_balance_usd', 'Principal left on a written-off loan'),
    measure('xchg_rate_to_usd', 'Exchange rate of the snapshot', 'USD per unit of loan currency', {
      excessScale: 'reject',
      min: '0.000001',
      classification: 'internal',
    }),
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
        'par_7_balance_usd',
        'par_30_balance_usd',
        'par_60_balance_usd',
        'par_90_balance_usd',
      ],
    },
    {
      kind: 'zero-when',
      code: 'writeoff-with-balance',
      severity: 'error',
      when: 'is_writeoff',
      columns: ['outstanding_balance_usd'],
    },
    {
      kind: 'present-when-positive',
      code: 'dpd-date-mismatch',
      severity: 'error',
      column: 'dpd_date',
      of: 'dpd',
    },
  ],
  references: [loanReference('loan_id_raw')],
  expectations: [
    atMostShare(
      'written-off-after-180-days',
      'Exactly the loans more than 180 days past due are written off',
      'is_writeoff <> (dpd > 180)',
      '0',
    ),
    {
      id: 'reconciles-with-loans',
      kind: 'reconciles',
      severity: 'warn',
      about: 'The newest snapshot has outstanding and written off what the loan tape has outstanding',
      here: NEWEST_PAR_BALANCE,
      with: { dataset: DatasetId.parse('looker/loans'), relation: 'looker_loans', sum: LOANS_BALANCE },
      sameDay: true,
      // Balances under 1 % of the principal are left out here.
      within: '50.00',
    },
    {
      id: 'rebuilt-from-events',
      kind: 'rebuilds',
      severity: 'warn',
      about:
        'Balances and days past due of each loan are those that its disbursement, instalments and payments give',
      from: ['loans', 'schedules', 'transactions'].map((name) => ({
        dataset: DatasetId.parse(`looker/${name}`),
        relation: `looker_${name}`,
      })),
    },
    ...STEADY_VOLUME,
    freshWithin(3),
  ],
};
