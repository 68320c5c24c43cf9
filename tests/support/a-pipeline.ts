import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { provisionStorage } from '../../local/provision.ts';
import { type App, buildApp, type Deps } from '../../shared/app.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import { KpiMart, type KpiResult } from '../../shared/kpis/kpi-result.ts';
import { computeRun } from '../../shared/pipeline/compute.ts';
import { type IngestOutcome, ingestFile } from '../../shared/pipeline/ingest.ts';
import { publishRun } from '../../shared/pipeline/publish.ts';
import type { StageMessage } from '../../shared/pipeline/stage-message.ts';
import { validateRun } from '../../shared/pipeline/validate.ts';
import type { StageOutcome } from '../../shared/pipeline/work-stage.ts';
import type { EventName, Log, LogFields } from '../../shared/ports/log.ts';
import type { SqlRow } from '../../shared/ports/sql-engine.ts';
import { ValidationReport } from '../../shared/runs/documents.ts';
import { artifactPath, attemptPath, martPath } from '../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { TABLES, type Zone } from '../../shared/topology.ts';
import { coreCatalog } from './core-catalog.ts';
import { takeStorageAccount } from './emulator.ts';

// The real use cases over the real emulator and the real DuckDB, worked by hand: the test is the host. Messages
// wait in a list, so that a test decides when each is delivered, how often, in which order, or whether at all.

export const TEST_PSEUDONYM_KEY = 'a pseudonym key for tests, 40 characters';

export type LogLine = { readonly level: keyof Log; readonly event: EventName; readonly fields: LogFields };

export class Pipeline {
  readonly storage: string;
  readonly app: App;
  readonly deps: Deps;
  /** What waits to be delivered, oldest first. */
  readonly queue: StageMessage[] = [];
  readonly logged: LogLine[];
  /** How far the product's clock is ahead of the emulator's. */
  readonly #clock: { aheadMs: number };

  private constructor(
    parts: Pick<Pipeline, 'storage' | 'app' | 'deps' | 'logged'>,
    clock: { aheadMs: number },
  ) {
    this.storage = parts.storage;
    this.app = parts.app;
    this.deps = parts.deps;
    this.logged = parts.logged;
    this.#clock = clock;
  }

  /** A pipeline over an account of its own. It computes some of the KPIs unless the whole catalogue is asked for. */
  static async open({ catalog = coreCatalog }: { catalog?: Deps['catalog'] } = {}): Promise<Pipeline> {
    const storage = await takeStorageAccount();
    await provisionStorage(storage);
    const ahead = { aheadMs: 0 };
    const clock = { now: () => new Date(Date.now() + ahead.aheadMs) };
    const app = await buildApp({ DataStorage: storage, PII_KEY: TEST_PSEUDONYM_KEY }, clock);
    const logged: LogLine[] = [];
    const deps = {
      ...app.depsFor(recording(logged)),
      catalog,
      // The test is the host: nobody works on anything else while a stage waits.
      pause: async () => undefined,
    };
    return new Pipeline({ storage, app, deps, logged }, ahead);
  }

  advanceClock(ms: number): void {
    this.#clock.aheadMs += ms;
  }

  /** Empties every table: the next file is the first of its feed, alone in its book. */
  async forget(): Promise<void> {
    const options = { allowInsecureConnection: true };
    for (const name of TABLES) {
      const table = TableClient.fromConnectionString(this.storage, name, options);
      for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
        await table.deleteEntity(partitionKey, rowKey);
    }
    this.queue.length = 0;
  }

  /** Bytes come to lie in landing; nobody is told yet. */
  async drop(path: string, body: string | Uint8Array, metadata: Record<string, string> = {}): Promise<void> {
    await this.deps.lake.write('landing', path, body, { metadata });
  }

  /** Waits until a file that comes now has landed later: blobs tell when they came by the second. */
  async landLaterThan({ drop }: RunRecord): Promise<void> {
    const probe = 'unknown/probe.bin';
    for (;;) {
      await this.drop(probe, 'x');
      const landed = await this.deps.lake.stat('landing', probe);
      await this.remove('landing', probe);
      if (landed !== undefined && landed.modifiedAt.getTime() > Date.parse(drop.landedAt)) return;
    }
  }

  async remove(zone: Zone, path: string): Promise<void> {
    await BlobServiceClient.fromConnectionString(this.storage).getContainerClient(zone).deleteBlob(path);
  }

  /** The blob event: what it hands on joins the queue. */
  async announce(path: string, deps: Deps = this.deps): Promise<IngestOutcome> {
    const outcome = await ingestFile({ path }, deps);
    this.queue.push(...outcome.next);
    return outcome;
  }

  /** One delivery of one message: what it hands on joins the queue. */
  async deliver(message: StageMessage, deps: Deps = this.deps): Promise<StageOutcome> {
    const outcome = await workOn(message, deps);
    this.queue.push(...outcome.next);
    return outcome;
  }

  /** Takes the oldest message off the queue. */
  next(): StageMessage {
    const message = this.queue.shift();
    if (message === undefined) throw new Error('the queue is empty');
    return message;
  }

  /** Delivers everything, in order, until nothing follows. */
  async runDry(): Promise<void> {
    for (let message = this.queue.shift(); message !== undefined; message = this.queue.shift()) {
      await this.deliver(message);
    }
  }

  /** A file as it goes on a calm day: dropped, announced once, worked to its end. */
  async takeThrough(
    path: string,
    body: string | Uint8Array,
    metadata: Record<string, string> = {},
  ): Promise<RunRecord> {
    await this.drop(path, body, metadata);
    const outcome = await this.announce(path);
    await this.runDry();
    return await this.runOf(outcome);
  }

