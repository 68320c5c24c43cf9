import type { Problem, ProblemCode } from '../../shared/domain/problem.ts';

// The small files stand for days that have long passed, and mostly for a book that holds nothing else yet. Each run
// says both, whatever else there is to say.

/** What a good PAR file says when no loans are there: neither its loans nor the tape's sum are compared, said once. */
export const PAR_ALONE: readonly ProblemCode[] = ['stale-data', 'reference-not-evaluated'];

/** What a good loan tape says when it is the only file: customers, PAR and payments are not compared. */
export const LOANS_ALONE: readonly ProblemCode[] = [
  ...PAR_ALONE,
  'reference-not-evaluated',
  'reference-not-evaluated',
];

/** What is to be said besides. */
export function besidesOldAndAlone({ problems }: { readonly problems: readonly Problem[] }): Problem[] {
  return problems.filter(({ code }) => code !== 'stale-data' && code !== 'reference-not-evaluated');
}

export function codesOf({
  problems,
}: {
  readonly problems: readonly Pick<Problem, 'code'>[];
}): ProblemCode[] {
  return problems.map(({ code }) => code);
}
