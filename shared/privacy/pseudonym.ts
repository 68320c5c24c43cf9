import { createHmac } from 'node:crypto';

// Stable tokens in place of values that could name a person. Keyed, since a plain hash of a short identifier is
// undone by trying them all.

const TOKEN_BYTES = 16;

/**
 * Makes a function that turns a value into `v1:` and 22 base64url characters: HMAC-SHA-256 over the column's
 * domain and the value, first 128 bits. The same value in another domain gives another token.
 */
export function pseudonymiser(key: string): (domain: string, value: string) => string {
  if (key.length < 32) throw new RangeError('the pseudonym key must have at least 32 characters');
  return (domain, value) => {
    const digest = createHmac('sha256', key)
      .update(`${domain}\0${normalise(value)}`)
      .digest();
    return `v1:${digest.subarray(0, TOKEN_BYTES).toString('base64url')}`;
  };
}

function normalise(value: string): string {
  return value.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
