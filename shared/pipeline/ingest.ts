import { createHash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import { DatasetId, Sha256 } from '../domain/ids.ts';
import type { Problem } from '../domain/problem.ts';
import { runIdOf } from '../domain/run-identity.ts';
import { operationIdOf, traceparentOf } from '../domain/trace.ts';
import type { FileReader } from '../ports/file-reader.ts';
import type { Lake, LakeFile } from '../ports/lake.ts';
import { LogLevel } from '../ports/log.ts';
import { amendRun, type DropRecord } from '../ports/run-ledger.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import { originOf } from '../runs/origin.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type CloseDeps, closeRun } from './close-run.ts';
import {
  EMPTY_FILE,
  fileTooLarge,
  notIdentified,
  sourceGone,
  unsafeName,
  verdictBefore,
} from './drop-problems.ts';
import { identifyTables } from './identify-tables.ts';
import { keepRaw } from './keep-raw.ts';
import { type LandingPath, parseLandingPath } from './landing-path.ts';
import { rollbackBefore } from './rolled-back-files.ts';
import { type AskedDay, dayAskedIn, dayGiven, runOfFile } from './run-of-file.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { type TakeUpDeps, takeUp } from './take-up-run.ts';
import { withTrail } from './work-stage.ts';

// A file in landing becomes a run: hashed, kept for ever as it came, claimed in the ledger. What it is judged by
// is decided here; the judging itself is the next stage's.

export type IngestDeps = CloseDeps & TakeUpDeps & { lake: Lake; reader: FileReader; scratch: ScratchSpace };

export type DroppedFile = {
  readonly path: string;
  /** Of the event that told of it. A file that was pulled has that of its pull. */
  readonly traceparent?: string;
  readonly logLevel?: LogLevel | undefined;
};

export type IngestOutcome = DropRecord & { readonly next: readonly StageMessage[] };

/** Beyond what one worker reads within its time; a lender's book of a hundred million rows is smaller. */
export const MOST_FILE_BYTES = 8 * 1024 ** 3;

const UNKNOWN_DATASET = DatasetId.parse('unknown/unknown');

/** Ingests the file at `path` of landing. The same landing twice, in part or whole, changes nothing. */
export async function ingestFile(input: DroppedFile, deps: IngestDeps): Promise<IngestOutcome> {
  const { path } = input;
  const startedAt = deps.clock.now();
  const location = parseLandingPath(path);
  const file = location.kind === 'unsafe' ? undefined : await deps.lake.stat('landing', path);

  const settled = await settledBefore(path, file, deps);
  if (settled !== undefined) return settled;

  const judged =
    location.kind === 'unsafe'
      ? withoutContent(path, unsafeName(path, location.why))
      : file === undefined
        ? withoutContent(path, sourceGone(path))
        : await judgeFile(path, file, location.dataset, deps);

  const drafted = draftRun(input, file, judged, startedAt);
  const draft = { ...drafted, ...(await rollbackBefore(drafted, deps)) };
  const claim = await deps.ledger.claim(draft);
  const { run, isDuplicate, begun } =
    claim.kind === 'claimed'
      ? { run: draft, isDuplicate: false, begun: [] }
      : await takeUp(claim.run, draft, deps);
  if (isDuplicate) {
    deps.log.info('file.duplicate', runFacts(run));
    return { ...(await settle(run, deps, draft)), next: begun };
  }
  if (run.status !== 'running' || run.stage !== 'ingest') return await settle(run, deps);
  return await keepAndAdvance(run, judged, { file, startedAt, location }, deps);
}

async function keepAndAdvance(
  run: RunRecord,
  judged: Judged,
  source: { file: LakeFile | undefined; startedAt: Date; location: LandingPath },
  deps: IngestDeps,
): Promise<IngestOutcome> {
  const { file, location } = source;
  const extension = location.kind === 'usable' ? location.extension : 'bin';
  // A file that is too large to be read is too large to be kept.
  const isKept = judged.problems.every(({ code }) => code !== 'file-too-large');
  const raw = file && isKept ? await keepRaw(run, { file, extension }, deps) : undefined;
  const problems = raw === 'gone' ? [sourceGone(run.drop.path)] : judged.problems;
  const kept = raw === undefined || raw === 'gone' ? run : { ...run, rawPath: raw.path };
  const [problem] = problems;
  if (problem !== undefined) {
    const status = problem.code === 'source-gone' ? 'canceled' : 'rejected';
    const event = status === 'canceled' ? 'file.gone' : 'file.rejected';
    deps.log.warn(event, { ...runFacts(run), code: problem.code });
    const looked = withTrail(
      { ...kept, problems: [...problems] },
      'ingest',
      source.startedAt,
      deps.clock.now(),
    );
    return await settle(await closeRun(looked, status, {}, deps), deps);
  }
  const advanced = await advance(kept, source.startedAt, deps);
  deps.log.info('file.landed', { ...runFacts(run), bytes: run.drop.bytes });
  return await settle({ ...advanced, drop: run.drop }, deps);
}

type Judged = {
  readonly sha256: Sha256;
  readonly dataset: DatasetId;
  readonly contract: Contract | undefined;
  readonly asked?: AskedDay;
  readonly problems: readonly Problem[];
};

