import type { Contract } from '../contracts/contract.ts';
import { CONTRACTS, contractOf } from '../contracts/registry.ts';
import type { DataBreaker } from '../expectations/data-breaker.ts';
import type { QualityEntry, QualityLog } from '../ports/quality-log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';

// How good the files of each contract have been lately, and which datasets are stopped.

/** As many as a trend can show in the width of a table cell. */
const MOST_FILES = 12;

export type ContractQuality = {
  readonly newest: QualityEntry;
  /** Oldest first, the newest one included; each run once, by its newest attempt. */
  readonly files: readonly QualityEntry[];
  /** Whether its dataset may come as files of other contracts as well. */
  readonly isOneOfSeveral: boolean;
  /** Reference data stands for no day. */
  readonly isReference: boolean;
  /** The newest file's run, while the ledger has it. */
  readonly run: RunRecord | undefined;
};

/** One for each contract that ever had a file, in the order of the registry. */
export async function qualityOfContracts(deps: {
  quality: QualityLog;
  ledger: RunLedger;
}): Promise<readonly ContractQuality[]> {
  const found = await Promise.all(contractNames().map((contract) => qualityOf(contract, deps)));
  return found.filter((quality) => quality !== undefined);
}

/** A dataset that is stopped, since when, and why. */
export type OpenBreaker = { readonly dataset: string; readonly since: string; readonly reason: string };

export function openBreakers(breakers: readonly DataBreaker[]): OpenBreaker[] {
  return breakers.flatMap((breaker) =>
    breaker.status === 'open'
      ? [{ dataset: datasetOf(breaker), since: breaker.openedAt, reason: breaker.reason }]
      : [],
  );
}

/** The first sentence of a breaker's reason names the run; what follows quotes what its file has wrong. */
export function causeIn(reason: string): string {
  return reason.split(/(?<=\.)\s/, 1).join('');
}

/** `data:looker/loans` is the breaker of `looker/loans`. */
function datasetOf({ name }: DataBreaker): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Each contract once, whatever versions it has: they share one history. */
function contractNames(): Contract[] {
  return [...new Map(CONTRACTS.map((contract) => [contract.name, contract])).values()];
}

async function qualityOf(
  { dataset, name }: Contract,
  { quality, ledger }: { quality: QualityLog; ledger: RunLedger },
): Promise<ContractQuality | undefined> {
  const files = (await quality.history({ dataset, contract: name }, MOST_FILES)).toReversed();
  const newest = files.at(-1);
  if (newest === undefined) return undefined;
  const isReference = contractOf(newest.contract, newest.contractVersion)?.asOf.kind === 'always';
  const isOneOfSeveral = CONTRACTS.some((other) => other.dataset === dataset && other.name !== name);
  return { newest, files, isReference, isOneOfSeveral, run: (await ledger.find(newest.runId))?.value };
}
