import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatasetId } from '../domain/ids.ts';
import { localDateOf } from '../domain/local-date.ts';
import type { Clock } from '../ports/clock.ts';
import { AnswerTooLarge, EgressRefused } from '../ports/egress.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import { SecretMissing } from '../ports/secret-store.ts';
import {
  type FileExtension,
  type PullWindow,
  type SourceClient,
  type SourceDataset,
  type SourceName,
  SourceRecord,
} from '../ports/source-client.ts';
import type { LandedFile, Pull, SourceState, SourceStates } from '../ports/source-states.ts';
import {
  AnswerChanged,
  CredentialsRefused,
  RequestRefused,
  ServiceUnavailable,
  SourceNotConfigured,
} from '../resilience/service-errors.ts';
import { CircuitOpen } from '../resilience/shared-circuit.ts';
import type { PullMessage } from './pull-message.ts';
import { amendSourceState, withPull } from './source-state.ts';

// What a source has is brought to landing, and from there goes the way of every dropped file. The watermark moves only
// when the run of that file has succeeded: whatever is lost on the way is asked for again.

export type PullDeps = {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly scratch: ScratchSpace;
  readonly clock: Clock;
  readonly log: Log;
  readonly sourceStates: SourceStates;
  /** A client for one pull, since it counts what the pull costs. */
  readonly sourceClient: (source: SourceName) => SourceClient;
};

export type PullRequest = {
  readonly source: SourceName;
  readonly dataset: DatasetId;
  /** A schedule, or who asked. */
  readonly cause: string;
  /** Other than the usual one. */
  readonly window?: PullWindow | undefined;
  /** Goes with the file, so that its run is the same trace. */
  readonly traceparent?: string | undefined;
};

/** The first of them after a pull in vain; then twice as long each time. */
const FIRST_RETRY_MS = 2 * 60_000;
const LONGEST_RETRY_MS = 60 * 60_000;

/**
 * Pulls one dataset and says what became of it; that is kept as well. What the source could not answer is asked again
 * later: `duePulls` says when.
 */
export async function pullDataset(request: PullRequest, deps: PullDeps): Promise<Pull> {
  const { source, dataset, cause } = request;
  const startedAt = deps.clock.now();
  const before = await settleState(source, dataset, deps);
  const paused = pausedUntil(before, startedAt);
  if (paused !== undefined) {
    const skipped = { at: startedAt.toISOString(), cause, outcome: 'skipped', detail: paused } as const;
    deps.log.warn('source.skipped', { source, dataset, detail: paused });
    return await kept(skipped, (state) => state, request, deps);
  }
  const client = deps.sourceClient(source);
  const costOf = () => ({ ...client.cost, durationMs: deps.clock.now().getTime() - startedAt.getTime() });
  try {
    const brought = await bring(client, request, { before, now: startedAt }, deps);
    const pull = { at: startedAt.toISOString(), cause, ...brought.pull, ...costOf() };
    deps.log.info('source.pulled', {
      source,
      dataset,
      outcome: pull.outcome,
      records: pull.records,
      path: pull.path,
    });
    return await kept(pull, (state) => resumed(brought.change(withoutRetry(state)), deps), request, deps);
  } catch (error) {
    if (!isOfTheSource(error)) throw error;
    const failed = {
      at: startedAt.toISOString(),
      cause,
      outcome: 'failed',
      detail: `${error.message}. Nothing was taken in; what was known before stays in force.`,
      ...costOf(),
    } as const;
    deps.log.error('source.failed', { source, dataset, error: error.name, detail: error.message });
    const change = (state: SourceState): SourceState =>
      withRetry(pausedByError(state, error, startedAt, deps), { error, request, now: deps.clock.now() });
    return await kept(failed, change, request, deps);
  }
}

