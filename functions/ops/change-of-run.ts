import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { z } from 'zod';
import type { Deps } from '../../shared/app.ts';
import { RunId } from '../../shared/domain/ids.ts';
import type { StageMessage } from '../../shared/pipeline/stage-message.ts';
import { sendNext } from '../stage-queues.ts';
import { problem, unknownRun } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

// What is done to a run that there is: planned only, or started by messages to the stages.

type Outcome<Plan> =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | {
      readonly kind: 'started' | 'exists';
      readonly plan: Plan;
      readonly next: readonly StageMessage[];
    };

type Change<Query extends z.ZodObject> = {
  /** Such as `rolled back`. */
  readonly done: string;
  readonly change: (
    input: { readonly runId: RunId } & z.infer<Query>,
    deps: Deps,
  ) => Promise<Outcome<object>>;
};

/** The route of a change that is asked for with a query alone. */
export function changeOfRun<Query extends z.ZodObject>({
  done,
  change,
  ...route
}: Change<Query> & Pick<Route<Query>, 'name' | 'summary' | 'query' | 'responses'>): Route<Query> {
  return {
    ...route,
    method: 'POST',
    path: `runs/{runId}/${route.name}`,
    authLevel: 'function',
    responses: { 202: { description: 'Started' }, 404: { description: 'No such run' }, ...route.responses },
    handle: withDeps(
      async (request, deps, { query, context }) =>
        await answerOfChange(request, context, {
          done,
          change: async (runId) => await change({ runId, ...query }, deps),
          shown: (plan, dryRun) => ({ dryRun, ...plan }),
        }),
    ),
  };
}

/** Changes the run that the address names, and says what came of it. */
export async function answerOfChange<Plan>(
  request: HttpRequest,
  context: InvocationContext,
  {
    done,
    change,
    shown,
  }: {
    readonly done: string;
    readonly change: (runId: RunId) => Promise<Outcome<Plan>>;
    readonly shown: (plan: Plan, dryRun: boolean) => object;
  },
): Promise<HttpResponseInit> {
  const { data: runId } = RunId.safeParse(request.params['runId']);
  if (runId === undefined) return unknownRun(request.params['runId']);
  const outcome = await change(runId);
  switch (outcome.kind) {
    case 'unknown':
      return unknownRun(runId);
    case 'impossible':
      return problem({
        status: 409,
        title: `Cannot be ${done}`,
        detail: `Run ${runId} was not ${done}: ${outcome.why}.`,
      });
    case 'planned':
      return jsonAnswer(shown(outcome.plan, true));
    case 'started':
    case 'exists':
      sendNext(context, outcome.next);
      return jsonAnswer(shown(outcome.plan, false), outcome.kind === 'started' ? 202 : 200);
  }
}
