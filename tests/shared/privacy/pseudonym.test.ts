import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pseudonymiser, type TokenMaker, tokensOf } from '../../../shared/privacy/pseudonym.ts';
import { seal } from '../../../shared/privacy/sealed.ts';

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
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]+$/), (value) => {
        const digest = createHmac('sha256', KEY).update(`customer\0${value}`).digest();

        expect(tokenOf('customer', value)).toBe(`v1:${digest.subarray(0, 16).toString('base64url')}`);
      }),
      RUNS,
    );
  });

  it('stays what it was when the first ones were staged', () => {
    expect(tokenOf('customer', 'CLI0001')).toBe('v1:FCc4xfoM2hnqVbgAEYpzGA');
    expect(tokenOf('name', 'Pérez, Juan')).toBe('v1:G5HDD6cbS2qmd3HfuyJGMQ');
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

  it('differs from version to version of the key, and names it', () => {
    const [one, two] = [pseudonymiser(`1:${KEY}`), pseudonymiser(`2:${'l'.repeat(32)}`)];

    expect(one('customer', 'CLI0001')).toBe(tokenOf('customer', 'CLI0001'));
    expect(two('customer', 'CLI0001')).toMatch(/^v2:[A-Za-z0-9_-]{22}$/);
    expect(two('customer', 'CLI0001').slice(3)).not.toBe(one('customer', 'CLI0001').slice(3));
    expect(pseudonymiser(`2:${KEY}`)('customer', 'CLI0001')).not.toBe(one('customer', 'CLI0001'));
  });

  it('is made with a sealed key as with the key itself', () => {
    expect(pseudonymiser(seal(KEY))('customer', 'CLI0001')).toBe(tokenOf('customer', 'CLI0001'));
  });

  it('is the same for every spelling of a name, a number or an address', () => {
    expect(tokenOf('name', 'LÓPEZ,  MARÍA.')).toBe(tokenOf('name', 'Lopez María'));
    expect(tokenOf('phone', '+503 7123-4567')).toBe(tokenOf('phone', '71234567'));
    expect(tokenOf('dui', '01234567-8')).toBe(tokenOf('dui', '012345678'));
  });

  it('is found by nobody who tries 100,000 identity numbers without the key, as a plain hash is', () => {
    const otherKey = pseudonymiser('a guess at the key, as long as the key');
    const hashOf = (text: string): string =>
      createHash('sha256').update(text).digest('base64url').slice(0, 21);
    const guesses = new Set<string>();
    for (let number = 0; number < 100_000; number += 1) {
      const dui = `${String(number).padStart(8, '0')}0`;
      for (const guess of [hashOf(dui), hashOf(`dui\0${dui}`), otherKey('dui', dui).slice(3, 24)])
        guesses.add(guess);
    }

    expect(guesses).toContain(hashOf('000543210'));
    expect(guesses).not.toContain(tokenOf('dui', '00054321-0').slice(3, 24));
  });

  it('is shared by no two of a million values', () => {
    const tokens = new Set<string>();
    for (let index = 0; index < 1_000_000; index += 1) tokens.add(tokenOf('customer', String(index)));

    expect(tokens.size).toBe(1_000_000);
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

describe('without a usable key', () => {
  it.each(['', 'short', 'k'.repeat(31), `2:${'k'.repeat(31)}`, `0:${KEY}`])(
    'there are no tokens: %j',
    (key) => {
      expect(() => pseudonymiser(key)).toThrow(RangeError);
      expect(() => pseudonymiser(seal(key))).toThrow(
        'the pseudonym key must have at least 32 characters, behind "<version>:" where it has one (1 to 9999)',
      );
    },
  );

  it('the error does not repeat what was given for one', () => {
    expect(() => pseudonymiser('hunter2')).toThrow(expect.not.stringContaining('hunter2'));
  });
});

describe('remembered tokens', () => {
  /** A maker that writes down what it is asked for. */
  function counted(): { maker: TokenMaker; asked: string[] } {
    const asked: string[] = [];
    const maker: TokenMaker = (domain, value) => {
      asked.push(`${domain}/${value}`);
      return tokenOf(domain, value);
    };
    return { maker, asked };
  }

  it('are those of the maker, whatever was asked before', () => {
    const remembered = tokensOf(tokenOf, 3);
    const question = fc.tuple(
      fc.constantFrom('name', 'payer'),
      fc.constantFrom('a', 'b', 'c', 'd', 'e', '', 'A'),
    );

    fc.assert(
      fc.property(fc.array(question, { maxLength: 40 }), (questions) => {
        for (const [domain, value] of questions)
          expect(remembered(domain, value)).toBe(tokenOf(domain, value));
      }),
      RUNS,
    );
  });

  it('are made once for a value that comes again and again', () => {
    const { maker, asked } = counted();
    const remembered = tokensOf(maker);

    for (let index = 0; index < 1_000; index += 1) remembered('name', `client ${index % 7}`);

    expect(asked).toHaveLength(7);
  });

  it('stay for values in use while others come and go', () => {
    const { maker, asked } = counted();
    const remembered = tokensOf(maker, 10);

    for (let index = 0; index < 100; index += 1) {
      remembered('name', 'regular');
      remembered('name', `passer-by ${index}`);
    }

    expect(asked.filter((question) => question === 'name/regular')).toHaveLength(1);
  });

  it('are forgotten when too many others came, so that memory has an end', () => {
    const { maker, asked } = counted();
    const remembered = tokensOf(maker, 10);

    for (let index = 0; index < 31; index += 1) remembered('name', String(index));
    remembered('name', '0');

    expect(asked).toHaveLength(32);
  });

  it('are not kept for texts so long that they would fill the memory', () => {
    const { maker, asked } = counted();
    const remembered = tokensOf(maker);

    for (const value of ['x'.repeat(256), 'x'.repeat(256), 'y'.repeat(257), 'y'.repeat(257)])
      remembered('name', value);

    expect(asked.map((question) => question.length)).toEqual([261, 262, 262]);
  });
});
