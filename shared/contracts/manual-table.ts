import { DatasetId } from '../domain/ids.ts';
import type { Contract } from './contract.ts';

/** Small tables that people keep by hand: each row counts, so a single bad one rejects the file. */
export function manualTable(
  name: string,
  facts: Pick<Contract, 'title' | 'grain' | 'owner' | 'key' | 'columns' | 'references' | 'expectations'>,
): Contract {
  return {
    dataset: DatasetId.parse(`manual/${name}`),
    name,
    version: 1,
    relation: `manual_${name}`,
    mode: 'evolve',
    maxRejectedShare: '0',
    asOf: { kind: 'always' },
    rules: [],
    ...facts,
  };
}
