import { createHash } from 'node:crypto';

/** Namespace of all UUIDs that this product derives. */
const NAMESPACE = Buffer.from('6f1c2a9e51d94c0f9f0f6f6b2c1d7a10', 'hex');

/** A name-based UUID (RFC 9562, version 5): the same name always gives the same UUID. */
export function uuidV5(name: string): string {
  const digest = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
