import { day, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { manualTable } from './manual-table.ts';

/** How many people work where. */
export const headcountV1: Contract = manualTable('headcount', {
  title: 'Headcount',
  grain: 'one row per month and function',
  owner: 'Chief operating officer',
  key: ['month', 'function'],
  columns: [
    day('month', 'A day of the month', { classification: 'internal' }),
    text('function', 'Function: `Sales`, `Risk`, `Collections`'),
    wholeNumber('fte_count', 'People in full-time equivalents', { unit: 'people', min: '0' }),
    text('team', 'Team: `Commercial`, `Credit`, `Operations`', { nullable: true }),
  ],
});
