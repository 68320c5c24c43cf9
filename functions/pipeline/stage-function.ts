import type { InvocationContext, StorageQueueFunctionOptions } from '@azure/functions';
import { type Deps, theApp } from '../../shared/app.ts';
import { StageMessage } from '../../shared/pipeline/stage-message.ts';
import type { QueuedStage } from '../../shared/pipeline/stages.ts';
import type { StageOutcome } from '../../shared/pipeline/work-stage.ts';
import { DATA_CONNECTION } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';
import { STAGE_OUTPUTS, sendNext } from '../stage-queues.ts';

/** The trigger of a queued stage: parse, work, hand on. */
export function stageFunction(
  stage: QueuedStage,
  workOn: (message: StageMessage, deps: Deps) => Promise<StageOutcome>,
): StorageQueueFunctionOptions {
  return {
    queueName: stage,
    connection: DATA_CONNECTION,
    extraOutputs: STAGE_OUTPUTS,
    handler: async (entry: unknown, context: InvocationContext) => {
      const message = StageMessage.parse(entry);
      const { depsFor } = await theApp();
      const outcome = await workOn(message, depsFor(invocationLog(context, message)));
      sendNext(context, outcome.next);
    },
  };
}
