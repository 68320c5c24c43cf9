import { foldHeader, placeColumns } from '../contracts/match-header.ts';
import { type Identification, identifyContract } from '../contracts/registry.ts';
import type { DatasetId } from '../domain/ids.ts';
import type { TableHeader } from '../ports/file-reader.ts';

/**
 * The contract that a file is to be judged by. Of several tables in a file, as the sheets of a workbook are, the ones
 * that a contract fits in full decide; notes and pivots beside them do not matter.
 */
export function identifyTables(
  dataset: DatasetId | undefined,
  tables: readonly TableHeader[],
): Identification {
  const [only, another] = tables;
  if (another === undefined) return identifyContract(dataset, only?.names ?? []);
  const all = tables.map(({ names }) => ({ names, found: identifyContract(dataset, names) }));
  const complete = all.flatMap(({ names, found }) =>
    found.kind === 'found' && placeColumns(found.contract, foldHeader(names)).missing.length === 0
      ? [found.contract]
      : [],
  );
  const [contract, ...others] = [...new Set(complete)];
  if (contract !== undefined && others.length > 0)
    return { kind: 'ambiguous', candidates: [contract, ...others] };
  if (contract !== undefined) return { kind: 'found', contract };
  const ambiguous = all.find(({ found }) => found.kind === 'ambiguous');
  if (ambiguous !== undefined) return ambiguous.found;
  return bestOf(all.map(({ found, names }) => ({ found, names })));
}

/** None is complete: the sheet that comes closest says best what is missing. */
function bestOf(
  all: readonly { readonly found: Identification; readonly names: readonly string[] }[],
): Identification {
  const scored = all.map(({ found, names }) => ({
    found,
    recognised:
      found.kind === 'found'
        ? placeColumns(found.contract, foldHeader(names)).recognised
        : nearestCount(found, names),
  }));
  const [best] = scored.toSorted((a, b) => b.recognised - a.recognised);
  return best?.found ?? { kind: 'unknown', nearest: [] };
}

function nearestCount(found: Identification, names: readonly string[]): number {
  const [nearest] = found.kind === 'unknown' ? found.nearest : [];
  return nearest === undefined ? 0 : placeColumns(nearest.contract, foldHeader(names)).recognised;
}
