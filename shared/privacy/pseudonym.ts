import { createHmac } from 'node:crypto';
import { normalForm } from './normal-form.ts';
import { parsePseudonymKey, SHORTEST_KEY } from './pseudonym-key.ts';
import { Sealed, unseal } from './sealed.ts';

// Stable tokens in place of values that could name a person. Keyed, since a plain hash of a short identifier is
// undone by trying them all.

/** The token of a value in a domain: what kind of value it is, or the column where it stood. */
export type TokenMaker = (domain: string, value: string) => string;

/**
 * Makes a function that turns a value into `v<version>:` and 22 base64url characters: HMAC-SHA-256 over the domain and
 * the value's normal form, first 128 bits. The same value in another domain gives another token. The key is
 * `<version>:<key>` or a bare key, which is version 1; there is no way without one. Throws RangeError.
 */
export function pseudonymiser(keyText: string | Sealed<string>): TokenMaker {
  const parsed = parsePseudonymKey(keyText instanceof Sealed ? unseal(keyText) : keyText);
  if (parsed === undefined) {
    throw new RangeError(
      `the pseudonym key must have at least ${SHORTEST_KEY} characters, behind "<version>:" where it has one (1 to 9999)`,
    );
  }
  const { key, version } = parsed;
  return (domain, value) => {
    const digest = createHmac('sha256', key)
      .update(`${domain}\0${normalForm(domain, value)}`)
      .digest('base64url');
    return `v${version}:${first128Bits(digest)}`;
  };
}

/** As good as cutting the digest's bytes and encoding those, in a third less time: the last character holds two bits. */
function first128Bits(digest: string): string {
  const last = BASE64URL.indexOf(digest.charAt(21)) & 0b110000;
  return digest.slice(0, 21) + BASE64URL.charAt(last);
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What is longer is hardly ever seen again, and would let a hostile file fill the memory. */
const LONGEST_REMEMBERED = 256;

/**
 * A maker that remembers the tokens of recent values: a column of 100,000 payments holds a few hundred names. Values in
 * use stay, others go; it never holds more than twice `entries`.
 */
export function tokensOf(makeToken: TokenMaker, entries = 10_000): TokenMaker {
  let young = new Map<string, Map<string, string>>();
  let old: typeof young = new Map();
  let size = 0;

  const remember = (domain: string, value: string, token: string): void => {
    if (size >= entries) {
      old = young;
      young = new Map();
      size = 0;
    }
    const tokens = young.get(domain) ?? new Map<string, string>();
    young.set(domain, tokens.set(value, token));
    size += 1;
  };

  return (domain, value) => {
    const known = young.get(domain)?.get(value);
    if (known !== undefined) return known;
    if (value.length > LONGEST_REMEMBERED) return makeToken(domain, value);
    const token = old.get(domain)?.get(value) ?? makeToken(domain, value);
    remember(domain, ownCopy(value), token);
    return token;
  };
}

/** A cell cut out of a chunk keeps the whole chunk in memory; this text keeps only itself. */
function ownCopy(value: string): string {
  return ` ${value}`.slice(1);
}
