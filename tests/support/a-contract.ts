import type { Column, Contract } from '../../shared/contracts/contract.ts';
import { DatasetId } from '../../shared/domain/ids.ts';

/** A column of text that must have a value and names nobody. */
export function aColumn(overrides: Partial<Column> = {}): Column {
  return {
    name: 'amount',
    type: 'text',
    description: 'Anything',
    classification: 'internal',
    pii: 'none',
    ...overrides,
  };
}

/** Money in cents: at least zero, and nothing beyond two digits but float residue. */
export function aMoneyColumn(overrides: Partial<Column> = {}): Column {
  return aColumn({ type: 'decimal', scale: 2, excessScale: 'reject', ...overrides });
}

/** A contract of two columns, `id` and `amount`, without rules. */
export function aContract(overrides: Partial<Contract> = {}): Contract {
  return {
    dataset: DatasetId.parse('test/things'),
    name: 'things',
    version: 1,
    relation: 'test_things',
    title: 'Things',
    grain: 'one row per thing',
    owner: 'Nobody',
    columns: [aColumn({ name: 'id' }), aMoneyColumn({ name: 'amount' })],
    key: ['id'],
    rules: [],
    asOf: { kind: 'newest', column: 'day' },
    mode: 'evolve',
    maxRejectedShare: '0.01',
    ...overrides,
  };
}
