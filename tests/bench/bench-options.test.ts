import { describe, expect, it } from '@jest/globals';
import { readOptions } from '../../bench/bench-options.ts';

describe('the options', () => {
  it('are a million rows and five rounds unless the call says otherwise', () => {
    expect(readOptions([])).toEqual({
      rows: 1_000_000,
      rounds: 5,
      isBig: false,
      isChecked: false,
      only: [],
      json: undefined,
    });
  });

  it('are taken from the call', () => {
    const args = [
      '--rows',
      '200000',
      '--rounds',
      '3',
      '--big',
      '--check',
      '--json',
      'out.json',
      '--only',
      'a,b',
    ];

    expect(readOptions(args)).toEqual({
      rows: 200_000,
      rounds: 3,
      isBig: true,
      isChecked: true,
      only: ['a', 'b'],
      json: 'out.json',
    });
  });

  it('may be asked for', () => {
    expect(readOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--rows', '5000'], 'from 10000 on'],
    [['--rows', '100001'], 'multiple of ten'],
    [['--rows', 'many'], 'whole number'],
    [['--rounds', '0'], 'at least 1'],
    [['--fast'], '--fast'],
  ])('%j are refused with what is wrong', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
