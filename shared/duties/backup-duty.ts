import { createHash } from 'node:crypto';
import type { Lake, LakeFile } from '../ports/lake.ts';
import type { LakeProtection, ZoneProtection } from '../ports/lake-protection.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Duty } from './daily-duties.ts';

// Backups are what the store keeps by itself, and the raw files, from which everything else can be made again. The first
// can be seen in part; the second are looked at one by one, and the newest are read back.

/** Read back whole and hashed; the name of a raw file is the hash of its bytes. */
const READ_BACK = { files: 3, mostBytes: 256_000_000 };
const AT_ONCE = 8;
const MOST_DETAILS = 10;

type Deps = { readonly lake: Lake; readonly protection: LakeProtection };

/** `landed`: the runs whose files have landed since the last look. */
export async function backupDuty(landed: readonly RunRecord[], deps: Deps): Promise<Duty> {
  const stored = await severalAtOnce(landed.filter(hasRawFile), AT_ONCE, async (run) => ({
    run,
    file: await deps.lake.stat('raw', run.rawPath),
  }));
  const missing = stored.filter(({ file }) => file === undefined).map(({ run }) => run);
  const newest = await newestRaw(
    stored.map(({ file }) => file).filter((file) => file !== undefined),
    deps,
  );
  const { read, damaged } = await readBack(newest, deps.lake);
  const kept = protectionInWords(await deps.protection.of('raw', newest[0]?.path));
  const details = [
    ...missing.map(({ dataset, runId }) => `The raw file of ${dataset} (${runId}) is missing.`),
    ...damaged.map((path) => `raw/${path} is no longer what it was when it came: its hash is not its name.`),
    ...kept.lacks,
  ];
  const count = stored.length - missing.length;
  return {
    duty: 'backups',
    verdict: details.length === 0 ? 'fine' : 'look',
    sentence: [
      `${count} of ${stored.length} files that landed lie in raw`,
      `${read - damaged.length} of ${read} read back are unharmed`,
      ...kept.has,
    ]
      .join('; ')
      .concat('.'),
    details: details.slice(0, MOST_DETAILS),
  };
}

type WithRawFile = RunRecord & { readonly rawPath: string };

function hasRawFile(run: RunRecord): run is WithRawFile {
  return run.rawPath !== undefined;
}

/** Of those that have just come; on a day without any, of all. */
async function newestRaw(files: readonly LakeFile[], { lake }: Deps): Promise<readonly LakeFile[]> {
  const all = [...files];
  if (all.length === 0) for await (const file of lake.list('raw')) all.push(file);
  return all.toSorted((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
}

async function readBack(
  newest: readonly LakeFile[],
  lake: Lake,
): Promise<{ readonly read: number; readonly damaged: readonly string[] }> {
  const damaged: string[] = [];
  let bytes = 0;
  let read = 0;
  for (const file of newest.slice(0, READ_BACK.files)) {
    bytes += file.bytes;
    if (bytes > READ_BACK.mostBytes) break;
    read += 1;
    if ((await hashOf(file.path, lake)) !== nameOf(file.path)) damaged.push(file.path);
  }
  return { read, damaged };
}

async function hashOf(path: string, lake: Lake): Promise<string | undefined> {
  const opened = await lake.open('raw', path);
  if (opened === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of opened.body) hash.update(chunk);
  return hash.digest('hex');
}

function nameOf(path: string): string | undefined {
  return path.split('/').at(-1)?.split('.')[0];
}

function protectionInWords({ restorableDays, keepsVersions, isEncrypted, isImmutable }: ZoneProtection): {
  readonly has: readonly string[];
  readonly lacks: readonly string[];
} {
  const has: string[] = [];
  const lacks: string[] = [];
  if (restorableDays === 'none') lacks.push('Soft delete is off: what is deleted is gone.');
  else if (restorableDays === 'not to be seen')
    has.push('whether deleted files can be had back is not for the app to see');
  else has.push(`deleted files can be had back for ${restorableDays} days`);
  if (keepsVersions === true) has.push('files have versions');
  if (keepsVersions === false) lacks.push('The newest raw file has no version: versioning is off.');
  if (isEncrypted === true) has.push('files are encrypted where they lie');
  if (isEncrypted === false) lacks.push('The newest raw file is not encrypted where it lies.');
  if (isImmutable) has.push('raw files cannot be written over');
  else lacks.push('The container raw is not immutable.');
  return { has, lacks };
}
