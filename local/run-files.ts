import { basename } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { buildApp, type Deps } from '../shared/app.ts';
import type { LocalDate } from '../shared/domain/local-date.ts';
import type { KpiMart } from '../shared/kpis/kpi-result.ts';
import { newestMart } from '../shared/pipeline/newest-mart.ts';
import type { Log } from '../shared/ports/log.ts';
import type { RunRecord } from '../shared/runs/run-record.ts';
import type { HostLog } from './host/host-log.ts';
import { startLocalHost } from './local-host.ts';
import { type Ended, untilEnded } from './until-ended.ts';

// A fresh store in memory, files dropped into it, the pipeline waited for.

export type FileRun = {
  readonly file: string;
  readonly run: RunRecord;
  /** Another file of the same call with the same content, which the run is counted for. */
  readonly sameAs?: string;
};

export type FilesRun = {
  readonly runs: readonly FileRun[];
  /** The newest book and the run it is reported under; none when every file was rejected. */
  readonly newest: { readonly run: RunRecord; readonly mart: KpiMart } | undefined;
  readonly deps: Deps;
  stop(): Promise<void>;
};

const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Takes local files through the pipeline. The caller stops the store when it has read what it wants. */
export async function runFiles(
  files: readonly string[],
  options: { dataset?: string | undefined; asOf?: LocalDate | undefined; log: HostLog },
): Promise<FilesRun> {
  // Retried at once: nobody else is there to recover meanwhile.
  process.env['AzureFunctionsJobHost__extensions__queues__visibilityTimeout'] ??= '00:00:01';
  const local = await startLocalHost({ pollMs: 100, scanMs: 100, log: options.log });
  try {
    const { depsFor } = await buildApp(process.env);
    const deps = depsFor(QUIET);
    const paths = await drop(files, local.storage, options);
    const ended = await untilEnded(paths, deps);
    const runs = withDuplicates(ended.map((one, index) => ({ ...one, file: files[index] ?? one.path })));
    return { runs, newest: await newestMart({}, deps), deps, stop: () => local.stop() };
  } catch (error) {
    await local.stop();
    throw error;
  }
}

async function drop(
  files: readonly string[],
  storage: string,
  { dataset, asOf }: { dataset?: string | undefined; asOf?: LocalDate | undefined },
): Promise<string[]> {
  const landing = BlobServiceClient.fromConnectionString(storage).getContainerClient('landing');
  const paths: string[] = [];
  for (const [index, file] of files.entries()) {
    // A folder for each, since two files may have one name.
    const path = `${dataset ?? 'files'}/${index + 1}/${basename(file)}`;
    const metadata: Record<string, string> = asOf === undefined ? {} : { asof: asOf };
    await landing.getBlockBlobClient(path).uploadFile(file, { metadata });
    paths.push(path);
  }
  return paths;
}

/** Of files with one content, one is the file of the run and the others say which that is. */
function withDuplicates(files: readonly (Ended & { file: string })[]): FileRun[] {
  return files.map(({ path, file, run }) => {
    const alike = files.filter((other) => other.run.runId === run.runId);
    const first = alike.find(({ drop }) => drop.outcome !== 'duplicate') ?? alike[0];
    return first === undefined || first.path === path ? { file, run } : { file, run, sameAs: first.file };
  });
}
