import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The stored document of that name. With UPDATE_GOLDEN=1 the new text is stored first, to be read in the diff. */
export function golden(name: string, actual: string): string {
  const path = fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual);
  return readFileSync(path, 'utf8');
}
