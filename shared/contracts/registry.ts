import type { DatasetId } from '../domain/ids.ts';
import { cascadeAnalyticsV1 } from './cascade-analytics.v1.ts';
import { collateralV1 } from './collateral.v1.ts';
import type { Contract } from './contract.ts';
import { customerDataV1 } from './customer-data.v1.ts';
import { customersV1 } from './customers.v1.ts';
import { financialStatementsLongV1, financialStatementsV1 } from './financial-statements.v1.ts';
import { headcountV1 } from './headcount.v1.ts';
import { historicRealPaymentsV1 } from './historic-real-payments.v1.ts';
import { hubspotCompaniesV1 } from './hubspot-companies.v1.ts';
import { hubspotCompaniesV2 } from './hubspot-companies.v2.ts';
import { hubspotContactsV1 } from './hubspot-contacts.v1.ts';
import { hubspotContactsV2 } from './hubspot-contacts.v2.ts';
import { hubspotDealsV1 } from './hubspot-deals.v1.ts';
import { hubspotDealsV2 } from './hubspot-deals.v2.ts';
import { hubspotListsV1 } from './hubspot-lists.v1.ts';
import { hubspotListsV2 } from './hubspot-lists.v2.ts';
import { loanDataV1 } from './loan-data.v1.ts';
import { loanParBalancesV1 } from './loan-par-balances.v1.ts';
import { loanTapeLoansV1, loanTapeParV1, loanTapeV1 } from './loan-tape.v1.ts';
import { loansV1 } from './loans.v1.ts';
import { marketingSpendV1 } from './marketing-spend.v1.ts';
import { foldHeader, nearestName, type Placement, placeColumns } from './match-header.ts';
import { metaInsightsV1 } from './meta-insights.v1.ts';
import { payorMapV1 } from './payor-map.v1.ts';
import { riskParametersV1 } from './risk-parameters.v1.ts';
import { schedulesV1 } from './schedules.v1.ts';
import { targetsV1 } from './targets.v1.ts';
import { transactionsV1 } from './transactions.v1.ts';

/** Every contract, older versions included: runs that were judged by them stay readable. */
export const CONTRACTS: readonly Contract[] = [
  loanParBalancesV1,
  loansV1,
  schedulesV1,
  transactionsV1,
  historicRealPaymentsV1,
  customersV1,
  loanDataV1,
  customerDataV1,
  collateralV1,
  loanTapeV1,
  loanTapeParV1,
  loanTapeLoansV1,
  cascadeAnalyticsV1,
  financialStatementsV1,
  financialStatementsLongV1,
  metaInsightsV1,
  hubspotContactsV1,
  hubspotContactsV2,
  hubspotCompaniesV1,
  hubspotCompaniesV2,
  hubspotDealsV1,
  hubspotDealsV2,
  hubspotListsV1,
  hubspotListsV2,
  targetsV1,
  marketingSpendV1,
  headcountV1,
  payorMapV1,
  riskParametersV1,
];

/** A contract that a header nearly fits. */
export type NearMiss = {
  readonly contract: Contract;
  /** Columns that it would still need; none where the header has too much else to be its own. */
  readonly missing: readonly string[];
  /** For some of them, the name in the header that may be meant. */
  readonly alike?: Readonly<Record<string, string>>;
};

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
  const folded = foldHeader(header);
  const fits = (candidates.length > 0 ? candidates : inForce)
    .map((contract) => ({ contract, match: placeColumns(contract, folded) }))
    .sort(({ match: a }, { match: b }) => b.recognised - a.recognised || a.missing.length - b.missing.length);
  // Of two that are complete, the one that knows more of the header's names is meant: the columns of the PAR
  // variant of the tape are all in the loan-level PAR file as well. One that is complete while an incomplete one
  // knows more of the names is not meant at all: the loan-level file has lost a column.
  const most = fits[0]?.match.recognised ?? 0;
  const meant = fits.filter(
    ({ contract, match }) =>
      match.missing.length === 0 &&
      match.recognised === most &&
      (candidates.length > 0 || isTelling(contract, match)),
  );
  const [first, second] = meant;
  if (first !== undefined && second === undefined) return { kind: 'found', contract: first.contract };
  if (second !== undefined) return { kind: 'ambiguous', candidates: meant.map(({ contract }) => contract) };
  const [closest] = fits;
  // A known dataset with a damaged header is judged by its closest shape, which then says what is missing.
  if (candidates.length > 0 && closest !== undefined) return { kind: 'found', contract: closest.contract };
  const nearest = fits
    .filter(({ match }) => match.recognised > 0)
    .slice(0, 3)
    .map(({ contract, match }) => nearMiss(contract, match));
  return { kind: 'unknown', nearest };
}

function nearMiss(contract: Contract, match: Placement): NearMiss {
  const missing = match.missing.map(({ name }) => name);
  const alike = Object.fromEntries(
    missing.flatMap((name) => {
      const nearest = nearestName(name, match.unexpected);
      return nearest === undefined ? [] : [[name, nearest]];
    }),
  );
  return { contract, missing, ...(Object.keys(alike).length > 0 && { alike }) };
}

/** From here on the names that a contract needs are too many to be there by chance. */
const TELLING_COLUMNS = 5;
/** Fewer than that beside any other name may be anybody's: a date and `caja` are in every petty cash book. */
const TELLING_BESIDE_OTHERS = 3;

/**
 * Does the header say that it is this contract's? Where a file lies in no folder of a dataset, two or three common
 * names (`name`, `value`) among many unknown ones prove nothing.
 */
function isTelling({ columns }: Contract, { recognised, unexpected }: Placement): boolean {
  const needed = columns.filter(({ optional }) => optional !== true).length;
  if (recognised === 0) return false;
  if (needed >= TELLING_COLUMNS || unexpected.length === 0) return true;
  return recognised >= TELLING_BESIDE_OTHERS && unexpected.length <= recognised;
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

/** The contract that an entry of a book was judged by. */
export function contractOfEntry({
  relation,
  contractVersion,
}: {
  readonly relation: string;
  readonly contractVersion: number;
}): Contract | undefined {
  return CONTRACTS.find((contract) => contract.relation === relation && contract.version === contractVersion);
}

/** The version of a contract that new files are judged by. */
export function newestVersionOf(
  name: string,
  contracts: readonly Contract[] = CONTRACTS,
): Contract | undefined {
  return newestVersions(contracts).find((contract) => contract.name === name);
}