/** Reads the file once for its hash and once more, as far as needed, for its header. */
async function judgeFile(
  path: string,
  file: LakeFile,
  dataset: DatasetId | undefined,
  { lake, reader, scratch }: IngestDeps,
): Promise<Judged> {
  if (file.bytes > MOST_FILE_BYTES) return withoutContent(path, fileTooLarge(file.bytes, MOST_FILE_BYTES));
  const hashed = await lake.open('landing', path, file);
  if (hashed === undefined) return withoutContent(path, sourceGone(path));
  const sha256 = await hashOf(hashed.body);
  const unknown = { sha256, dataset: UNKNOWN_DATASET, contract: undefined };
  if (file.bytes === 0) return { ...unknown, ...(dataset && { dataset }), problems: [EMPTY_FILE] };

  const opened = await lake.ranges('landing', path, file);
  if (opened === undefined) return withoutContent(path, sourceGone(path));
  await using folder = await scratch.open();
  const headers = await reader.readHeaders({ source: opened.source, scratchDir: folder.dir });
  // A dataset that the folders name is judged in full by the next stage, even when its header is unreadable.
  if ('code' in headers && dataset === undefined) return { ...unknown, problems: [headers] };
  const found = identifyTables(dataset, 'code' in headers ? [] : headers);
  if (found.kind !== 'found') return { ...unknown, problems: [notIdentified(path, found)] };
  return {
    sha256,
    dataset: found.contract.dataset,
    contract: found.contract,
    asked: dayAskedIn(file.metadata),
    problems: [],
  };
}

/** There are no bytes to tell the run by, so its name does. */
function withoutContent(path: string, problem: Problem): Judged {
  const sha256 = Sha256.parse(createHash('sha256').update(path).digest('hex'));
  return { sha256, dataset: UNKNOWN_DATASET, contract: undefined, problems: [problem] };
}

function draftRun(
  input: DroppedFile,
  file: LakeFile | undefined,
  judged: Judged,
  startedAt: Date,
): RunRecord {
  const { path } = input;
  const { contract, dataset, sha256, asked } = judged;
  const name = contract?.name ?? 'unknown';
  const version = contract?.version ?? 0;
  const now = startedAt.toISOString();
  const origin = file && originOf(file.metadata);
  const drop = {
    path,
    etag: file?.etag ?? '',
    landedAt: (file?.modifiedAt ?? startedAt).toISOString(),
    bytes: file?.bytes ?? 0,
    ...(origin !== undefined && { origin }),
  };
  // A day that tells the run from others goes with it, also where its content lands again under a name without one.
  const given = contract?.asOf.kind === 'given' ? dayGiven({ ...asked, drop }) : undefined;
  const landed = { sha256, drop, ...asked, ...(given !== undefined && { requestedAsOf: given }) };
  const runId = contract ? runOfFile(contract, landed) : runIdOf(dataset, name, version, sha256);
  const { traceparent, loglevel } = file?.metadata ?? {};
  const logLevel = input.logLevel ?? LogLevel.safeParse(loglevel).data;
  return {
    runId,
    dataset,
    contract: name,
    contractVersion: version,
    ...landed,
    ...(contract !== undefined && { relation: contract.relation }),
    status: 'running',
    stage: 'ingest',
    attempt: 1,
    cause: 'dropped',
    startedAt: now,
    updatedAt: now,
    problems: [],
    phases: {},
    trail: [],
    duplicates: 0,
    traceparent: [traceparent, input.traceparent].find(operationIdOf) ?? traceparentOf(runId),
    ...(logLevel !== undefined && { logLevel }),
  };
}

async function advance(run: RunRecord, startedAt: Date, { ledger, clock }: IngestDeps): Promise<RunRecord> {
  const now = clock.now();
  const durationMs = now.getTime() - startedAt.getTime();
  const ingestion = { fileBytes: run.drop.bytes, durationMs, validationErrors: 0, rowsLoaded: 0 };
  const amended = await amendRun(ledger, run.runId, (current) =>
    current.status === 'running' && current.stage === 'ingest'
      ? withTrail(
          {
            ...current,
            ...(run.rawPath && { rawPath: run.rawPath }),
            stage: 'validate',
            phases: { ...current.phases, ingestion },
          },
          'ingest',
          startedAt,
          now,
        )
      : undefined,
  );
  return amended?.run ?? run;
}

/** This very landing was dealt with before: the event came twice, or late, after the file was removed. */
async function settledBefore(
  path: string,
  file: LakeFile | undefined,
  { ledger }: IngestDeps,
): Promise<IngestOutcome | undefined> {
  const drop = await ledger.findDrop(path);
  if (drop === undefined || drop.outcome === 'failed') return undefined;
  if (file !== undefined && drop.etag !== file.etag) return undefined;
  const run = drop.runId && (await ledger.find(drop.runId));
  return { ...drop, next: run ? afterIngest(run.value) : [] };
}

/** Writes down what became of a landing. `repeated` is that of content which the run had before. */
async function settle(
  run: RunRecord,
  { ledger, clock }: IngestDeps,
  repeated?: RunRecord,
): Promise<IngestOutcome> {
  const { path, etag } = (repeated ?? run).drop;
  const drop: DropRecord = {
    path,
    etag,
    outcome: repeated ? 'duplicate' : outcomeOf(run),
    runId: run.runId,
    detail: repeated ? verdictBefore(run, repeated) : (run.problems[0]?.message ?? ''),
    at: clock.now().toISOString(),
  };
  await ledger.recordDrop(drop);
  return { ...drop, next: repeated ? [] : afterIngest(run) };
}

function outcomeOf({ status }: RunRecord): DropRecord['outcome'] {
  return status === 'rejected' || status === 'failed' ? status : status === 'canceled' ? 'gone' : 'accepted';
}

function afterIngest(run: RunRecord): readonly StageMessage[] {
  return run.status === 'running' && run.stage === 'validate' ? [messageFor(run, 'validate')] : [];
}

async function hashOf(body: AsyncIterable<Uint8Array>): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return Sha256.parse(hash.digest('hex'));
}