/** Pulls that sources could not answer, and that are to be asked again by now. Whoever takes one has it for an hour. */
export async function duePulls({ sourceStates, clock }: PullDeps): Promise<readonly PullMessage[]> {
  const now = clock.now().getTime();
  const taken: PullMessage[] = [];
  for (const { source, dataset, retry } of await sourceStates.all()) {
    if (retry === undefined || Date.parse(retry.at) > now) continue;
    const at = new Date(now + LONGEST_RETRY_MS).toISOString();
    let isOurs = false;
    await amendSourceState(sourceStates, { source, dataset }, (found) => {
      isOurs = found.retry?.at === retry.at;
      return isOurs ? { ...found, retry: { ...retry, at } } : found;
    });
    if (!isOurs) continue;
    const { cause, since, days } = retry;
    taken.push({ v: 1, source, dataset, cause, ...(since && { since }), ...(days && { days }) });
  }
  return taken;
}

function withoutRetry(state: SourceState): SourceState {
  const { retry: _, ...rest } = state;
  return rest;
}

/** Only what may pass by itself is asked again: not a secret that is refused, nor an answer that has changed. */
function withRetry(
  state: SourceState,
  { error, request, now }: { readonly error: SourceError; readonly request: PullRequest; readonly now: Date },
): SourceState {
  if (!(error instanceof ServiceUnavailable || error instanceof CircuitOpen)) return withoutRetry(state);
  const tries = (state.retry?.tries ?? 0) + 1;
  const usualMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1));
  const askedMs = error instanceof ServiceUnavailable ? (error.retryAfterMs ?? 0) : 0;
  const at = new Date(now.getTime() + Math.max(usualMs, askedMs)).toISOString();
  const { since, days } = request.window ?? {};
  return {
    ...state,
    retry: { at, tries, cause: request.cause, ...(since && { since }), ...(days && { days }) },
  };
}

/** What can go wrong with a source itself; everything else is our own machinery's. */
const OF_THE_SOURCE = [
  CredentialsRefused,
  AnswerChanged,
  RequestRefused,
  ServiceUnavailable,
  CircuitOpen,
  SecretMissing,
  SourceNotConfigured,
  EgressRefused,
  AnswerTooLarge,
] as const;
type SourceError = InstanceType<(typeof OF_THE_SOURCE)[number]>;

export function isOfTheSource(error: unknown): error is SourceError {
  return OF_THE_SOURCE.some((kind) => error instanceof kind);
}

type Brought = {
  readonly pull: Pick<Pull, 'outcome' | 'detail' | 'records' | 'promised' | 'path' | 'upTo'>;
  readonly change: (state: SourceState) => SourceState;
};

async function bring(
  client: SourceClient,
  { dataset, window: asked, traceparent }: PullRequest,
  { before, now }: { readonly before: SourceState; readonly now: Date },
  deps: PullDeps,
): Promise<Brought> {
  const offered = client.datasets.find((candidate) => candidate.dataset === dataset);
  if (offered === undefined) throw new RangeError(`${client.source} has no dataset ${dataset}`);
  await using folder = await deps.scratch.open();
  const settled = await standing(before, deps);
  const previous = settled && offered.merge && (await copyOf(settled, folder.dir, deps.lake));
  const known = offered.merge !== undefined && previous === undefined ? undefined : before.watermark;
  // Where nothing is known, past days alone would stand for everything.
  const isUsual = asked === undefined || known === undefined;
  const window = isUsual ? offered.window({ watermark: known, now }) : asked;

  const promised = await client.count?.(dataset);
  let made = await collect(client, offered, { window, previous }, folder.dir);
  // Records that were deleted at the source are still in the file before: only all of it anew leaves them out.
  if (promised !== undefined && made.records !== promised && window.since !== undefined)
    made = await collect(client, offered, { window: {}, previous: undefined }, folder.dir);
  if (promised !== undefined && made.records !== undefined)
    await refuseFewer(client, { dataset, brought: made.records, promised });

  const watermark = isUsual ? offered.watermark(window, now) : known;
  const counted = {
    ...(made.records !== undefined && { records: made.records }),
    ...(promised !== undefined && { promised }),
    upTo: watermark,
  };
  const sha256 = await hashOf(made.path);
  if (made.bytes === 0 || sha256 === settled?.sha256) {
    const detail =
      made.bytes === 0 ? 'The source has no records.' : 'Nothing has changed since the last pull.';
    return {
      pull: { outcome: 'nothing-new', detail, ...counted },
      change: (state) => ({ ...state, watermark }),
    };
  }
  const day = offered.standsFor?.(now);
  const path = `${dataset}/pulled_${day ?? localDateOf(now)}_${sha256.slice(0, 12)}.${made.extension}`;
  const written = await deps.lake.writeStream('landing', path, createReadStream(made.path), {
    onlyIf: await overIfSuperseded(path, settled, deps.lake),
    metadata: {
      principal: `pull of ${client.source}`,
      purpose: 'scheduled or requested pull',
      ...(day !== undefined && { asof: day }),
      ...(traceparent !== undefined && { traceparent }),
    },
  });
  const file = await deps.lake.stat('landing', path);
  if (file === undefined) throw new ServiceUnavailable(`${path} was taken away before it could be taken in`);
  const pending = { path, etag: file.etag, sha256, watermark };
  const change = (state: SourceState): SourceState => ({ ...state, pending });
  // Its run was rejected, or is not over, or the pull that brought it died before it could note it.
  if (written.kind === 'conflict') {
    const detail = `The same was brought before: landing/${path}.`;
    return { pull: { outcome: 'nothing-new', detail, ...counted }, change };
  }
  const amount = made.records === undefined ? `${made.bytes} bytes` : `${made.records} records`;
  const detail = `Brought ${amount} to landing/${path}.`;
  return { pull: { outcome: 'landed', detail, path, ...counted }, change };
}

