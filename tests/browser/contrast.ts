import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { z } from 'zod';

// The page's own document is not this program's, so what runs there is kept as text.
const SCRIPT = readFileSync(join(import.meta.dirname, 'contrast-in-page.txt'), 'utf8');

/** Text that is too hard to read: its contrast, the text, and both colours. */
export async function contrastFaults(page: Page): Promise<string[]> {
  const found: unknown = await page.evaluate(`(${SCRIPT.slice(SCRIPT.indexOf('() =>'))})()`);
  return z.string().array().parse(found);
}
