import { describe, expect, it } from '@jest/globals';
import { readJson } from '../../../../shared/decode/json/json-reader.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import { aContract } from '../../../support/a-contract.ts';
import { sourceOf, tokenOf } from '../csv/read-files.ts';

async function read(json: string, contract = aContract()) {
  const parts: SnapshotPart[] = [];
  const sink = { take: async (part: SnapshotPart) => void parts.push(part) };
  const outcome = await readJson(sourceOf(json), contract, new PartBuilder(contract, tokenOf), sink);
  return { outcome, parts };
}

it('says which of its names a column goes by, where it is not the first of them', async () => {
  const [id, ...others] = aContract().columns;
  if (id === undefined) throw new Error('the contract has no column');
  const contract = aContract({ columns: [{ ...id, aliases: ['Número'] }, ...others] });

  const { outcome } = await read('{"Número": "L1", "Amount": 1}', contract);

  expect(outcome).toMatchObject({ kind: 'read', aliases: { id: 'numero' } });
});

describe('a file of ever new names', () => {
  const FIELDS = 20;
  const line = (record: number): string => {
    const fields = Array.from({ length: FIELDS }, (_, at) => `"new ${record} ${at}": "x"`);
    return `{"id": "L${record}", "amount": 1, ${fields.join(', ')}}`;
  };

  it('is read with no more of them kept than an honest file has', async () => {
    const lines = Array.from({ length: 2_000 }, (_, record) => line(record));

    const { outcome, parts } = await read(lines.join('\n'));

    expect(outcome).toMatchObject({ kind: 'read' });
    const unexpected = outcome.kind === 'read' ? outcome.unexpectedColumns : [];
    expect(unexpected).toHaveLength(1_000);
    const watched = parts.flatMap(({ suspects }) => suspects).filter(({ isDeclared }) => !isDeclared);
    expect(watched).toHaveLength(1_001);
    // Each cell of the records that are watched was seen all the same.
    expect(watched.reduce((sum, { counts }) => sum + counts.seen, 0)).toBe(1_000 * FIELDS);
  });

  it('does not hide a column that comes after all of them', async () => {
    const lines = Array.from({ length: 200 }, (_, record) => line(record));

    const { parts } = await read([...lines, '{"ID": "L1", "Amount": "2"}'].join('\n'));

    expect(parts[0]).toMatchObject({ accepted: 201, rejected: 0 });
  });
});
