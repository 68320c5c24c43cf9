import { app } from '@azure/functions';
import { POISON_QUEUES } from '../shared/topology.ts';
import { registerBlobReferences } from './ingest/blob-reference.ts';
import { fileDropped } from './ingest/file-dropped.ts';
import { cascadePull } from './ingest/pull-cascade.ts';
import { hubspotPull } from './ingest/pull-hubspot.ts';
import { metaPull } from './ingest/pull-meta.ts';
import { poisonedPull, pullStage } from './ingest/pull-source.ts';
import { pullRetries } from './ingest/retry-pulls.ts';
import { landingSweep } from './ingest/sweep-landing.ts';
import { httpFunction } from './ops/route.ts';
import { ROUTES } from './ops/routes.ts';
import { computeStage } from './pipeline/compute.ts';
import { deliverStage, poisonedDelivery } from './pipeline/deliver.ts';
import { poisonedDrop, poisonedStage } from './pipeline/poisoned.ts';
import { publishStage } from './pipeline/publish.ts';
import { validateStage } from './pipeline/validate.ts';
import { dailySummaryTimer } from './schedule/daily-summary.ts';
import { morningDigestTimer } from './schedule/morning-digest.ts';
import { dueDeliveriesTimer } from './schedule/send-deliveries.ts';
import { accessWalk } from './schedule/walk-access-record.ts';
import { watchTimer } from './schedule/watch.ts';
import { flushTelemetry, startTelemetryLater } from './telemetry.ts';

// Everything that runs, in the order of the flow. A name must not change: the runtime remembers by it which
// blobs it has seen, and would process them all again.

registerBlobReferences();
app.hook.appStart(startTelemetryLater);
app.hook.postInvocation(flushTelemetry);

app.timer('pull-cascade', cascadePull);
app.timer('pull-hubspot', hubspotPull);
app.timer('pull-meta', metaPull);
app.timer('retry-pulls', pullRetries);
app.storageQueue('pull', pullStage);
app.storageQueue('poisoned-pull', poisonedPull);

app.storageBlob('file-dropped', fileDropped);
app.timer('sweep-landing', landingSweep);

app.storageQueue('validate', validateStage);
app.storageQueue('compute', computeStage);
app.storageQueue('publish', publishStage);

app.timer('send-deliveries', dueDeliveriesTimer);
app.timer('daily-summary', dailySummaryTimer);
app.timer('morning-digest', morningDigestTimer);
app.timer('watch', watchTimer);
app.timer('walk-access-record', accessWalk);
app.storageQueue('deliver', deliverStage);
app.storageQueue('poisoned-delivery', poisonedDelivery);

for (const queue of POISON_QUEUES)
  app.storageQueue(`poisoned-${queue.replace('-poison', '')}`, poisonedStage(queue));
app.storageQueue('poisoned-drop', poisonedDrop);

for (const route of ROUTES) app.http(route.name, httpFunction(route));
