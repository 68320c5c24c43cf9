import { day, id, personal } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { manualTable } from './manual-table.ts';
import { customerReference } from './reference-kinds.ts';

/** Who pays for whom. Names of payers share their tokens with those of the real payments. */
export const payorMapV1: Contract = manualTable('payor_map', {
  title: 'Payers of customers',
  grain: 'one row per customer, payer and first day',
  owner: 'Head of collections',
  key: ['customer_id', 'payor_id', 'effective_date'],
  columns: [
    id('customer_id', 'Customer'),
    id('payor_id', 'Payer'),
    personal('payor_name', 'Name of the payer', 'name'),
    day('effective_date', 'First day that the payer pays'),
  ],
  references: [customerReference('customer_id')],
});
