import { DatasetId } from '../domain/ids.ts';
import type { Reference } from './contract.ts';

// Where the datasets meet: at the loan and at the customer.

const LOANS = { dataset: DatasetId.parse('looker/loans'), relation: 'looker_loans', column: 'loan_id' };
const CUSTOMERS = {
  dataset: DatasetId.parse('looker/customers'),
  relation: 'looker_customers',
  column: 'customer_id',
};

/** Rows of a loan that the loan tape does not know are set aside; more than one in 200 means another book. */
export function loanReference(column: string, prefix?: Reference['prefix']): Reference {
  return {
    column,
    to: LOANS,
    ...(prefix !== undefined && { prefix }),
    orphans: 'quarantine',
    maxShare: '0.005',
  };
}

/** Only counted: the customers file is optional, and often older than the file that names the customer. */
export function customerReference(column: string): Reference {
  return { column, to: CUSTOMERS, orphans: 'warn', maxShare: '1' };
}
