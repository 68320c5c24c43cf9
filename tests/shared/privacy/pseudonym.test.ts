import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pseudonymiser } from '../../../shared/privacy/pseudonym.ts';

const KEY = 'k'.repeat(32);
const tokenOf = pseudonymiser(KEY);
const RUNS = { seed: 20_251_210, numRuns: 500 };

describe('a pseudonym', () => {
  it('is 22 characters of base64url behind its version, whatever the value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (domain, value) => {
        expect(tokenOf(domain, value)).toMatch(/^v1:[A-Za-z0-9_-]{22}$/);
      }),
      RUNS,
    );
  });

  it('is the first half of HMAC-SHA-256 over the domain and the value', () => {
    const digest = createHmac('sha256', KEY).update('customer\0cli0001').digest();

    expect(tokenOf('customer', 'CLI0001')).toBe(`v1:${digest.subarray(0, 16).toString('base64url')}`);
  });

  it('is the same in every process that has the key, so that rows can still be joined', () => {
    expect(pseudonymiser(KEY)('customer', 'CLI0001')).toBe(tokenOf('customer', 'CLI0001'));
  });

  it('differs from value to value', () => {
    const tokens = Array.from({ length: 2_000 }, (_, index) => tokenOf('customer', `CLI${index}`));

    expect(new Set(tokens).size).toBe(2_000);
  });

  it('differs from domain to domain, so that a customer and a payer cannot be joined', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(tokenOf('customer', value)).not.toBe(tokenOf('payer', value));
      }),
      RUNS,
    );
  });

  it('does not let the end of a domain pass for the beginning of a value', () => {
    expect(tokenOf('ab', 'c')).not.toBe(tokenOf('a', 'bc'));
  });

  it('differs from key to key', () => {
    expect(pseudonymiser('l'.repeat(32))('customer', 'CLI0001')).not.toBe(tokenOf('customer', 'CLI0001'));
  });

  it.each([
    ['case', 'María López', 'MARÍA LÓPEZ'],
    ['blanks around', 'María López', '  María López\t'],
    ['blanks within', 'María López', 'María \n López'],
    ['a no-break space', 'María López', 'María\u00a0López'],
    ['how accents are composed', 'Mar\u00eda', 'Mari\u0301a'],
    ['full-width letters', 'ABC1', 'ＡＢＣ１'],
  ])('does not depend on %s', (_, one, other) => {
    expect(tokenOf('customer', other)).toBe(tokenOf('customer', one));
  });

  it.each([
    ['an accent', 'Maria', 'María'],
    ['a blank that parts two words', 'maria jose', 'mariajose'],
    ['a leading zero', 'CLI1', 'CLI01'],
  ])('does depend on %s', (_, one, other) => {
    expect(tokenOf('customer', other)).not.toBe(tokenOf('customer', one));
  });
});

it.each(['', 'short', 'k'.repeat(31)])('a key of fewer than 32 characters is refused: %j', (key) => {
  expect(() => pseudonymiser(key)).toThrow(
    new RangeError('the pseudonym key must have at least 32 characters'),
  );
});
