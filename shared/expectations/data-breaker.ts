import { z } from 'zod';
import { type DatasetId, RunId } from '../domain/ids.ts';
import { unreachable } from '../domain/unreachable.ts';

// The circuit breaker for data quality. Closed: results of the dataset are published. Open: they are not, and the
// last good numbers stay up, marked with their age. Three bad runs in a row open it, and so does one whose volume
// collapsed, since it would have passed as good. Any good run after them closes it again: while it is open, each file
// is a trial. A file that an operator took out of the numbers counts for neither: that it passed shows nothing any more,
// and of what a person has seen nobody needs to be warned. So the files around it stand next to each other.
// What is kept is one verdict for each run, and all the rest follows from these in the order in which the files
// landed. So it does not matter in which order, or how often, runs are worked on.

const BAD_RUNS_TO_OPEN = 3;
/** More than any streak that matters. Of a longer one the first files are forgotten, and `since` is the earliest known. */
const REMEMBERED_RUNS = 20;
/** Enough for what is wrong; the validation report has the rest. */
const MOST_REASON_CHARS = 500;

const Noted = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  landedAt: z.iso.datetime(),
  contractVersion: z.int().nonnegative(),
  verdict: z.enum(['good', 'bad', 'collapsed', 'rolled-back']),
  /** What is wrong with a bad file, when something was said. */
  reason: z.string().optional(),
});
type Noted = z.infer<typeof Noted>;

const Common = z.object({
  /** `data:<dataset>` */
  name: z.string().regex(/^data:[a-z0-9_]+\/[a-z0-9_]+$/),
  /** Bad runs since the last good one, in the order of landing. Attempts of one run count once. */
  badInARow: z.int().nonnegative(),
  /** Why it is as it is, in one sentence. */
  reason: z.string(),
  /** The runs of the files that landed last, each with the verdict of its newest attempt, the last landed first. */
  lastRuns: z.array(Noted).readonly(),
  /**
   * The attempt on whose verdict it was last opened or closed, which tells so again when it comes again. Unlike all
   * the rest it depends on who came when.
   */
  changedBy: z.object({ runId: RunId, attempt: z.int().positive() }).optional(),
});

export type DataBreaker = z.infer<typeof DataBreaker>;
export const DataBreaker = z.discriminatedUnion('status', [
  Common.extend({ status: z.literal('closed') }),
  /** `openedAt`: when the file landed that opened it. */
  Common.extend({ status: z.literal('open'), openedAt: z.iso.datetime() }),
]);

export type RunOutcome = {
  readonly runId: RunId;
  readonly attempt: number;
  /** When the file landed, which is its place among the others. */
  readonly landedAt: string;
  /** Of one landing that was judged by two versions of its contract the newer one comes last. */
  readonly contractVersion: number;
  /** What the suite said of the file, or that an operator took it out of the numbers. */
  readonly verdict: 'promote' | 'block' | 'rolled-back';
  readonly isVolumeCollapse: boolean;
  /** One sentence on what is wrong with the file, when something is. */
  readonly reason?: string | undefined;
};

export type BreakerEvent = {
  readonly kind: 'opened' | 'closed';
  readonly name: string;
  /** The run on whose verdict it changed. */
  readonly runId: RunId;
  readonly reason: string;
};

export function breakerName(dataset: DatasetId): string {
  return `data:${dataset}`;
}

/** The breaker of a dataset of which nothing is known yet. */
export function closedBreaker(dataset: DatasetId): DataBreaker {
  return { name: breakerName(dataset), ...standingOf([]), lastRuns: [] };
}

/**
 * The breaker after a run. An attempt that was counted before, or that a newer one has overtaken, changes nothing.
 * Whoever opened or closed it gives that event again when it comes again: it may have died between saving and telling.
 */
