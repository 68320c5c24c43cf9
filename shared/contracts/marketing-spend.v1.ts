import { day, id, money, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { manualTable } from './manual-table.ts';

/** What was spent to win customers, by channel and segment. */
export const marketingSpendV1: Contract = manualTable('marketing_spend', {
  title: 'Marketing spend',
  grain: 'one row per month, channel and segment',
  owner: 'Head of marketing',
  key: ['month', 'channel', 'segment'],
  columns: [
    day('month', 'A day of the month of the spend', { classification: 'internal' }),
    text('channel', 'Channel', {
      allowedValues: ['Digital', 'Direct', 'Referral'],
      onUnknownValue: 'warn',
    }),
    text('segment', 'Segment: `Nimal`, `Gob`, `OC`, `Top`'),
    money('spend', 'Money spent', { belowMin: 'out-of-range' }),
    id('kam_id', 'Account manager', { nullable: true }),
  ],
});
