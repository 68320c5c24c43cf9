import { beforeAll, expect, it } from '@jest/globals';
import { fileDropped } from '../../../functions/ingest/file-dropped.ts';
import { landingSweep } from '../../../functions/ingest/sweep-landing.ts';
import { computeStage } from '../../../functions/pipeline/compute.ts';
import { DELIVER_OUTPUT } from '../../../functions/pipeline/deliver.ts';
import { poisonedDrop, poisonedStage } from '../../../functions/pipeline/poisoned.ts';
import { publishStage } from '../../../functions/pipeline/publish.ts';
import { validateStage } from '../../../functions/pipeline/validate.ts';
import { dueDeliveriesTimer } from '../../../functions/schedule/send-deliveries.ts';
import { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, type Invocation, sentBy } from '../../support/an-invocation.ts';
import { ALERT_RULES, queriesIn, queryOf, SAVED_FUNCTIONS } from '../../support/kql/alert-rules.ts';
import { kqlCompiler } from '../../support/kql/kusto-language.ts';
import { LogTable } from '../../support/kql/log-table.ts';
import { runQuery } from '../../support/kql/run-query.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
/** Each delivery of a message is a trace of its own to the runtime. */
const OTHER_TRACE = '00-11111111111111111111111111111111-2222222222222222-01';
const OPERATION = '0af7651916cd43dd8448eb211c80319c';
const TIMER = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: '', next: '', lastUpdated: '' },
};
const STAGES = { validate: validateStage, compute: computeStage, publish: publishStage };

let pipeline: Pipeline;
/** What the run of the first file has told, in all its invocations. */
const told: string[] = [];
beforeAll(async () => {
  pipeline = await Pipeline.open();
  Object.assign(process.env, {
    DataStorage: pipeline.storage,
    PII_KEY: TEST_PSEUDONYM_KEY,
    DESTINATIONS: 'lineage',
    OPENLINEAGE_URL: 'http://127.0.0.1:9',
  });
});

async function dropped(path: string): Promise<Invocation> {
  const invocation = anInvocation('file-dropped', {
    triggerMetadata: { blobTrigger: `landing/${path}`, name: 12 },
    traceParent: TRACE,
  });
  await fileDropped.handler({}, invocation.context);
  return invocation;
}

async function worked(message: StageMessage, lines: string[] = []): Promise<StageMessage[]> {
  const invocation = anInvocation(message.stage, { traceParent: OTHER_TRACE });
  await STAGES[message.stage].handler(message, invocation.context);
  lines.push(...invocation.lines);
  return sentBy(invocation);
}

const factOf = (line: string): Record<string, unknown> => JSON.parse(line.replace(/^\w+ /, ''));

it('takes a dropped file from trigger to trigger to its end', async () => {
  await pipeline.drop(`${PAR}/12`, parFile('TRIGGERS'));
  const invocation = await dropped(`${PAR}/12`);
  const stages: string[] = [];

  const waiting = sentBy(invocation);
  for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
    stages.push(message.stage);
    expect(message.traceparent).toBe(TRACE);
    waiting.push(...(await worked(message, told)));
  }
  told.unshift(...invocation.lines);

  expect(stages).toEqual(['validate', 'compute', 'publish']);
  expect(await pipeline.deps.ledger.list({ status: 'success' })).toHaveLength(1);
});

it('tells the whole run in one trace, which its documents and its answers name', async () => {
  const facts = told.map(factOf);
  const [run] = await pipeline.deps.ledger.list({ status: 'success' });
  const answer = await call('run', { params: { runId: run?.runId ?? '' } });
  const summary = await call('artifact', { params: { runId: run?.runId ?? '', name: 'summary.json' } });

  expect(facts.map(({ event }) => event)).toEqual(
    expect.arrayContaining([
      'file.landed',
      'stage.started',
      'dataset.accepted',
      'kpi.published',
      'run.succeeded',
    ]),
  );
  expect(new Set(facts.map(({ operationId }) => operationId))).toEqual(new Set([OPERATION]));
  expect(answer.json()).toMatchObject({ operationId: OPERATION });
  expect(summary.json()).toMatchObject({ operationId: OPERATION });
});

it('tells what queries read: the measures of all phases, the KPIs with limits, and the end', async () => {
  const logs = new LogTable(new Date());
  for (const line of told) logs.keep(line);
  const world = { tables: { AppTraces: logs.rows }, functions: SAVED_FUNCTIONS, now: new Date() };
  const compile = await kqlCompiler();
  const shown = (panel: string) => runQuery(queriesIn('panels').get(panel) ?? '', world, compile);

  expect(shown('phases').map(({ phase }) => phase)).toEqual([
    'calculation',
    'ingestion',
    'output',
    'transformation',
  ]);
  expect(shown('phase_measures')).toEqual([
    expect.objectContaining({
      dataset: PAR,
      fileBytes: 624,
      rowsLoaded: 5,
      rowsProcessed: 5,
      kpisComputed: 29,
      uploadsConfirmed: 4,
    }),
  ]);
  expect(shown('kpis')).toContainEqual(
    expect.objectContaining({ kpi: 'risk.par_90', value: expect.any(Number) }),
  );
  expect(shown('newest_runs')).toMatchObject([
    { outcome: 'run.succeeded', dataset: PAR, OperationId: OPERATION },
  ]);
  for (const rule of ALERT_RULES.filter(
    ({ name }) => name !== 'dead-man' && !/^(par|rdr|coll|port)/.test(name),
  ))
    expect([rule.name, runQuery(queryOf(rule), world, compile)]).toEqual([rule.name, []]);
});

it('sends the results of a run on in its trace', async () => {
  const invocation = anInvocation('send-deliveries', { traceParent: OTHER_TRACE });

  await dueDeliveriesTimer.handler(TIMER, invocation.context);

  expect(invocation.context.extraOutputs.get(DELIVER_OUTPUT)).toEqual([
    expect.objectContaining({ v: 1, destination: 'lineage', traceparent: TRACE }),
  ]);
});

it('tells more of the attempt that was asked to, and of no other', async () => {
  const [run] = await pipeline.deps.ledger.list({ status: 'success' });
  const asked = anInvocation('rerun', { traceParent: OTHER_TRACE });
  await call('rerun', { params: { runId: run?.runId ?? '' }, query: { logLevel: 'debug' } }, asked);
  const [message] = sentBy(asked);
  const lines: string[] = [];

  const [next] = await worked(StageMessage.parse(message), lines);

  expect(told.join()).not.toContain('file.judged');
  expect(lines.map(factOf)).toContainEqual(
    expect.objectContaining({
      event: 'file.judged',
      level: 'debug',
      verdict: 'accepted',
      operationId: OPERATION,
    }),
  );
  expect(next).toMatchObject({ stage: 'compute', logLevel: 'debug', traceparent: TRACE });
});

it('says with the file that was handed over what its run is to tell, since its event may come first', async () => {
  const asked = anInvocation('trigger', { traceParent: TRACE });
  const query = { input_file: `${PAR}/debugged.csv`, logLevel: 'debug' };

  await call('trigger', { query, body: parFile('DEBUGGED') }, asked);

  expect(sentBy(asked)).toMatchObject([{ stage: 'validate', logLevel: 'debug', traceparent: TRACE }]);
  const file = await pipeline.deps.lake.stat('landing', `${PAR}/debugged.csv`);
  expect(file?.metadata).toMatchObject({ traceparent: TRACE, loglevel: 'debug' });
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

  await landingSweep.handler(TIMER, invocation.context);

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
