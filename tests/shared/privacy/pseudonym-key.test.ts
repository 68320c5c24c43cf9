import { expect, it } from '@jest/globals';
import { parsePseudonymKey } from '../../../shared/privacy/pseudonym-key.ts';

const KEY = 'k'.repeat(32);

it.each([
  [KEY, 1, KEY],
  [`1:${KEY}`, 1, KEY],
  [`12:${KEY}`, 12, KEY],
  [`9999:${KEY}`, 9999, KEY],
  [`2:a key: with colons and\na line feed${KEY}`, 2, `a key: with colons and\na line feed${KEY}`],
  [`for development only: ${KEY}`, 1, `for development only: ${KEY}`],
])('reads version and key: %j', (text, version, key) => {
  expect(parsePseudonymKey(text)).toEqual({ version, key });
});

it.each(['', '1:', ':', 'k'.repeat(31), `2:${'k'.repeat(31)}`, `0:${KEY}`, `01:${KEY}`, `10000:${KEY}`])(
  'takes nothing for a key that is none: %j',
  (text) => {
    expect(parsePseudonymKey(text)).toBeUndefined();
  },
);
