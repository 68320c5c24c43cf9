import { timingSafeEqual } from 'node:crypto';
import type { HostKeys } from './host-keys.ts';

export type AuthLevel = 'anonymous' | 'function' | 'admin' | 'system';

/** Whether the key of a request opens something; the header goes before the query. */
export function mayCall(
  level: AuthLevel,
  request: { header: string | undefined; code: string | null },
  keys: HostKeys,
): boolean {
  if (level === 'anonymous') return true;
  const key = request.header ?? request.code;
  if (key === null || key === '') return false;
  if (isSame(key, keys.master)) return true;
  if (level === 'function') return isSame(key, keys.function);
  return level === 'system' && isSame(key, keys.system);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
