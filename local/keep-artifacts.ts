import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Lake } from '../shared/ports/lake.ts';
import { Manifest } from '../shared/runs/documents.ts';
import { artifactPath } from '../shared/runs/run-paths.ts';
import type { RunRecord } from '../shared/runs/run-record.ts';
import { ZONES, type Zone } from '../shared/topology.ts';
import { UsageError } from './pipeline-options.ts';

const CLOSING = ['manifest.json', 'summary.json', 'pipeline_summary.json'];

/** Rows of people stay in their zones; those that were set aside are what the operator has to mend. */
const NOT_COPIED: readonly Zone[] = ['raw', 'staging'];

/** Copies what the manifest of a run lists, but no rows of people, to `dir/<runId>/`. Returns name -> path. */
export async function keepArtifacts(
  run: RunRecord,
  dir: string,
  lake: Lake,
): Promise<Record<string, string>> {
  const folder = join(dir, run.runId);
  await mkdir(folder, { recursive: true });
  const kept: Record<string, string> = {};
  const body = await lake.read('runs', artifactPath(run.runId, 'manifest.json'));
  if (body === undefined) return kept;
  const { files } = Manifest.parse(JSON.parse(body.toString('utf8')));
  const closing = CLOSING.map((name) => ({ name, container: 'runs', path: artifactPath(run.runId, name) }));
  for (const { name, container, path } of [...files, ...closing]) {
    const zone = ZONES.find((candidate) => candidate === container);
    if (zone === undefined || NOT_COPIED.includes(zone)) continue;
    kept[name] = join(folder, name);
    await lake.download(zone, path, join(folder, name));
  }
  return kept;
}

/** Made before the work, so that nothing is worked in vain. */
export async function artifactFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return await mkdtemp(join(tmpdir(), 'abaco-artifacts-'));
  try {
    await mkdir(wanted, { recursive: true });
  } catch {
    throw new UsageError(`--out ${wanted} is not a folder that can be made`);
  }
  return resolve(wanted);
}
