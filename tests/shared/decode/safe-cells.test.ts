import { describe, expect, it } from '@jest/globals';
import { safeCells } from '../../../shared/decode/safe-cells.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const COLUMNS = [
  aColumn({ name: 'name', pii: 'direct', mask: 'name' }),
  aMoneyColumn({ name: 'amount' }),
  aColumn({ name: 'note', maxCharacters: 3_000 }),
];
/** As plain as a token can be, to see what it is made from. */
const tokenOf = (domain: string, value: string): string => `${domain}(${value})`;
const safe = (cells: Record<string, string>) =>
  safeCells({ columns: COLUMNS }, cells, { isTorn: false, tokenOf });

describe('the cells of a rejected row', () => {
  it('are tokens where they could name somebody', () => {
    expect(safe({ name: 'Ana', amount: '5.00', extra: 'x' })).toEqual({
      name: 'name(Ana)',
      amount: '5.00',
      extra: 'extra(x)',
    });
  });

  it('that are longer than any column accepts get a token of their hash, each its own', () => {
    const long = '0.'.padEnd(1_000_000, '0');

    const { amount, note } = safe({ amount: `${long}1`, note: `${long}2` });
    const again = safe({ amount: `${long}1`, note: `${long}1` });

    expect(amount).toMatch(/^amount\([0-9a-f]{64}\)$/);
    expect(again['amount']).toBe(amount);
    expect(again['note']).not.toBe(note);
  });

  it('keep the token of the whole cell up to the longest that the column accepts', () => {
    const text = 'x'.repeat(3_000);

    expect(safe({ note: text })).toEqual({ note: `note(${text})` });
    expect(safe({ note: `${text}x` })['note']).toHaveLength('note()'.length + 64);
  });
});
