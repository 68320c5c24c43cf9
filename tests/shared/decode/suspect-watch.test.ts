import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Column } from '../../../shared/contracts/contract.ts';
import { BatchBuilder } from '../../../shared/decode/column-batch.ts';
import type { SuspectColumn } from '../../../shared/decode/snapshot-part.ts';
import { addSuspects, isWatched, SuspectWatch } from '../../../shared/decode/suspect-watch.ts';
import { verdictOf } from '../../../shared/privacy/personal-data.ts';
import { countValue, NOTHING_SEEN } from '../../../shared/privacy/value-counts.ts';
import { aColumn } from '../../support/a-contract.ts';

function seen(column: Column, texts: readonly string[]): SuspectColumn | undefined {
  const contract = { columns: [column] };
  const batch = new BatchBuilder(contract);
  for (const [index, text] of texts.entries()) {
    batch.columns[0]?.set(index, text);
    batch.endRow(index + 1);
  }
  const watch = new SuspectWatch(contract);
  watch.seeBatch(batch.take());
  return watch.take()[0];
}

function kindOf(column: Column, texts: readonly string[]): string | undefined {
  const suspect = seen(column, texts);
  return suspect && verdictOf(suspect.counts)?.kind;
}

describe('a declared column', () => {
  const FREE = aColumn({ name: 'note' });
  const ID = aColumn({ name: 'id', pii: 'quasi' });
  const WARNED = aColumn({
    name: 'zone',
    allowedValues: ['ana@example.com', 'West'],
    onUnknownValue: 'warn',
  });

  it.each<[string, Column, string[], string | undefined]>([
    ['free text', FREE, ['a', 'ana@example.com'], 'email'],
    ['free text', FREE, ['+503 7123 4567'], 'phone'],
    ['an id', ID, ['ABT - DSB0001-001', 'ana@example.com'], 'email'],
    ['an id', ID, ['00000001-6', 'x'], undefined],
    ['an id', ID, ['call +503 7123 4567', '71234567', '22345678'], undefined],
    ['an id', ID, ['4111 1111 1111 1111'], 'card'],
    ['an id', ID, ['ABT - DSB0001-001', 'CLI1004', '123456789012'], undefined],
    ['a word that only has to be counted', WARNED, ['East', 'eva@example.com'], 'email'],
    ['a word of the contract', WARNED, ['ana@example.com', 'West'], undefined],
    [
      'a word of a closed list',
      aColumn({ allowedValues: ['ana@example.com'] }),
      ['ana@example.com'],
      undefined,
    ],
    ['a masked text', aColumn({ pii: 'direct', mask: 'email' }), ['ana@example.com'], undefined],
  ])('is watched as what it is: %s %#', (_, column, texts, kind) => {
    expect(kindOf(column, texts)).toBe(kind);
  });

  it('is told to hold identity numbers where an id is one', () => {
    // 0*9 + ... + 1*2 = 2, so the check digit is 8.
    expect(kindOf(ID, ['00000001-8'])).toBe('dui');
  });

  it('is counted by its bytes as it would be by its texts', () => {
    const texts = [
      'West',
      'x 1234567',
      'ABC-12345678',
      'a@b.co',
      '0614-010180-101-3',
      '12 34 56 78',
      'ñ ü 😀',
    ];
    const expected = { ...NOTHING_SEEN };
    for (const text of texts) countValue(text, expected);

    expect(seen(FREE, texts)?.counts).toEqual(expected);
  });
});

describe('ids of any form', () => {
  const fragment = fc.oneof(
    fc.constantFrom('-', '.', ' ', 'A', 'b', '_', ',', '+', 'é', '\u2010', '@', 'x.co', '+503 7123 4567'),
    fc.constantFrom(
      '00000001-8',
      '000000018',
      '4111111111111111',
      '4111 1111 1111 1111',
      '3782 822463 10005',
    ),
    fc.constantFrom('0614-010180-101-3', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'ABT - DSB0001-001'),
    fc.stringMatching(/^\d{1,20}$/),
  );
  const text = fc.array(fragment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('').trim());

  it('are counted by their bytes as they would be by their texts', () => {
    const texts = fc.uniqueArray(
      text.filter((each) => each !== ''),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, (ids) => {
        const expected = { ...NOTHING_SEEN };
        for (const id of ids) countValue(id, expected);

        const { counts } = seen(aColumn({ name: 'id', pii: 'quasi' }), ids) ?? {};

        expect(counts).toEqual({ ...expected, phone: 0, barePhone: 0 });
      }),
      { seed: 20_251_210, numRuns: 300 },
    );
  });
});

describe('columns that the contract does not know', () => {
  it('are watched in the first thousand records of every batch', () => {
    expect([1, 1_000, 1_001, 65_536, 65_537, 66_536, 66_537].map(isWatched)).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('are watched as one beyond the first thousand, in a part and in all of them', () => {
    const watch = new SuspectWatch({ columns: [] });
    const sums = new Map<string, SuspectColumn>();

    for (let part = 0; part < 5; part += 1) {
      for (let name = 0; name < 3_000; name += 1) watch.see(`field ${part} ${name}`, 'ana@example.com');
      const suspects = watch.take();
      expect(suspects).toHaveLength(1_001);
      addSuspects(sums, suspects);
    }

    expect(sums.size).toBeLessThanOrEqual(2_002);
    const emails = [...sums.values()].reduce((sum, { counts }) => sum + counts.email, 0);
    expect(emails).toBe(15_000);
  });
});
