// The SQL relations that a book may hold, and the dataset that each is a snapshot of. A dataset with two shapes
// of file has two relations, so the name of a relation does not always spell its dataset.
const DATASET_OF_RELATION: ReadonlyMap<string, string> = new Map([
  ['cascade_analytics', 'cascade/analytics'],
  ['cascade_loan_tape', 'cascade/loan_tape'],
  ['cascade_loan_tape_loans', 'cascade/loan_tape'],
  ['cascade_loan_tape_par', 'cascade/loan_tape'],
  ['hubspot_companies', 'hubspot/companies'],
  ['hubspot_contacts', 'hubspot/contacts'],
  ['hubspot_deals', 'hubspot/deals'],
  ['hubspot_lists', 'hubspot/lists'],
  ['looker_collateral', 'looker/collateral'],
  ['looker_customer_data', 'looker/customer_data'],
  ['looker_customers', 'looker/customers'],
  ['looker_historic_real_payments', 'looker/historic_real_payments'],
  ['looker_loan_data', 'looker/loan_data'],
  ['looker_loan_par_balances', 'looker/loan_par_balances'],
  ['looker_loans', 'looker/loans'],
  ['looker_schedules', 'looker/schedules'],
  ['looker_transactions', 'looker/transactions'],
  ['manual_financial_statements', 'manual/financial_statements'],
  ['manual_financial_statements_long', 'manual/financial_statements'],
  ['manual_headcount', 'manual/headcount'],
  ['manual_marketing_spend', 'manual/marketing_spend'],
  ['manual_payor_map', 'manual/payor_map'],
  ['manual_risk_parameters', 'manual/risk_parameters'],
  ['manual_targets', 'manual/targets'],
  ['meta_insights', 'meta/insights'],
]);

/** The relation through which models learn the as-of date of each snapshot. It is in every book. */
export const BOOK_RELATION = 'book_entries';

/** One row: the day that is reported, and how long its periods are. It is in every book. */
export const REPORT_RELATION = 'report';

/** Relations of staged files, in name order. */
export const STAGED_RELATIONS: readonly string[] = [...DATASET_OF_RELATION.keys()].toSorted();

/** The dataset to name to a person who has to supply it. */
export function datasetOfRelation(relation: string): string {
  return DATASET_OF_RELATION.get(relation) ?? relation;
}
