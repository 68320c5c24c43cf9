import { z } from 'zod';
import { type DatasetId, RunId } from '../domain/ids.ts';
import { unreachable } from '../domain/unreachable.ts';

// The circuit breaker for data quality. Closed: results of the dataset are published. Open: they are not, and the
// last good numbers stay up, marked with their age. Three bad runs in a row open it, and so does one whose volume
// collapsed, since it would have passed as good. Any good run closes it again: while it is open, each file is a trial.

const BAD_RUNS_TO_OPEN = 3;
/** More than any streak that matters, and few enough for one row of a table. */
const REMEMBERED_RUNS = 20;

const Noted = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  verdict: z.enum(['good', 'bad']),
});

const Common = z.object({
  /** `data:<dataset>` */
  name: z.string().regex(/^data:[a-z0-9_]+\/[a-z0-9_]+$/),
  /** Bad runs since the last good one. Attempts of one run count once. */
  badInARow: z.int().nonnegative(),
  /** Why it is as it is, in one sentence. */
  reason: z.string(),
  /** The attempts that were counted last, newest first: one that comes again changes nothing. */
  lastRuns: z.array(Noted).readonly(),
  /** The attempt that opened or closed it, whose event is given again when it comes again. */
  changedBy: Noted.optional(),
});

export type DataBreaker = z.infer<typeof DataBreaker>;
export const DataBreaker = z.discriminatedUnion('status', [
  Common.extend({ status: z.literal('closed') }),
  Common.extend({ status: z.literal('open'), openedAt: z.iso.datetime() }),
]);

export type RunOutcome = {
  readonly runId: RunId;
  readonly attempt: number;
  /** What the suite said of the file. */
  readonly verdict: 'promote' | 'block';
  readonly isVolumeCollapse: boolean;
  /** One sentence on what is wrong with the file, when something is. */
  readonly reason?: string | undefined;
  readonly at: string;
};

export type BreakerEvent = {
  readonly kind: 'opened' | 'closed';
  readonly name: string;
  readonly runId: RunId;
  readonly reason: string;
};

export function breakerName(dataset: DatasetId): string {
  return `data:${dataset}`;
}

/** The breaker of a dataset of which nothing is known yet. */
export function closedBreaker(dataset: DatasetId): DataBreaker {
  return {
    name: breakerName(dataset),
    status: 'closed',
    badInARow: 0,
    reason: 'No bad run yet.',
    lastRuns: [],
  };
}

/**
 * The breaker after a run. The same attempt counted twice changes nothing, and gives its event again: whoever died
 * between saving and telling tells it the second time.
 */
export function noteRun(
  state: DataBreaker,
  outcome: RunOutcome,
): { state: DataBreaker; events: readonly BreakerEvent[] } {
  const noted = notedOf(outcome);
  if (state.lastRuns.some((earlier) => isSameAttempt(earlier, noted))) {
    const isAuthor = state.changedBy !== undefined && isSameAttempt(state.changedBy, noted);
    return { state, events: isAuthor ? [eventOf(state, noted.runId)] : [] };
  }
  const next = noted.verdict === 'good' ? afterGood(state, noted) : afterBad(state, noted, outcome);
  return { state: next, events: next.status === state.status ? [] : [eventOf(next, noted.runId)] };
}

function notedOf({ runId, attempt, verdict, isVolumeCollapse }: RunOutcome): z.infer<typeof Noted> {
  return { runId, attempt, verdict: verdict === 'block' || isVolumeCollapse ? 'bad' : 'good' };
}

function afterGood(state: DataBreaker, noted: z.infer<typeof Noted>): DataBreaker {
  const { name, changedBy } = state;
  const lastRuns = remember(state, noted);
  const author = state.status === 'open' ? noted : changedBy;
  const reason =
    state.status === 'open' ? `Run ${noted.runId} passed, so results are published again.` : state.reason;
  return { name, status: 'closed', badInARow: 0, reason, lastRuns, ...(author && { changedBy: author }) };
}

function afterBad(state: DataBreaker, noted: z.infer<typeof Noted>, outcome: RunOutcome): DataBreaker {
  const isCounted = streakOf(state).some(({ runId }) => runId === noted.runId);
  const badInARow = state.badInARow + (isCounted ? 0 : 1);
  const counted = { ...state, badInARow, lastRuns: remember(state, noted) };
  if (state.status === 'open') return counted;
  const why = outcome.reason === undefined ? '' : ` ${outcome.reason}`;
  const cause = outcome.isVolumeCollapse
    ? `The volume of run ${noted.runId} collapsed.`
    : badInARow >= BAD_RUNS_TO_OPEN
      ? `${badInARow} bad runs in a row, the last one ${noted.runId}.`
      : undefined;
  if (cause === undefined) return { ...counted, reason: `Run ${noted.runId} was bad.${why}` };
  return {
    ...counted,
    status: 'open',
    openedAt: outcome.at,
    reason: `${cause}${why}`,
    changedBy: noted,
  };
}

/** What was noted since the last good run, newest first. */
function streakOf({ lastRuns }: DataBreaker): readonly z.infer<typeof Noted>[] {
  const lastGood = lastRuns.findIndex(({ verdict }) => verdict === 'good');
  return lastGood === -1 ? lastRuns : lastRuns.slice(0, lastGood);
}

function remember({ lastRuns }: DataBreaker, noted: z.infer<typeof Noted>): z.infer<typeof Noted>[] {
  return [noted, ...lastRuns].slice(0, REMEMBERED_RUNS);
}

function isSameAttempt(a: z.infer<typeof Noted>, b: z.infer<typeof Noted>): boolean {
  return a.runId === b.runId && a.attempt === b.attempt;
}

function eventOf({ name, status, reason }: DataBreaker, runId: RunId): BreakerEvent {
  switch (status) {
    case 'open':
      return { kind: 'opened', name, runId, reason };
    case 'closed':
      return { kind: 'closed', name, runId, reason };
    default:
      return unreachable(status);
  }
}
