import type { InvocationContext, StorageBlobFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { ingestFile } from '../../shared/pipeline/ingest.ts';
import { DATA_CONNECTION } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';
import { STAGE_OUTPUTS, sendNext } from '../stage-queues.ts';
import { pathOfTriggeringBlob } from './blob-reference.ts';

// Fires: a blob in landing, announced by Event Grid (perhaps twice, perhaps late).
// Reads landing/<source>/<dataset>/<file>. Writes raw and the ledger; hands the run on to `validate`.
// On failure: tried 5 times, then webjobs-blobtrigger-poison (runbook: stage-failed); the sweep is the net.
export const fileDropped: StorageBlobFunctionOptions = {
  path: 'landing/{name}',
  connection: DATA_CONNECTION,
  source: 'EventGrid',
  sdkBinding: true,
  extraOutputs: STAGE_OUTPUTS,
  handler: async (_blob: unknown, context: InvocationContext) => {
    const path = pathOfTriggeringBlob(context.triggerMetadata);
    const { depsFor } = await theApp();
    const traceparent = context.traceContext?.traceParent;
    const outcome = await ingestFile(
      { path, ...(traceparent && { traceparent }) },
      depsFor(invocationLog(context)),
    );
    sendNext(context, outcome.next);
  },
};
