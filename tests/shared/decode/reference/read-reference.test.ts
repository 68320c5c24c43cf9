import { describe, expect, it } from '@jest/globals';
import { NotCsvText } from '../../../../shared/decode/reference/csv-text.ts';
import { type ReferenceVerdict, readReference } from '../../../../shared/decode/reference/read-reference.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';

const CONTRACT = aContract({ columns: [aColumn({ name: 'id' }), aMoneyColumn({ name: 'amount' })] });

async function verdicts(text: string): Promise<[number, ReferenceVerdict][]> {
  const bytes = Buffer.from(text);
  const source = {
    size: bytes.length,
    read: async (start: number, end: number) => bytes.subarray(start, end),
  };
  const all: [number, ReferenceVerdict][] = [];
  for await (const { record, verdict } of readReference(source, CONTRACT)) all.push([record, verdict]);
  return all;
}

describe('the reference reader', () => {
  it('gives a verdict on every record, by the names of the header', async () => {
    expect(await verdicts('Amount,id\n1.50,L1\nx,L2\n1\n2,L"4\n')).toMatchObject([
      [1, { kind: 'accepted', row: { id: 'L1', amount: 150 }, remarks: [] }],
      [2, { kind: 'rejected', issues: [{ code: 'text-in-number', column: 'amount' }] }],
      [3, { kind: 'ragged', cells: 1 }],
      [4, { kind: 'malformed', detail: 'line 5 has a quotation mark inside an unquoted cell' }],
    ]);
  });

  it('gives them in order, however many there are', async () => {
    for (const count of [0, 1, 999, 1_000, 2_001]) {
      const rows = Array.from({ length: count }, (_, index) => `L${index},1\n`).join('');

      const all = await verdicts(`id,amount\n${rows}`);

      expect(all.map(([record]) => record)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      expect(all.every(([, { kind }]) => kind === 'accepted')).toBe(true);
    }
  });

  it('throws when records cannot be told apart', async () => {
    await expect(verdicts('id,amount\n"L1,1\n')).rejects.toThrow(NotCsvText);
  });
});
