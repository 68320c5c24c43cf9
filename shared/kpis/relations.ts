// The SQL relations that a book may hold, and the dataset that each is a snapshot of. A dataset with two shapes
// of file has two relations, so the name of a relation does not always spell its dataset.
const DATASET_OF_RELATION: ReadonlyMap<string, string> = new Map([
  ['cascade_loan_tape', 'cascade/loan_tape'],
  ['cascade_loan_tape_par', 'cascade/loan_tape'],
  ['looker_loan_par_balances', 'looker/loan_par_balances'],
  ['looker_loans', 'looker/loans'],
]);

/** The relation through which models learn the as-of date of each snapshot. It is in every book. */
export const BOOK_RELATION = 'book_entries';

/** Relations of staged files, in name order. */
export const STAGED_RELATIONS: readonly string[] = [...DATASET_OF_RELATION.keys()].toSorted();

/** The dataset to name to a person who has to supply it. */
export function datasetOfRelation(relation: string): string {
  return DATASET_OF_RELATION.get(relation) ?? relation;
}
