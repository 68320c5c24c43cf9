import { contractLabel } from '../../../shared/contracts/contract.ts';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { CONTRACTS, identifyContract } from '../../../shared/contracts/registry.ts';
import { type RowIssue, rowJudge } from '../../../shared/contracts/row-schema.ts';
import type { Cells } from './written-book.ts';

/** What the contract of a file says of its rows; the generator knows nothing of contracts. */
export type Judged = {
  readonly contract: string;
  readonly unexpected: readonly string[];
  /** One list of issues for each rejected row. */
  readonly rejected: readonly (readonly RowIssue[])[];
  /** Positions of the rejected rows. */
  readonly places: ReadonlySet<number>;
};

/** Judges the rows of the file at a path such as `looker/loans.csv`. */
export function judged(path: string, header: readonly string[], rows: readonly Cells[]): Judged {
  const [source, name] = path.replace(/\.\w+$/, '').split('/');
  const dataset = CONTRACTS.find((contract) => contract.dataset === `${source}/${name}`)?.dataset;
  const found = identifyContract(dataset, header);
  if (found.kind !== 'found') throw new RangeError(`${path} is ${found.kind}`);
  const match = matchHeader(found.contract, header);
  const judge = rowJudge(found.contract);
  const rejected: (readonly RowIssue[])[] = [];
  const places = new Set<number>();
  for (const [place, row] of rows.entries()) {
    const raw = Object.fromEntries(
      [...match.positions].map(([column, position]) => [column, row[header[position] ?? '']]),
    );
    const verdict = judge(raw);
    if (verdict.kind === 'accepted') continue;
    rejected.push(verdict.issues);
    places.add(place);
  }
  return { contract: contractLabel(found.contract), unexpected: match.unexpected, rejected, places };
}
