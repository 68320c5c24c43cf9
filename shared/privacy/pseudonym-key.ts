// The key of all pseudonyms as it stands in a vault or a setting: `<version>:<key>`, or a bare key, which is version 1.

/** Below this, trying every key is not out of reach. */
export const SHORTEST_KEY = 32;

export type PseudonymKey = { readonly version: number; readonly key: string };

/** Undefined for a text that is no usable key: too short, or with a version outside 1 to 9999. */
export function parsePseudonymKey(text: string): PseudonymKey | undefined {
  const [, digits = '1', key = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? [];
  // A leading zero would let two texts stand for one version.
  if (!/^[1-9]\d{0,3}$/.test(digits) || key.length < SHORTEST_KEY) return undefined;
  return { version: Number(digits), key };
}
