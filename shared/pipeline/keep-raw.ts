import { localDateOf } from '../domain/local-date.ts';
import type { Lake, LakeFile } from '../ports/lake.ts';
import { asMetadata, originMetadata } from '../runs/origin.ts';
import { rawPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

/** Copies landing to raw, once, under its hash. Returns the path, or `gone` when the file changed meanwhile. */
export async function keepRaw(
  run: RunRecord,
  { file, extension }: { readonly file: LakeFile; readonly extension: string },
  { lake }: { readonly lake: Lake },
): Promise<{ path: string } | 'gone'> {
  const path = rawPath(run.dataset, localDateOf(new Date(run.drop.landedAt)), run.sha256, extension);
  if ((await lake.stat('raw', path)) !== undefined) return { path };
  const opened = await lake.open('landing', file.path, file);
  if (opened === undefined) return 'gone';
  await lake.writeStream('raw', path, opened.body, {
    onlyIf: 'absent',
    contentType: 'application/octet-stream',
    metadata: whereFrom(run),
  });
  return { path };
}

/**
 * So that raw can be read without the ledger. A copy that is dropped again, with its metadata, stands for the day that
 * was asked for.
 */
function whereFrom({ drop, requestedAsOf }: RunRecord): Record<string, string> {
  return {
    ...originMetadata(drop.origin),
    ...(requestedAsOf !== undefined && { asof: requestedAsOf }),
    landing: asMetadata(drop.path.slice(-200)),
    landedat: drop.landedAt,
  };
}
