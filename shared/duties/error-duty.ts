import type { Delivery } from '../ports/deliveries.ts';
import { subjectId } from '../ports/deliveries.ts';
import type { Incident } from '../ports/incidents.ts';
import type { SourceState } from '../ports/source-states.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { Duty } from './daily-duties.ts';

/** What went wrong since the last look, and what is still open. Codes and names, never what a file holds. */
export type WentWrong = {
  /** That have ended. */
  readonly runs: readonly RunRecord[];
  readonly pulls: readonly PullOf[];
  readonly refused: readonly Delivery[];
  readonly open: readonly Incident[];
};
export type PullOf = Pick<SourceState, 'dataset'> & SourceState['pulls'][number];

const MOST_DETAILS = 12;

export function errorDuty({ runs, pulls, refused, open }: WentWrong): Duty {
  const failed = runs.filter(({ status }) => status === 'failed');
  const rejected = runs.filter(({ status }) => status === 'rejected');
  const failedPulls = pulls.filter(({ outcome }) => outcome === 'failed');
  const bySeverity = open.toSorted((a, b) => (a.severity < b.severity ? -1 : 1));
  const details = [
    ...bySeverity.map((incident) => `${incident.severity}, ${answeredBy(incident)}: ${incident.title}`),
    ...failed.map(({ dataset, runId, lastError, stage }) => {
      const { code, stage: where } = lastError ?? { code: 'stage-failed', stage };
      return `Run ${runId} of ${dataset} failed: ${code} in stage ${where}.`;
    }),
    ...rejected.map(
      ({ dataset, runId, problems }) =>
        `Run ${runId} of ${dataset} was rejected: ${problems[0]?.code ?? 'no reason'}.`,
    ),
    ...pulledInVain(failedPulls),
    ...refused.map(({ destination, subject }) => `${destination} refused ${subjectId(subject)}.`),
  ];
  const counts = [
    `${counted(failed.length, 'run')} failed`,
    `${counted(rejected.length, 'file')} rejected`,
    `${counted(failedPulls.length, 'pull')} failed`,
    `${refused.length === 1 ? '1 delivery' : `${refused.length} deliveries`} refused`,
    `${counted(open.length, 'incident')} open`,
  ];
  const more = details.length - MOST_DETAILS;
  return {
    duty: 'errors',
    verdict: details.length === 0 ? 'fine' : 'look',
    sentence: `${counts.join(', ')}.`,
    details: more > 0 ? [...details.slice(0, MOST_DETAILS), `… and ${more} more.`] : details,
  };
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function answeredBy({ acknowledged, muted }: Incident): string {
  if (acknowledged !== undefined) return `${acknowledged.by} is at it`;
  return muted === undefined ? 'open' : `muted by ${muted.by}`;
}

function pulledInVain(failed: readonly PullOf[]): string[] {
  return [...Map.groupBy(failed, ({ dataset }) => dataset)].map(
    ([dataset, own]) =>
      `${dataset} could not be pulled ${own.length === 1 ? 'once' : `${own.length} times`}.`,
  );
}