export function noteRun(
  state: DataBreaker,
  outcome: RunOutcome,
): { state: DataBreaker; events: readonly BreakerEvent[] } {
  const { runId, attempt } = outcome;
  const lastRuns = withRun(state.lastRuns, notedOf(outcome));
  if (lastRuns === state.lastRuns) {
    const isAuthor = state.changedBy?.runId === runId && state.changedBy.attempt === attempt;
    return { state, events: isAuthor ? [eventOf(state, outcome)] : [] };
  }
  const standing = standingOf(lastRuns);
  const hasChanged = standing.status !== state.status;
  const changedBy = hasChanged ? { runId, attempt } : state.changedBy;
  const next = { name: state.name, ...standing, lastRuns, ...(changedBy && { changedBy }) };
  return { state: next, events: hasChanged ? [eventOf(next, outcome)] : [] };
}

/** The same list when nothing is to be changed in it. */
function withRun(lastRuns: readonly Noted[], noted: Noted): readonly Noted[] {
  const known = lastRuns.find(({ runId }) => runId === noted.runId);
  if (known !== undefined && known.attempt >= noted.attempt) return lastRuns;
  const runs = [noted, ...lastRuns.filter((other) => other !== known)]
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
    .slice(0, REMEMBERED_RUNS);
  return runs.includes(noted) ? runs : lastRuns;
}

/** Sorts as text. */
function placeOf({ landedAt, contractVersion, runId }: Noted): string {
  return `${landedAt}|${String(contractVersion).padStart(6, '0')}|${runId}`;
}

type Standing = { badInARow: number; reason: string } & (
  | { status: 'closed' }
  | { status: 'open'; openedAt: string }
);

/** What follows from the verdicts, the last landed first. */
function standingOf(lastRuns: readonly Noted[]): Standing {
  return lastRuns.toReversed().reduce<Standing>(after, {
    status: 'closed',
    badInARow: 0,
    reason: 'No bad run yet.',
  });
}

function after(standing: Standing, run: Noted): Standing {
  const { runId, landedAt, verdict } = run;
  if (verdict === 'rolled-back') return standing;
  if (verdict === 'good') return { status: 'closed', badInARow: 0, reason: `Run ${runId} passed.` };
  const badInARow = standing.badInARow + 1;
  if (standing.status === 'open') return { ...standing, badInARow };
  const cause = causeToOpen(run, badInARow);
  const why = run.reason === undefined ? '' : ` ${run.reason}`;
  return cause === undefined
    ? { status: 'closed', badInARow, reason: `Run ${runId} was bad.${why}` }
    : { status: 'open', openedAt: landedAt, badInARow, reason: `${cause}${why}` };
}

function causeToOpen({ runId, verdict }: Noted, badInARow: number): string | undefined {
  if (verdict === 'collapsed') return `The volume of run ${runId} collapsed.`;
  if (badInARow < BAD_RUNS_TO_OPEN) return undefined;
  return `${badInARow} bad runs in a row, the last one ${runId}.`;
}

function notedOf({ reason, verdict, isVolumeCollapse, ...run }: RunOutcome): Noted {
  const { runId, attempt, landedAt, contractVersion } = run;
  const place = { runId, attempt, landedAt, contractVersion };
  if (verdict === 'rolled-back') return { ...place, verdict };
  if (verdict === 'promote' && !isVolumeCollapse) return { ...place, verdict: 'good' };
  const why = reason === undefined ? {} : { reason: shortened(reason) };
  return { ...place, verdict: isVolumeCollapse ? 'collapsed' : 'bad', ...why };
}

function shortened(reason: string): string {
  return reason.length > MOST_REASON_CHARS ? `${reason.slice(0, MOST_REASON_CHARS - 1)}…` : reason;
}

function eventOf({ name, status, reason }: DataBreaker, outcome: RunOutcome): BreakerEvent {
  const { runId } = outcome;
  switch (status) {
    case 'open':
      return { kind: 'opened', name, runId, reason };
    case 'closed':
      return { kind: 'closed', name, runId, reason: reasonToClose(outcome) };
    default:
      return unreachable(status);
  }
}

/** Mostly a good file; a bad one that is judged again may turn out not to have collapsed. */
function reasonToClose({ runId, verdict }: RunOutcome): string {
  const what = { promote: 'passed', block: 'was judged again', 'rolled-back': 'was rolled back' }[verdict];
  return `Run ${runId} ${what}, so results are published again.`;
}