  /** As far as the verdict; what follows stays on the queue and is cleared away. */
  async judge(
    path: string,
    body: string | Uint8Array,
    { metadata, deps }: { metadata?: Record<string, string>; deps?: Deps } = {},
  ): Promise<RunRecord> {
    await this.drop(path, body, metadata);
    const outcome = await this.announce(path);
    await this.deliver(this.next(), deps);
    this.queue.length = 0;
    return await this.runOf(outcome);
  }

  /** The rows that were set aside. */
  async quarantined({ runId, attempt }: RunRecord): Promise<Record<string, unknown>[]> {
    const lines = await this.text('quarantine', `${runId}/attempts/${attempt}/rejected.jsonl`);
    return lines
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
  }

  async run(runId: RunId): Promise<RunRecord> {
    const found = await this.deps.ledger.find(runId);
    if (found === undefined) throw new Error(`${runId} is not in the ledger`);
    return found.value;
  }

  /** The run that a landing became or repeats. */
  async runOf({ runId }: { runId?: RunId | undefined }): Promise<RunRecord> {
    if (runId === undefined) throw new Error('the landing became no run');
    return await this.run(runId);
  }

  async bytes(zone: Zone, path: string): Promise<Buffer> {
    const body = await this.deps.lake.read(zone, path);
    if (body === undefined) throw new Error(`${zone}/${path} is not there`);
    return body;
  }

  async text(zone: Zone, path: string): Promise<string> {
    return (await this.bytes(zone, path)).toString('utf8');
  }

  async json(zone: Zone, path: string): Promise<unknown> {
    return JSON.parse(await this.text(zone, path));
  }

  async paths(zone: Zone, prefix = ''): Promise<string[]> {
    const paths: string[] = [];
    for await (const { path } of this.deps.lake.list(zone, prefix)) paths.push(path);
    return paths;
  }

  /** Every file of the lake with its version: equal before and after means that nothing was touched. */
  async versions(): Promise<Record<string, string>> {
    const versions: Record<string, string> = {};
    for (const zone of ['raw', 'staging', 'quarantine', 'marts', 'reports', 'runs'] as const) {
      for await (const { path, etag } of this.deps.lake.list(zone)) versions[`${zone}/${path}`] = etag;
    }
    return versions;
  }

  async validationOf(run: RunRecord): Promise<ValidationReport> {
    return ValidationReport.parse(await this.json('runs', artifactPath(run.runId, 'validation_report.json')));
  }

  /** The report of the newest attempt, before the run has come to its end. */
  async attemptReport({ runId, attempt }: RunRecord): Promise<ValidationReport> {
    const path = attemptPath(runId, attempt, 'validation_report.json');
    return ValidationReport.parse(await this.json('runs', path));
  }

  /** What SQL makes of the staged rows of a run: `rows` names them in a FROM clause. */
  async staged(run: RunRecord, sqlOf: (rows: string) => string): Promise<readonly SqlRow[]> {
    await using folder = await this.deps.scratch.open();
    const file = join(folder.dir, 'staged.parquet');
    await this.deps.lake.download('staging', run.stagingPath ?? '', file);
    await using sql = await this.deps.sql.open(folder.dir);
    return await sql.rows(sqlOf(`read_parquet('${file.replaceAll("'", "''")}')`));
  }

  async martOf(run: Pick<RunRecord, 'runId' | 'asOf'>): Promise<KpiMart> {
    return KpiMart.parse(
      JSON.parse(Buffer.from((await this.martBytes(run)).json, 'latin1').toString('utf8')),
    );
  }

  async martBytes({ runId, asOf }: Pick<RunRecord, 'runId' | 'asOf'>): Promise<MartBytes> {
    if (asOf === undefined) throw new Error(`${runId} has no as-of date`);
    const [parquet, csv, json] = await Promise.all(
      (['parquet', 'csv', 'json'] as const).map(async (kind) =>
        (await this.bytes('marts', martPath(asOf, runId, kind))).toString('latin1'),
      ),
    );
    if (parquet === undefined || csv === undefined || json === undefined)
      throw new Error('a mart is missing');
    return { parquet, csv, json };
  }
}

/** A character for each byte: texts are compared a thousand times as fast as buffers. */
export type MartBytes = { readonly parquet: string; readonly csv: string; readonly json: string };

/** Where two marts begin to differ, or nothing. To print how all of two long texts differ takes minutes. */
export function differenceOf(one: MartBytes, other: MartBytes): string | undefined {
  for (const kind of ['json', 'csv', 'parquet'] as const) {
    const [a, b] = [one[kind], other[kind]];
    if (a === b) continue;
    let at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    const from = Math.max(0, at - 200);
    return `${kind} at byte ${at}: ${JSON.stringify(a.slice(from, at + 200))} is not ${JSON.stringify(b.slice(from, at + 200))}`;
  }
  return undefined;
}

export function kpiOf(mart: KpiMart, id: string): KpiResult {
  const kpi = mart.kpis.find((candidate) => candidate.id === id);
  if (kpi === undefined) throw new Error(`${id} is not in the mart`);
  return kpi;
}

/** A message to its stage. */
export async function workOn(message: StageMessage, deps: Deps): Promise<StageOutcome> {
  switch (message.stage) {
    case 'validate':
      return await validateRun(message, deps);
    case 'compute':
      return await computeRun(message, deps);
    case 'publish':
      return await publishRun(message, deps);
  }
}

function recording(lines: LogLine[]): Log {
  const at =
    (level: keyof Log) =>
    (event: EventName, fields: LogFields = {}): void => {
      lines.push({ level, event, fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
