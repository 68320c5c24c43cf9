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
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} cannot be written as an exact integer`);
  // -1 - value is what two's complement has beneath its sign. Twice that, plus the sign, may be beyond 2^53 and inexact,
  // so the sign goes into the first byte beside the lowest six bits, and nothing is ever doubled.
  const sign = value < 0 ? 1 : 0;
  const magnitude = sign === 1 ? -1 - value : value;
  const first = (magnitude % 64) * 2 + sign;
  if (magnitude < 64) {
    target[start] = first;
    return start + 1;
  }
  target[start] = first | 128;
  return writeVarint(Math.floor(magnitude / 64), target, start + 1);
}