/**
 * The source may say again what it said before the file that was taken in last, on the same day: that is a new landing, so
 * that it counts again. Anything else that lies there is the same as is brought now.
 */
async function overIfSuperseded(
  path: string,
  settled: LandedFile | undefined,
  lake: Lake,
): Promise<'absent' | { readonly etag: string }> {
  const before = await lake.stat('landing', path);
  const last = settled && (await lake.stat('landing', settled.path));
  return before !== undefined && last !== undefined && before.modifiedAt < last.modifiedAt
    ? { etag: before.etag }
    : 'absent';
}

/** Records may have gone while they were listed: those that are left have to be there. */
async function refuseFewer(
  client: SourceClient,
  {
    dataset,
    brought,
    promised,
  }: { readonly dataset: DatasetId; readonly brought: number; readonly promised: number },
): Promise<void> {
  if (brought >= promised || brought >= ((await client.count?.(dataset)) ?? 0)) return;
  throw new AnswerChanged(`${client.source} promised ${promised} records of ${dataset} and gave ${brought}`);
}

type Made = {
  readonly path: string;
  readonly extension: FileExtension;
  readonly bytes: number;
  readonly records: number | undefined;
};

/** Everything that the window and the file before make up, in one local file. */
async function collect(
  client: SourceClient,
  offered: SourceDataset,
  { window, previous }: { readonly window: PullWindow; readonly previous: string | undefined },
  dir: string,
): Promise<Made> {
  const path = join(dir, 'pulled');
  const records = new Map<string, SourceRecord>();
  for await (const page of client.pull(offered.dataset, window)) {
    if (page.kind === 'file') {
      return { path, ...(await page.save(path)), records: undefined };
    }
    // Without an identity the same record twice, as pages bring it that move while they are read, is one all the same.
    for (const record of page.records)
      records.set(offered.merge?.identity(record) ?? JSON.stringify(record), record);
  }
  const out = await open(path, 'w');
  let count = 0;
  try {
    const lines: string[] = [];
    const flush = async (): Promise<void> => {
      if (lines.length > 0) await out.write(`${lines.join('\n')}\n`);
      lines.length = 0;
    };
    for (const record of await merged(previous, records, offered, window)) {
      lines.push(JSON.stringify(record));
      count += 1;
      if (lines.length >= 1_000) await flush();
    }
    await flush();
  } finally {
    await out.close();
  }
  return { path, extension: 'ndjson', bytes: (await stat(path)).size, records: count };
}

