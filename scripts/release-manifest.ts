import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

// What lies beside a package: enough to know what it is, and that it is still the same.

export type ReleaseManifest = z.infer<typeof ReleaseManifest>;
export const ReleaseManifest = z.strictObject({
  name: z.literal('abaco-loans-analytics'),
  /** What `GET /api/health` says once it runs. */
  revision: z.string().min(1),
  commit: z.string().regex(/^([0-9a-f]{40}|unknown)$/),
  isDirty: z.boolean(),
  /** Version of Node that built it. */
  node: z.string(),
  platform: z.literal('linux-x64'),
  file: z.string().regex(/^[\w.-]+\.zip$/),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.int().positive(),
  unpackedBytes: z.int().positive(),
});

export class PackageDamaged extends Error {
  override readonly name = 'PackageDamaged';
}

export function manifestPath(zip: string): string {
  return zip.replace(/\.zip$/, '.json');
}

/** The manifest of a kept package. Throws PackageDamaged where the package is not what its manifest says. */
export async function verifiedPackage(zip: string): Promise<ReleaseManifest> {
  const manifest = ReleaseManifest.parse(JSON.parse(await readFile(manifestPath(zip), 'utf8')));
  const bytes = await readFile(zip);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new PackageDamaged(
      `${zip} has sha256 ${sha256}, its manifest says ${manifest.sha256}. It is not the package that was tested. Take another copy of it.`,
    );
  }
  return manifest;
}
