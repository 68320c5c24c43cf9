import type { DatasetId } from '../domain/ids.ts';
import type { Contract } from './contract.ts';
import { loanParBalancesV1 } from './loan-par-balances.v1.ts';
import { loanTapeParV1, loanTapeV1 } from './loan-tape.v1.ts';
import { loansV1 } from './loans.v1.ts';
import { matchHeader } from './match-header.ts';

/** Every contract, older versions included: runs that were judged by them stay readable. */
export const CONTRACTS: readonly Contract[] = [loanParBalancesV1, loansV1, loanTapeV1, loanTapeParV1];

/** A contract that a header nearly fits, and the columns that it would still need. */
export type NearMiss = { readonly contract: Contract; readonly missing: readonly string[] };

export type Identification =
  | { readonly kind: 'found'; readonly contract: Contract }
  | { readonly kind: 'unknown'; readonly nearest: readonly NearMiss[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Contract[] };

/**
 * The contract that a file is to be judged by. A path below a known dataset decides the dataset, and the header
 * decides among its shapes; any other path is matched by the header alone against every contract.
 */
export function identifyContract(
  dataset: DatasetId | undefined,
  header: readonly string[],
  contracts: readonly Contract[] = CONTRACTS,
): Identification {
  const inForce = newestVersions(contracts);
  const candidates = inForce.filter((contract) => contract.dataset === dataset);
  const [only, another] = candidates;
  if (only !== undefined && another === undefined) return { kind: 'found', contract: only };
  const fits = (candidates.length > 0 ? candidates : inForce)
    .map((contract) => ({ contract, match: matchHeader(contract, header) }))
    .sort(({ match: a }, { match: b }) => b.recognised - a.recognised || a.missing.length - b.missing.length);
  // Of two that are complete, the one that knows more of the header's names is meant: the columns of the PAR
  // variant of the tape are all in the loan-level PAR file as well.
  const complete = fits.filter(({ match }) => match.missing.length === 0);
  const fewestUnknown = Math.min(...complete.map(({ match }) => match.unexpected.length));
  const meant = complete.filter(({ match }) => match.unexpected.length === fewestUnknown);
  const [first, second] = meant;
  if (first !== undefined && second === undefined) return { kind: 'found', contract: first.contract };
  if (second !== undefined) return { kind: 'ambiguous', candidates: meant.map(({ contract }) => contract) };
  const [closest] = fits;
  // A known dataset with a damaged header is judged by its closest shape, which then says what is missing.
  if (candidates.length > 0 && closest !== undefined) return { kind: 'found', contract: closest.contract };
  const nearest = fits
    .filter(({ match }) => match.recognised > 0)
    .map(({ contract, match }) => ({ contract, missing: match.missing.map(({ column }) => column.name) }));
  return { kind: 'unknown', nearest: nearest.slice(0, 3) };
}

/** New files are judged by the newest version of each contract. */
function newestVersions(contracts: readonly Contract[]): readonly Contract[] {
  return contracts.filter(
    ({ name, version }) => !contracts.some((other) => other.name === name && other.version > version),
  );
}

/** The contract of a name and version, as a run record or a manifest cites it. */
export function contractOf(name: string, version: number): Contract | undefined {
  return CONTRACTS.find((contract) => contract.name === name && contract.version === version);
}
