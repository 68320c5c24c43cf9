import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RunId, Sha256 } from '../domain/ids.ts';
import { type BookEntry, UNKNOWN_CONTENT } from '../kpis/kpi-result.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import { Manifest, RunSummary } from '../runs/documents.ts';
import { artifactPath } from '../runs/run-paths.ts';
import { ZONES, type Zone } from '../topology.ts';

// Is what a run left still what it left? The summary has the hash of the manifest, the manifest that of every file and of
// every staged file that the numbers were computed from.

export type VerifiedFile = z.infer<typeof VerifiedFile>;
export const VerifiedFile = z.object({
  container: z.string(),
  path: z.string(),
  sha256: Sha256.optional().describe('As the manifest has it, or the summary that of the manifest'),
  found: z.enum(['as-written', 'changed', 'missing']),
  foundSha256: Sha256.optional().describe('Where it was changed'),
});

export type RunVerdict = z.infer<typeof RunVerdict>;
export const RunVerdict = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  isAsWritten: z.boolean(),
  files: z
    .array(VerifiedFile)
    .describe('Every file of the manifest, the manifest itself, and the staged files of the book'),
});

export type VerifyOutcome =
  | { readonly kind: 'verified'; readonly verdict: RunVerdict; readonly manifest?: Manifest }
  | { readonly kind: 'unknown-run' }
  /** It is at work: what it leaves is still to come. */
  | { readonly kind: 'not-ended' };

type Deps = { readonly lake: Lake; readonly ledger: RunLedger };

const AT_ONCE = 4;

/** Reads everything that the newest attempt of a run has left, and holds it against the hashes of then. */
export async function verifyRun(runId: RunId, { lake, ledger }: Deps): Promise<VerifyOutcome> {
  const run = await ledger.find(runId);
  if (run === undefined) return { kind: 'unknown-run' };
  if (run.value.status === 'running') return { kind: 'not-ended' };
  const [summary, manifest] = await Promise.all([
    documentOf(runId, 'summary.json', RunSummary, lake),
    documentOf(runId, 'manifest.json', Manifest, lake),
  ]);
  const wanted = [
    ...(summary.kind === 'read' ? [{ ...manifest.file, sha256: summary.value.manifestSha256 }] : []),
    ...(manifest.kind === 'read'
      ? [...manifest.value.files, ...manifest.value.book.flatMap(stagedFile)]
      : []),
  ];
  const once = [...new Map(wanted.map((file) => [`${file.container}/${file.path}`, file])).values()];
  const files = [
    ...(summary.kind === 'read' ? [] : [summary.file]),
    ...(await severalAtOnce(once, AT_ONCE, async (file) => await verified(file, lake))),
  ];
  const { attempt } = run.value;
  const isAsWritten = files.every(({ found }) => found === 'as-written');
  return {
    kind: 'verified',
    verdict: { runId, attempt, isAsWritten, files },
    ...(manifest.kind === 'read' && { manifest: manifest.value }),
  };
}

type Document<Value> =
  | { readonly kind: 'read'; readonly value: Value; readonly file: Pick<VerifiedFile, 'container' | 'path'> }
  | { readonly kind: 'lost'; readonly file: VerifiedFile };

/** A run that has ended has it: the summary is written last. Nobody vouches for the hash of the summary itself. */
async function documentOf<Schema extends z.ZodType>(
  runId: RunId,
  name: string,
  schema: Schema,
  lake: Lake,
): Promise<Document<z.infer<Schema>>> {
  const file = { container: 'runs', path: artifactPath(runId, name) };
  const body = await lake.read('runs', file.path);
  if (body === undefined) return { kind: 'lost', file: { ...file, found: 'missing' } };
  try {
    return { kind: 'read', value: schema.parse(JSON.parse(body.toString('utf8'))), file };
  } catch {
    return { kind: 'lost', file: { ...file, found: 'changed' } };
  }
}

function stagedFile({ stagingPath: path, stagedSha256: sha256 }: BookEntry): FileOfThen[] {
  return sha256 === UNKNOWN_CONTENT ? [] : [{ container: 'staging', path, sha256 }];
}

type FileOfThen = Pick<VerifiedFile, 'container' | 'path'> & { readonly sha256: Sha256 };

async function verified({ container, path, sha256 }: FileOfThen, lake: Lake): Promise<VerifiedFile> {
  const zone = ZONES.find((name) => name === container);
  const now = zone && (await hashOf(zone, path, lake));
  const file = { container, path, sha256 };
  if (now === undefined) return { ...file, found: 'missing' };
  return now === sha256 ? { ...file, found: 'as-written' } : { ...file, found: 'changed', foundSha256: now };
}

/** Undefined for what is not there. A raw file may be large, so it is never in memory. */
async function hashOf(zone: Zone, path: string, lake: Lake): Promise<Sha256 | undefined> {
  const opened = await lake.open(zone, path);
  if (opened === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of opened.body) hash.update(chunk);
  return Sha256.parse(hash.digest('hex'));
}
