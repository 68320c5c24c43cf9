import { DatasetId } from '../domain/ids.ts';
import { day, id, money, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { loanReference } from './reference-kinds.ts';

/** What secures the loans. So far the export is a header without a row. */
export const collateralV1: Contract = {
  dataset: DatasetId.parse('looker/collateral'),
  name: 'collateral',
  version: 1,
  relation: 'looker_collateral',
  title: 'Collateral',
  grain: 'one row per loan and collateral; a loan may have many',
  owner: 'Head of portfolio',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  mayBeEmpty: true,
  key: ['loan_id', 'collateral_id'],
  asOf: { kind: 'always' },
  columns: [
    id('loan_id', 'Loan that is secured'),
    id('collateral_id', 'Collateral'),
    text('asset_type', 'Kind of asset', { nullable: true }),
    money('purchase_value', 'Price paid', { nullable: true }),
    money('appraisal_value', 'Value at the latest appraisal', { nullable: true }),
    day('purchase_date', 'Day of purchase', { nullable: true }),
    day('appraisal_date', 'Day of the latest appraisal', { nullable: true }),
    text('currency', 'Currency of the values', { allowedValues: ['USD'], onUnknownValue: 'reject' }),
  ],
  rules: [],
  // Nobody has seen a row yet, so an id in another spelling is counted and not set aside.
  references: [{ ...loanReference('loan_id'), orphans: 'warn', maxShare: '1' }],
};