/** By identity, so that the same records give the same bytes whatever the order they came in. */
async function merged(
  previous: string | undefined,
  pulled: ReadonlyMap<string, SourceRecord>,
  { merge }: SourceDataset,
  window: PullWindow,
): Promise<readonly SourceRecord[]> {
  const all = new Map(pulled);
  if (previous !== undefined && merge !== undefined) {
    for await (const line of createInterface({ input: createReadStream(previous, 'utf8') })) {
      const record = SourceRecord.parse(JSON.parse(line));
      const identity = merge.identity(record);
      if (!all.has(identity) && merge.supersedes?.(record, window) !== true) all.set(identity, record);
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/**
 * The newest file whose run succeeded, if it still lies in landing as it was. One that was rolled back since is not what
 * is known: nothing is merged with it, and all is asked for anew.
 */
async function standing(
  { settled }: SourceState,
  { lake, ledger }: Pick<PullDeps, 'lake' | 'ledger'>,
): Promise<LandedFile | undefined> {
  const found = settled && (await lake.stat('landing', settled.path));
  if (settled === undefined || found?.etag !== settled.etag) return undefined;
  const runId = (await ledger.findDrop(settled.path))?.runId;
  const run = runId && (await ledger.find(runId))?.value;
  return run?.rolledBack === undefined ? settled : undefined;
}

async function copyOf({ path }: LandedFile, dir: string, lake: Lake): Promise<string> {
  const copy = join(dir, 'previous');
  await lake.download('landing', path, copy);
  return copy;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** The state, after looking whether the run of what was pulled last is over: only its success moves the watermark. */
export async function settleState(
  source: SourceName,
  dataset: DatasetId,
  { ledger, sourceStates }: Pick<PullDeps, 'ledger' | 'sourceStates'>,
): Promise<SourceState> {
  const found = (await sourceStates.get(source, dataset))?.value;
  const verdict = found?.pending && (await verdictOf(found.pending.path, ledger));
  if (verdict === undefined) return found ?? { source, dataset, pulls: [] };
  return await amendSourceState(sourceStates, { source, dataset }, (state) => {
    const { pending, ...rest } = state;
    if (pending === undefined || pending.path !== found?.pending?.path) return state;
    return verdict === 'taken-in' ? { ...rest, watermark: pending.watermark, settled: pending } : rest;
  });
}

async function verdictOf(path: string, ledger: RunLedger): Promise<'taken-in' | 'not-taken-in' | undefined> {
  const drop = await ledger.findDrop(path);
  if (drop === undefined) return undefined;
  const run = drop.runId && (await ledger.find(drop.runId))?.value;
  if (!run) return 'not-taken-in';
  if (run.status === 'rejected' || run.status === 'canceled') return 'not-taken-in';
  // One that has succeeded is worked again when another file of its book comes: what it took in stays.
  if (run.succeededAt !== undefined) return 'taken-in';
  return run.status === 'running' ? undefined : 'not-taken-in';
}

/** Why nothing is pulled now. What credentials have stopped is tried each time: they may have been renewed. */
function pausedUntil({ pause }: SourceState, now: Date): string | undefined {
  if (pause?.kind !== 'person' || Date.parse(pause.until) <= now.getTime()) return undefined;
  return `Paused by ${pause.by} until ${pause.until}: ${pause.reason}.`;
}

function resumed(state: SourceState, { log }: PullDeps): SourceState {
  const { pause, ...rest } = state;
  if (pause?.kind !== 'credentials') return state;
  log.info('source.resumed', { source: state.source, dataset: state.dataset });
  return rest;
}

function pausedByError(state: SourceState, error: SourceError, at: Date, { log }: PullDeps): SourceState {
  const isAboutCredentials = error instanceof CredentialsRefused || error instanceof SecretMissing;
  if (!isAboutCredentials || pausedUntil(state, at) !== undefined) return state;
  const { source, dataset, pause } = state;
  const isKnown = pause?.kind === 'credentials';
  if (!isKnown) log.error('source.paused', { source, dataset, reason: error.message });
  const since = isKnown ? pause.since : at.toISOString();
  return { ...state, pause: { kind: 'credentials', secret: error.secret, reason: error.message, since } };
}

async function kept(
  pull: Pull,
  change: (state: SourceState) => SourceState,
  { source, dataset }: PullRequest,
  { sourceStates }: PullDeps,
): Promise<Pull> {
  await amendSourceState(sourceStates, { source, dataset }, (state) => withPull(change(state), pull));
  return pull;
}
