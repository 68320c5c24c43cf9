import type { InvocationContext, StorageQueueHandler, TimerHandler } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cascadePull } from '../../../functions/ingest/pull-cascade.ts';
import { hubspotPull } from '../../../functions/ingest/pull-hubspot.ts';
import { metaPull } from '../../../functions/ingest/pull-meta.ts';
import { PULL_OUTPUT, poisonedPull, pullStage } from '../../../functions/ingest/pull-source.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation } from '../../support/an-invocation.ts';
import { aTapeRow, csvOf } from '../../support/file-rows.ts';
import { CASCADE_PATHS, CASCADE_SESSION, StubCascade } from '../../support/stub-cascade.ts';

const TAPE = DatasetId.parse('cascade/loan_tape');
const MESSAGE = { v: 1, source: 'cascade', dataset: TAPE, cause: 'schedule of cascade' };
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NO_TIME = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: '', lastUpdated: '', next: '' },
};

let pipeline: Pipeline;
let cascade: StubCascade;
beforeAll(async () => {
  cascade = await StubCascade.open();
  cascade.put(CASCADE_PATHS.loanTape, csvOf([aTapeRow()]));
  pipeline = await Pipeline.open();
  Object.assign(process.env, {
    DataStorage: pipeline.storage,
    PII_KEY: TEST_PSEUDONYM_KEY,
    CASCADE_BASE_URL: cascade.server.url,
    CASCADE_SESSION_COOKIE: CASCADE_SESSION,
  });
});
afterAll(() => cascade.server.close());
beforeEach(() => cascade.server.reset());

const work = (handler: StorageQueueHandler | TimerHandler, entry: unknown, context: InvocationContext) =>
  Promise.resolve(Reflect.apply(handler, undefined, [entry, context]));

describe('the schedule of a source', () => {
  it.each([
    [
      cascadePull,
      'cascade',
      ['cascade/loan_tape', 'cascade/analytics', 'manual/financial_statements'],
      '0 0 5 * * *',
    ],
    [
      hubspotPull,
      'hubspot',
      ['hubspot/contacts', 'hubspot/companies', 'hubspot/deals', 'hubspot/lists'],
      '0 0 6 * * *',
    ],
    [metaPull, 'meta', ['meta/insights'], '0 0 7 * * *'],
  ] as const)(
    'asks for each of its datasets, and for nothing over the net',
    async (timer, source, datasets, schedule) => {
      const { context } = anInvocation(`pull-${source}`);

      await work(timer.handler, NO_TIME, context);

      expect(timer.schedule).toBe(schedule);
      expect(context.extraOutputs.get(PULL_OUTPUT)).toEqual(
        datasets.map((dataset) => ({
          v: 1,
          source,
          dataset,
          cause: `schedule of ${source}`,
          traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
        })),
      );
      expect(cascade.server.requests).toHaveLength(0);
    },
  );
});

describe('a message on the queue of pulls', () => {
  it('brings the file, and says in the log where to', async () => {
    const { context, lines } = anInvocation('pull');

    await work(pullStage.handler, { ...MESSAGE, traceparent: TRACE }, context);

    const state = (await pipeline.deps.sourceStates.get('cascade', TAPE))?.value;
    expect(state?.pulls).toMatchObject([{ outcome: 'landed', cause: 'schedule of cascade' }]);
    expect(await pipeline.paths('landing')).toEqual([state?.pending?.path]);
    expect(lines.join('\n')).toContain('source.pulled');
    expect(lines.join('\n')).toContain('"operationId":"0af7651916cd43dd8448eb211c80319c"');
  });

  it('hands its trace on to the run of the file that it brought', async () => {
    const state = (await pipeline.deps.sourceStates.get('cascade', TAPE))?.value;

    const { next } = await pipeline.announce(state?.pending?.path ?? '');

    expect(next).toMatchObject([{ stage: 'validate', traceparent: TRACE }]);
  });

  it('ends well when somebody has to mend the source, since to try again changes nothing', async () => {
    const { context, lines } = anInvocation('pull');
    cascade.server.fault = () => ({ status: 403, body: 'no' });

    await work(pullStage.handler, MESSAGE, context);

    expect(lines.join('\n')).toMatch(/source\.failed.*CredentialsRefused/);
    expect(lines.join('\n')).not.toContain(CASCADE_SESSION);
  });

  it.each([{}, { ...MESSAGE, v: 2 }, { ...MESSAGE, source: 'looker' }, 'text'])(
    'fails when it is none: %j',
    async (entry) => {
      const { context } = anInvocation('pull');

      await expect(work(pullStage.handler, entry, context)).rejects.toThrow();
    },
  );
});

it.each([
  [MESSAGE, /message\.poisoned.*cascade\/loan_tape/],
  ['text', /message\.poisoned.*pull-poison/],
])('a pull that failed too often is told: %j', async (entry, line) => {
  const { context, lines } = anInvocation('poisoned-pull');

  await work(poisonedPull.handler, entry, context);

  expect(lines.join('\n')).toMatch(line);
});
