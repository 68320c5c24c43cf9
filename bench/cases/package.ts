import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verifiedPackage } from '../../scripts/release-manifest.ts';
import type { Measure } from '../case-process.ts';
import { outputOf } from '../run-case.ts';

/** How long it takes to make the file that is deployed, and how large it is. */
export const measure: Measure = async ({ dir }, timed) => {
  const script = join(import.meta.dirname, '../../scripts/package.ts');
  await timed(() => outputOf('package', process.execPath, ['--no-warnings', script, '--out', dir]));
  const zip = (await readdir(dir)).find((file) => file.endsWith('.zip')) ?? '';
  const { bytes, unpackedBytes } = await verifiedPackage(join(dir, zip));
  return { rows: 0, more: { packageMb: bytes / 1e6, unpackedMb: unpackedBytes / 1e6 } };
};
