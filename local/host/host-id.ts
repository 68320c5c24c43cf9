import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Settings } from './settings.ts';

/**
 * The name under which a host keeps its receipts, timers and internal queue. It must be the same after a
 * restart, and another for another app on the same account.
 */
export function hostIdOf(appDir: string, settings: Settings): string {
  const own = settings.get('AzureFunctionsWebHost__hostid');
  if (own !== undefined) return own;
  const path = resolve(appDir);
  const name = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
    .slice(0, 20);
  return `${name}${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}
