import { access, constants, copyFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KpiResult } from '../shared/kpis/kpi-result.ts';
import { kpiRows } from '../shared/publishing/kpi-row.ts';
import type { RunRecord } from '../shared/runs/run-record.ts';
import { exitWhenWritten } from './exit-when-written.ts';
import { artifactFolder, keepArtifacts } from './keep-artifacts.ts';
import { HELP, type PipelineOptions, pipelineOptions, UsageError } from './pipeline-options.ts';
import { type FileRun, type FilesRun, runFiles } from './run-files.ts';
import { runLines } from './run-lines.ts';
import { Stuck } from './until-ended.ts';

// `npm run pipeline`: files in, KPIs and a report out.

const EXIT = { success: 0, machineryFailed: 1, rejected: 2 } as const;

async function main(): Promise<number> {
  const options = pipelineOptions(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return EXIT.success;
  }
  for (const file of options.data) await refuseMissing(file);
  await refuseUnwritable(options.output);
  const dir = await artifactFolder(options.out);
  const say = (line: string): void => console.error(line);
  const quiet = options.json && !options.verbose;
  const log = quiet ? () => undefined : runLines(say, options.verbose);
  const result = await runFiles(options.data, { dataset: options.dataset, asOf: options.asOf, log });
  try {
    return await report(options, dir, result);
  } finally {
    await result.stop();
  }
}

async function report(options: PipelineOptions, dir: string, result: FilesRun): Promise<number> {
  const { runs, newest, deps } = result;
  const kept = new Map<string, Record<string, string>>();
  for (const { run } of runs) kept.set(run.runId, await keepArtifacts(run, dir, deps.lake));
  const main = newest?.run ?? runs[0]?.run;
  const artifacts = (main && kept.get(main.runId)) ?? {};

  for (const fileRun of runs) for (const line of verdict(fileRun)) console.error(line);
  if (options.json) console.log(JSON.stringify(jsonDocument(result, artifacts)));
  else for (const line of kpiTable(result)) console.log(line);
  await copyReport(options, artifacts);
  if (!options.json) console.log(`\nArtifacts: ${dir}`);
  return exitCode(runs.map(({ run }) => run));
}

function exitCode(runs: readonly RunRecord[]): number {
  if (runs.some(({ status }) => status === 'failed' || status === 'running')) return EXIT.machineryFailed;
  return runs.every(({ status }) => status === 'success') ? EXIT.success : EXIT.rejected;
}

/** For the person who dropped the file: what became of it, and why. */
function verdict({ file, run, sameAs }: FileRun): string[] {
  if (sameAs !== undefined) return [`${file}: the same content as ${sameAs} (${run.runId})`];
  const asOf = run.asOf === undefined ? '' : ` as of ${run.asOf}`;
  const shown = run.problems.filter(({ severity }) => severity !== 'notice').slice(0, 10);
  return [
    `${file}: ${run.status} (${run.runId}, ${run.dataset}${asOf}${rowsOf(run)})`,
    ...shown.map(
      ({ code, message, count }) => `  ${code}${count === undefined ? '' : ` (${count})`}: ${message}`,
    ),
  ];
}

function rowsOf({ status, rows, rejectedRows = 0 }: RunRecord): string {
  if (rows === undefined) return '';
  if (rejectedRows === 0) return `, ${rows} rows`;
  return status === 'rejected'
    ? `, ${rejectedRows} of ${rows} rows break the contract`
    : `, ${rows} rows, ${rejectedRows} of them set aside in quarantine and not in the numbers`;
}

function kpiTable({ newest }: FilesRun): string[] {
  if (newest === undefined) return ['No KPI was computed.'];
  const rows = kpiRows(newest.mart);
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    `\nKPIs as of ${newest.mart.asOf}`,
    ...rows.map(
      (row) =>
        `  ${row.name.padEnd(width)}  ${row.shown.padStart(18)}  ${row.statusWord}${row.reason ? `: ${row.reason}` : ''}`,
    ),
  ];
}

function jsonDocument({ runs, newest }: FilesRun, artifacts: Record<string, string>): object {
  return {
    runs: runs.map(({ file, run, sameAs }) => ({
      file,
      runId: run.runId,
      ...(sameAs !== undefined && { duplicateOf: run.runId }),
      dataset: run.dataset,
      status: run.status,
      asOf: run.asOf ?? null,
      rows: run.rows ?? 0,
      rejectedRows: run.rejectedRows ?? 0,
      problems: run.problems,
      durationMs: Date.parse(run.completedAt ?? run.updatedAt) - Date.parse(run.startedAt),
    })),
    kpis: (newest?.mart.kpis ?? []).map(kpiDocument),
    series: (newest?.mart.series ?? []).map(kpiDocument),
    artifacts,
  };
}

function kpiDocument(kpi: KpiResult): object {
  const { id, version, asOf, reportingDate, dimension, value, numerator, denominator, unit, status, reason } =
    kpi;
  return { id, version, asOf, reportingDate, dimension, value, numerator, denominator, unit, status, reason };
}

async function copyReport({ output }: PipelineOptions, artifacts: Record<string, string>): Promise<void> {
  if (output === undefined) return;
  const source = artifacts[output.endsWith('.html') ? 'report.html' : 'report.md'];
  if (source === undefined) console.error(`No report was made, so ${output} was not written.`);
  else await copyFile(source, output);
}

async function refuseMissing(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new UsageError(`${file} is not a file that can be read`);
}

/** A report that could not be written would be noticed after all the work. */
async function refuseUnwritable(output: string | undefined): Promise<void> {
  if (output === undefined) return;
  const folder = dirname(output);
  const there = await stat(output).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UsageError(`--output ${output} is a folder`);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new UsageError(`--output ${output}: there is no folder ${folder}`);
  try {
    await access(there === undefined ? folder : output, constants.W_OK);
  } catch {
    throw new UsageError(`--output ${output} cannot be written`);
  }
}

main().then(exitWhenWritten, (error: unknown) => {
  const isUsage = error instanceof UsageError;
  if (isUsage) console.error(`${error.message}. See --help.`);
  else console.error(error instanceof Stuck ? `${error.message}.` : error);
  return exitWhenWritten(isUsage ? EXIT.rejected : EXIT.machineryFailed);
});
