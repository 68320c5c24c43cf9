import { QueuedStage } from '../pipeline/stages.ts';
import type { Incident } from '../ports/incidents.ts';
import { RUN_OF } from './condition.ts';

/** A request that an alert has ready for whoever is woken, so that nothing has to be looked up first. */
export type ReadyRequest = { readonly why: string; readonly request: string };

/** What can be done about the run that an incident names, in one request each. */
export function requestsFor({ kind, facts }: Pick<Incident, 'kind' | 'facts'>): readonly ReadyRequest[] {
  const { run, stage } = facts;
  if (run === undefined) return [];
  switch (kind) {
    case 'pipeline-failed':
      return [rerun(run, stage)];
    case 'kpi-critical':
    case 'kpi-warning':
      return Object.entries(facts).flatMap(([name, value]) =>
        name.startsWith(RUN_OF) ? [rollBack(value, ` of ${name.slice(RUN_OF.length)}`)] : [],
      );
    case 'data-drift':
      return [rollBack(run)];
    default:
      return [];
  }
}

function rerun(run: string, stage: string | undefined): ReadyRequest {
  const from = QueuedStage.catch('validate').parse(stage);
  return { why: 'Try it again', request: `POST /api/runs/${run}/rerun?from=${from}&reason=TEXT` };
}

/** Asked with `dryRun`, so that whoever copies it at night sees first what it would change. */
function rollBack(run: string, of = ''): ReadyRequest {
  return {
    why: `If the file${of} is wrong, back to the numbers before`,
    request: `POST /api/runs/${run}/rollback?by=NAME&reason=TEXT&dryRun=true`,
  };
}
