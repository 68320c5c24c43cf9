/** An unsigned number up to 2^53, seven bits to a byte, the lowest first. Returns the end. */
export function writeVarint(value: number, target: Uint8Array, start: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    target[at] = (rest % 128) | 128;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  target[at] = rest;
  return at + 1;
}

/** Signed: small numbers take few bytes, whatever their sign. */
export function writeZigzag(value: number, target: Uint8Array, start: number): number {
  return writeVarint(value < 0 ? -2 * value - 1 : 2 * value, target, start);
}
