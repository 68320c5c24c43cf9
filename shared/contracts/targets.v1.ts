import { day, money, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { manualTable } from './manual-table.ts';

/** What sales is to reach, by month and kind of customer. */
export const targetsV1: Contract = manualTable('targets', {
  title: 'Sales targets',
  grain: 'one row per month, type of customer and segment',
  owner: 'Head of sales',
  key: ['year_month', 'customer_type', 'segment'],
  columns: [
    day('year_month', 'A day of the month that the target is for', { classification: 'internal' }),
    text('customer_type', 'Type of customer', {
      allowedValues: ['New', 'Recurrent', 'Reactivated'],
      onUnknownValue: 'warn',
    }),
    text('segment', 'Segment: `Nimal`, `Gob`, `OC`, `Top`'),
    money('target_disbursement', 'Principal to disburse', { belowMin: 'out-of-range' }),
    wholeNumber('target_customers', 'Customers to win', { unit: 'customers', min: '0' }),
  ],
});
