import type { DatasetId } from '../domain/ids.ts';
import { type LocalDate, localDateOf } from '../domain/local-date.ts';
import type { PullWindow, SourceClient, SourceDataset, SourceName } from '../ports/source-client.ts';
import type { SourceState } from '../ports/source-states.ts';
import { isOfTheSource, type PullDeps, settleState } from './pull-dataset.ts';
import { type PullMessage, windowOf } from './pull-message.ts';
import { amendSourceState } from './source-state.ts';

// What an operator does with a source: looks at it, has it pulled at once or again, stops it for a while.

type StateDeps = Pick<PullDeps, 'sourceStates' | 'sourceClient' | 'ledger' | 'clock' | 'log'>;

export type ShownSource = {
  readonly source: SourceName;
  readonly datasets: readonly (Pick<SourceState, 'dataset' | 'watermark' | 'pause' | 'pulls'> & {
    readonly status: 'ready' | 'paused: person' | 'paused: credentials' | 'never pulled';
    /** A file that was brought and whose run is not over. */
    readonly waitsFor?: string;
  })[];
};

/** How every dataset of the source stands. */
export async function showSource(source: SourceName, deps: StateDeps): Promise<ShownSource> {
  const { datasets } = deps.sourceClient(source);
  const shown = datasets.map(async ({ dataset }) => {
    const { watermark, pause, pulls, pending } = await settleState(source, dataset, deps);
    const until = pause?.kind === 'person' ? Date.parse(pause.until) : Number.POSITIVE_INFINITY;
    const inForce = pause !== undefined && until > deps.clock.now().getTime() ? pause : undefined;
    return {
      dataset,
      status: inForce ? (`paused: ${inForce.kind}` as const) : pulls.length > 0 ? 'ready' : 'never pulled',
      ...(watermark !== undefined && { watermark }),
      ...(inForce && { pause: inForce }),
      ...(pending && { waitsFor: pending.path }),
      pulls,
    } as const;
  });
  return { source, datasets: await Promise.all(shown) };
}

export type AskedPull = {
  /** All of them without it. */
  readonly dataset?: DatasetId | undefined;
  readonly from?: LocalDate | undefined;
  readonly to?: LocalDate | undefined;
  readonly cause: string;
};

export type PlannedPull = {
  readonly dataset: DatasetId;
  readonly window: PullWindow;
  /** How many records there are in all, where the source can tell. */
  readonly promised?: number;
  /** Why that could not be asked. */
  readonly unanswered?: string;
  readonly message: PullMessage;
};

export type PullPlan =
  | { readonly kind: 'planned'; readonly pulls: readonly PlannedPull[] }
  | { readonly kind: 'refused'; readonly why: string };

/** What a pull would ask for. Nothing is asked of the source yet. */
export async function planPull(source: SourceName, asked: AskedPull, deps: StateDeps): Promise<PullPlan> {
  const client = deps.sourceClient(source);
  const { dataset: wanted, from, to = from } = asked;
  const datasets = client.datasets.filter(({ dataset }) => wanted === undefined || dataset === wanted);
  if (datasets.length === 0)
    return refused(
      `${source} has no dataset ${wanted}: it has ${client.datasets.map(({ dataset }) => dataset).join(', ')}`,
    );
  if (from !== undefined && to !== undefined && from > to) return refused(`${from} is after ${to}`);
  const now = deps.clock.now();
  if (to !== undefined && to > localDateOf(now)) return refused(`${to} has not come yet`);
  const pulls: PlannedPull[] = [];
  for (const offered of datasets) {
    const backfill = backfillOf(offered, from, to);
    if (backfill.kind === 'refused') {
      if (wanted !== undefined || datasets.length === 1) return backfill;
      continue;
    }
    const { watermark } = await settleState(source, offered.dataset, deps);
    const message: PullMessage = {
      v: 1,
      source,
      dataset: offered.dataset,
      cause: asked.cause,
      ...backfill.asked,
    };
    pulls.push({
      dataset: offered.dataset,
      window: windowOf(message) ?? offered.window({ watermark, now }),
      message,
    });
  }
  return pulls.length > 0
    ? { kind: 'planned', pulls }
    : refused(`no dataset of ${source} can be pulled for past days`);
}

/** How many records the source has, for a dry run: it is asked this once. */
export async function withPromise(client: SourceClient, pull: PlannedPull): Promise<PlannedPull> {
  try {
    const promised = await client.count?.(pull.dataset);
    return { ...pull, ...(promised !== undefined && { promised }) };
  } catch (error) {
    if (!isOfTheSource(error)) throw error;
    return { ...pull, unanswered: error.message };
  }
}

type Backfill =
  | { readonly kind: 'usual' | 'asked'; readonly asked: Pick<PullMessage, 'since' | 'days'> }
  | { readonly kind: 'refused'; readonly why: string };

function backfillOf({ dataset, backfill }: SourceDataset, from?: LocalDate, to?: LocalDate): Backfill {
  if (from === undefined && to === undefined) return { kind: 'usual', asked: {} };
  if (from === undefined || to === undefined) return refused('say from which day: from=2025-11-01');
  switch (backfill) {
    case 'days':
      return { kind: 'asked', asked: { days: { from, to } } };
    case 'since':
      // Later changes are part of what a record is now: it cannot be had as it was on a day.
      return { kind: 'asked', asked: { since: `${from}T00:00:00.000Z` } };
    case 'none':
      return refused(`${dataset} is given as it is now, not for past days: leave from and to out`);
  }
}

function refused(why: string): { kind: 'refused'; why: string } {
  return { kind: 'refused', why };
}

/** Nothing of the source is pulled until then. */
export async function pauseSource(
  source: SourceName,
  pause: { readonly by: string; readonly reason: string; readonly until: string },
  { sourceStates, sourceClient, clock, log }: StateDeps,
): Promise<void> {
  const since = clock.now().toISOString();
  for (const { dataset } of sourceClient(source).datasets)
    await amendSourceState(sourceStates, { source, dataset }, (state) => ({
      ...state,
      pause: { kind: 'person', since, ...pause },
    }));
  log.warn('source.paused', { source, by: pause.by, until: pause.until, reason: pause.reason });
}

/** Takes a person's pause back. What credentials have stopped goes on by itself once they are renewed. */
export async function resumeSource(
  source: SourceName,
  by: string,
  { sourceStates, sourceClient, log }: StateDeps,
): Promise<void> {
  for (const { dataset } of sourceClient(source).datasets)
    await amendSourceState(sourceStates, { source, dataset }, ({ pause, ...state }) =>
      pause === undefined || pause.kind === 'person' ? state : { ...state, pause },
    );
  log.info('source.resumed', { source, by });
}
