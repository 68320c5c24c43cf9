import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type RunId, Sha256 } from '../../shared/domain/ids.ts';
import type { Lake } from '../../shared/ports/lake.ts';
import { Manifest } from '../../shared/runs/documents.ts';
import { artifactPath } from '../../shared/runs/run-paths.ts';

// The documents of a run that may be fetched: those of its manifest, and those that close it and so cannot be in it.

/** Raw and staged files hold rows of people: they are read in their zones, by those who may. */
const ServedZone = z.enum(['quarantine', 'marts', 'reports', 'runs']);

export type ServedArtifact = z.infer<typeof ServedArtifact>;
export const ServedArtifact = z.object({
  name: z.string(),
  container: ServedZone,
  bytes: z.int(),
  sha256: Sha256,
});

/** A plain name: nothing that could lead out of the run's folder. */
export const ARTIFACT_NAME = /^[a-z_]+\.[a-z]+$/;

const CLOSING = ['manifest.json', 'pipeline_summary.json', 'summary.json'] as const;

/** By name; of two with one name the one in the run's own folder. None before the run has ended once. */
export async function servedArtifacts(
  runId: RunId,
  lake: Lake,
): Promise<readonly (ServedArtifact & { path: string })[]> {
  const served = new Map<string, ServedArtifact & { path: string }>();
  for (const { container, ...file } of await filesInManifest(runId, lake)) {
    const zone = ServedZone.safeParse(container);
    if (!zone.success || (zone.data !== 'runs' && served.has(file.name))) continue;
    served.set(file.name, { ...file, container: zone.data });
  }
  for (const name of CLOSING) {
    const path = artifactPath(runId, name);
    const body = await lake.read('runs', path);
    if (body === undefined) continue;
    const sha256 = Sha256.parse(createHash('sha256').update(body).digest('hex'));
    served.set(name, { name, container: 'runs', path, bytes: body.length, sha256 });
  }
  return [...served.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function filesInManifest(runId: RunId, lake: Lake): Promise<Manifest['files']> {
  const body = await lake.read('runs', artifactPath(runId, 'manifest.json'));
  return body === undefined ? [] : Manifest.parse(JSON.parse(body.toString('utf8'))).files;
}
