import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { buildApp, type Deps } from '../shared/app.ts';
import type { LocalDate } from '../shared/domain/local-date.ts';
import type { KpiMart } from '../shared/kpis/kpi-result.ts';
import { newestMart } from '../shared/pipeline/newest-mart.ts';
import type { Log } from '../shared/ports/log.ts';
import type { RunRecord } from '../shared/runs/run-record.ts';
import type { HostLog } from './host/host-log.ts';
import { startLocalHost } from './local-host.ts';

// A fresh store in memory, files dropped into it, the pipeline waited for.

export type FileRun = { readonly file: string; readonly run: RunRecord };

export type FilesRun = {
  readonly runs: readonly FileRun[];
  /** The newest book and the run it is reported under; none when every file was rejected. */
  readonly newest: { readonly run: RunRecord; readonly mart: KpiMart } | undefined;
  readonly deps: Deps;
  stop(): Promise<void>;
};

const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const LOOK_MS = 50;

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
    const runs: FileRun[] = [];
    for (const [index, path] of paths.entries()) {
      runs.push({ file: files[index] ?? path, run: await runOf(path, deps) });
    }
    await untilNoneRuns(deps);
    const ended = await Promise.all(runs.map(({ file, run }) => current(file, run, deps)));
    return { runs: ended, newest: await newestMart({}, deps), deps, stop: () => local.stop() };
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

async function runOf(path: string, deps: Deps): Promise<RunRecord> {
  for (;;) {
    const dropped = await deps.ledger.findDrop(path);
    const found = dropped?.runId && (await deps.ledger.find(dropped.runId));
    if (found) return found.value;
    if (dropped?.outcome === 'failed') throw new Error(dropped.detail);
    await sleep(LOOK_MS);
  }
}

/** A file that arrives late makes earlier runs run again, so all of them are watched. */
async function untilNoneRuns({ ledger }: Deps): Promise<void> {
  while ((await ledger.list({ status: 'running' })).length > 0) await sleep(LOOK_MS);
}

async function current(file: string, run: RunRecord, { ledger }: Deps): Promise<FileRun> {
  return { file, run: (await ledger.find(run.runId))?.value ?? run };
}
