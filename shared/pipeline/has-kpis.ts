import { isReference } from '../contracts/contract.ts';
import { contractOf } from '../contracts/registry.ts';
import type { Model } from '../kpis/model-graph.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { readByKpis } from './book.ts';

/**
 * Is anything computed from the rows of such a run? Not from rows that no KPI reads, nor of reference data alone.
 */
export function hasKpis(
  { contract, contractVersion }: Pick<RunRecord, 'contract' | 'contractVersion'>,
  catalog: { readonly models: readonly Model[] },
): boolean {
  const found = contractOf(contract, contractVersion);
  if (found === undefined || isReference(found)) return false;
  return readByKpis([found], catalog).length > 0;
}
