import { beforeAll, expect, it } from '@jest/globals';
import { fileDropped } from '../../../functions/ingest/file-dropped.ts';
import { landingSweep } from '../../../functions/ingest/sweep-landing.ts';
import { computeStage } from '../../../functions/pipeline/compute.ts';
import { poisonedDrop, poisonedStage } from '../../../functions/pipeline/poisoned.ts';
import { publishStage } from '../../../functions/pipeline/publish.ts';
import { validateStage } from '../../../functions/pipeline/validate.ts';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, type Invocation, sentBy } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const STAGES = { validate: validateStage, compute: computeStage, publish: publishStage };

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
});

async function dropped(path: string): Promise<Invocation> {
  const invocation = anInvocation('file-dropped', {
    triggerMetadata: { blobTrigger: `landing/${path}`, name: 12 },
    traceParent: TRACE,
  });
  await fileDropped.handler({}, invocation.context);
  return invocation;
}

async function worked(message: StageMessage): Promise<StageMessage[]> {
  const invocation = anInvocation(message.stage);
  await STAGES[message.stage].handler(message, invocation.context);
  return sentBy(invocation);
}

it('takes a dropped file from trigger to trigger to its end', async () => {
  await pipeline.drop(`${PAR}/12`, parFile('TRIGGERS'));
  const invocation = await dropped(`${PAR}/12`);
  const stages: string[] = [];

  const waiting = sentBy(invocation);
  for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
    stages.push(message.stage);
    expect(message.traceparent).toBe(TRACE);
    waiting.push(...(await worked(message)));
  }

  expect(stages).toEqual(['validate', 'compute', 'publish']);
  expect(await pipeline.deps.ledger.list({ status: 'success' })).toHaveLength(1);
  const landed = invocation.lines.find((line) => line.includes('file.landed'));
  expect(JSON.parse(landed?.replace(/^\w+ /, '') ?? '')).toMatchObject({
    event: 'file.landed',
    function: 'file-dropped',
    operationId: '0af7651916cd43dd8448eb211c80319c',
    dataset: PAR,
  });
});

it('sends nothing for a file that is rejected', async () => {
  await pipeline.drop('inbox/what.csv', 'a,b\n1,2\n');

  expect(sentBy(await dropped('inbox/what.csv'))).toEqual([]);
});

it('refuses an event without a blob, and a message that is none', async () => {
  const { context } = anInvocation('file-dropped', { triggerMetadata: { blobTrigger: 'landing' } });

  await expect(async () => await fileDropped.handler({}, context)).rejects.toThrow();
  await expect(async () => await validateStage.handler({ v: 2 }, context)).rejects.toThrow();
});

it('sweeps: a young file is left alone', async () => {
  await pipeline.drop(`${PAR}/young.csv`, parFile('YOUNG'));
  const invocation = anInvocation('sweep-landing');
  const timer = {
    isPastDue: false,
    schedule: { adjustForDST: false },
    scheduleStatus: { last: '', next: '', lastUpdated: '' },
  };

  await landingSweep.handler(timer, invocation.context);

  expect(sentBy(invocation)).toEqual([]);
  expect(invocation.lines.join()).toContain('landing.swept');
});

it('ends the run of a message that came to the poison queue', async () => {
  await pipeline.drop(`${PAR}/poisoned.csv`, parFile('POISONED'));
  const [message] = sentBy(await dropped(`${PAR}/poisoned.csv`));
  const { context } = anInvocation('poisoned-validate');

  await poisonedStage('validate-poison').handler(message, context);

  expect(await pipeline.runOf({ runId: message?.runId })).toMatchObject({ status: 'failed' });
  expect(await pipeline.paths('quarantine', 'poison/validate-poison/')).toHaveLength(1);
});

it('marks the landing of a blob event that came to the poison queue', async () => {
  const { context } = anInvocation('poisoned-drop');

  await poisonedDrop.handler({ ContainerName: 'landing', BlobName: `${PAR}/lost.csv` }, context);

  expect(await pipeline.deps.ledger.findDrop(`${PAR}/lost.csv`)).toMatchObject({ outcome: 'failed' });
});
