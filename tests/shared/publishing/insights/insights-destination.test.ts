import { Readable } from 'node:stream';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { TableBudgets } from '../../../../shared/adapters/azure/table-budgets.ts';
import { buildApp, type Deps } from '../../../../shared/app.ts';
import { localDateOf } from '../../../../shared/domain/local-date.ts';
import {
  deliver,
  dueDeliveries,
  planDayDeliveries,
  previewDelivery,
  resendDelivery,
} from '../../../../shared/pipeline/deliver.ts';
import { newestMart } from '../../../../shared/pipeline/newest-mart.ts';
import { BudgetState } from '../../../../shared/ports/budgets.ts';
import type { Egress, EgressRequest } from '../../../../shared/ports/egress.ts';
import { Mail } from '../../../../shared/ports/mailer.ts';
import { Sealed, seal, unseal } from '../../../../shared/privacy/sealed.ts';
import { insightFor } from '../../../../shared/publishing/insights/insight.ts';
import { InsightFacts } from '../../../../shared/publishing/insights/insight-facts.ts';
import { LanguageModel } from '../../../../shared/publishing/insights/language-model.ts';
import { SharedCircuit } from '../../../../shared/resilience/shared-circuit.ts';
import type { RunRecord } from '../../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../../support/a-pipeline.ts';
import { type Answer, StubService } from '../../../support/a-stub-service.ts';
import { parFile } from '../../../support/small-files.ts';

// A language model is asked after a run has ended. OpenAI, Azure OpenAI and Slack are servers on this machine.

const PAR = 'looker/loan_par_balances';
const FINE = '{"ok":true}';

let openAi: StubService;
let slack: StubService;
let budgets: TableBudgets;
let pipeline: Pipeline;
let deps: Deps;
/** Of the newest numbers: told in each test as if for the first time. */
let run: RunRecord;
let files = 0;

beforeAll(async () => {
  openAi = await StubService.start(() => ({}));
  slack = await StubService.start(() => ({ body: FINE }));
  pipeline = await Pipeline.open();
  const options = { allowInsecureConnection: true };
  budgets = new TableBudgets(TableClient.fromConnectionString(pipeline.storage, 'breakers', options));
  deps = await depsWith();
  run = await aRun();
  await planDayDeliveries(localDateOf(deps.clock.now()), deps);
});
afterAll(async () => {
  await openAi[Symbol.asyncDispose]();
  await slack[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const path of await pipeline.paths('reports', 'insights/')) await pipeline.remove('reports', path);
  for (const delivery of await deps.deliveries.all()) await resendDelivery(delivery, deps);
  // Yesterday's questions are forgotten, and so are those of the minute before.
  await noteAsked({ day: '2020-01-01', taken: 0 });
  pipeline.logged.length = 0;
  deps = await depsWith();
  openAi.answerWith(() =>
    says([{ kpis: ['risk.par_90'], text: 'risk.par_90 is 6.25 %, above its critical limit of 5 %.' }]),
  );
  for (const service of [openAi, slack]) service.asked.length = 0;
});

async function depsWith(settings: Record<string, string> = {}): Promise<Deps> {
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'insights,slack',
      INSIGHTS_MODEL: 'gpt-test',
      INSIGHTS_ENDPOINT: openAi.url,
      OPENAI_API_KEY: 'sk-secret-of-openai',
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      ...settings,
    },
    pipeline.deps.clock,
  );
  return { ...pipeline.deps, destinations: app.depsFor(pipeline.deps.log).destinations };
}

/** As if other instances had asked so often on that day, and nobody in the last minutes. */
async function noteAsked(asked: { readonly day: string; readonly taken: number }): Promise<void> {
  const version = (await budgets.get('insights'))?.version;
  const state = { name: 'insights', fullAt: '2020-01-01T00:00:00.000Z', ...asked };
  await budgets.save(BudgetState.parse(state), version);
}

/** A completion as the service gives it. */
function says(sentences: readonly { kpis: readonly string[]; text: string }[] | string): Answer {
  const content = typeof sentences === 'string' ? sentences : JSON.stringify({ sentences });
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }];
  return { body: JSON.stringify({ id: 'c', object: 'chat.completion', model: 'gpt-test-2026', choices }) };
}

async function aRun(content?: string): Promise<RunRecord> {
  files += 1;
  const path = `${PAR}/worded ${files}.csv`;
  await pipeline.drop(path, content ?? parFile(`WORDED${files}`));
  const outcome = await pipeline.announce(path, deps);
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);
  return await pipeline.runOf(outcome);
}

async function deliverAll(): Promise<void> {
  for (const id of await dueDeliveries(deps)) await deliver(id, deps);
}

const insights = async () => await deps.deliveries.all({ destination: 'insights' });
const kept = async () => {
  const newest = await newestMart({}, deps);
  if (newest === undefined) throw new Error('there are no numbers');
  return await insightFor(newest.mart, deps);
};

const Asked = z.looseObject({
  model: z.string(),
  messages: z.tuple([
    z.object({ role: z.literal('system'), content: z.string() }),
    z.object({ role: z.literal('user'), content: z.string() }),
  ]),
});
const factsAsked = () => JSON.parse(Asked.parse(JSON.parse(openAi.asked[0]?.body ?? '')).messages[1].content);

describe('the newest numbers', () => {
  it('are put into words once, and the words are kept with model, time and the KPIs they are about', async () => {
    await deliverAll();
    await deliverAll();

    expect(openAi.asked).toHaveLength(1);
    expect(openAi.asked[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-secret-of-openai' },
    });
    expect(await insights()).toMatchObject([{ status: 'delivered' }]);
    expect(await kept()).toMatchObject({
      runId: run.runId,
      model: 'gpt-test-2026',
      sentences: [
        {
          text: 'PAR 90 is 6.25 %, above its critical limit of 5 %.',
          kpis: [{ id: 'risk.par_90', version: 1 }],
        },
      ],
    });
  });

  it('leave as facts and ids alone, and what left is kept as it was', async () => {
    await deliverAll();

    const facts = factsAsked();
    expect(InsightFacts.parse(facts)).toEqual(facts);
    const path = `deliveries/insights/${run.runId}.${run.attempt}.json`;
    expect(JSON.parse(await pipeline.text('reports', path))).toEqual(JSON.parse(openAi.asked[0]?.body ?? ''));
  });

  it('that were put into words before are not again, however often their run is told', async () => {
    await deliverAll();
    openAi.answerWith(() => says([{ kpis: [], text: 'It is different.' }]));
    const [delivery] = await insights();
    const found = delivery && (await deps.deliveries.get(delivery));
    if (found === undefined) throw new Error('nothing was delivered');
    await deps.deliveries.save({ ...found.value, status: 'due' }, found.version);
    await deliverAll();

    expect(openAi.asked).toHaveLength(1);
    expect(await kept()).toMatchObject({ runId: run.runId, sentences: [{ kpis: [{ id: 'risk.par_90' }] }] });
  });
});

describe('an answer', () => {
  it('of which nothing is founded is no insight, and is not asked for again', async () => {
    openAi.answerWith(() => says([{ kpis: ['risk.par_90'], text: 'risk.par_90 is 6.26 %.' }]));
    await deliverAll();
    await deliverAll();

    expect(await kept()).toBeUndefined();
    expect(openAi.asked).toHaveLength(1);
  });

  it('loses the sentences that are not founded, and keeps the others', async () => {
    openAi.answerWith(() =>
      says([
        { kpis: ['risk.par_90'], text: 'risk.par_90 is 7 %.' },
        { kpis: ['risk.par_90'], text: 'risk.par_90 is 6.25 %.' },
        { kpis: ['risk.par_90'], text: 'risk.par_90 is twelve percent.' },
      ]),
    );
    await deliverAll();

    const insight = await kept();
    expect(insight?.sentences.map(({ text }) => text)).toEqual(['PAR 90 is 6.25 %.']);
    expect(insight?.dropped.map(({ why }) => why)).toEqual([
      '7 % was not sent',
      'twelve percent was not sent',
    ]);
  });
});

describe('a service that is down or slow', () => {
  it('holds nothing up: the report and the summary go out without it, and nothing fails', async () => {
    openAi.answerWith(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    await deliverAll();

    expect(run.status).toBe('success');
    expect(slack.asked).toHaveLength(1);
    expect(slack.asked[0]?.body).not.toContain('Generated by');
    expect(await insights()).toMatchObject([{ status: 'due', tries: 1 }]);
    expect(pipeline.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('words that are there', () => {
  it('are told in the summary of the day, marked as generated', async () => {
    await deliverAll();
    await deliverAll();

    const { blocks } = JSON.parse(slack.asked[0]?.body ?? '{}');
    expect(blocks).toEqual(
      expect.arrayContaining([
        {
          type: 'section',
          text: { type: 'plain_text', text: '• PAR 90 is 6.25 %, above its critical limit of 5 %.' },
        },
      ]),
    );
    expect(JSON.stringify(blocks)).toMatch(/Generated by gpt-test-2026, \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  });
});

it('words that are there are in the report that is mailed', async () => {
  await deliverAll();
  const mailing = await depsWith({
    DESTINATIONS: 'email',
    EMAIL_FROM: 'reports@abaco.example',
    EMAIL_TO: 'risk@abaco.example',
  });
  const subject = { kind: 'day', day: localDateOf(deps.clock.now()) } as const;

  const content = await previewDelivery({ destination: 'email', subject }, mailing);

  const [report] = Mail.parse(JSON.parse(content?.body ?? '')).attachments;
  expect(Buffer.from(report?.base64 ?? '', 'base64').toString('utf8')).toContain(
    'Generated by gpt-test-2026',
  );
});

it('a model that is not there is said, and not asked for again', async () => {
  openAi.answerWith(() => ({
    status: 404,
    body: '{"error":{"code":"model_not_found","message":"no such model"}}',
  }));
  await deliverAll();
  await deliverAll();

  expect(openAi.asked).toHaveLength(1);
  expect(await insights()).toMatchObject([
    { status: 'refused', detail: expect.stringContaining('model_not_found') },
  ]);
});

describe('what is paid for', () => {
  it('is counted by all instances together: an answer of no use as much as another', async () => {
    openAi.answerWith(() => ({ body: '{"choices":"none"}' }));
    await deliverAll();
    for (const delivery of await deps.deliveries.all()) await resendDelivery(delivery, deps);
    deps = await depsWith();
    await deliverAll();

    expect(openAi.asked).toHaveLength(2);
    expect((await budgets.get('insights'))?.value).toMatchObject({ taken: 2 });
  });

  it('is not asked for more often than 24 times a day', async () => {
    await noteAsked({ day: localDateOf(deps.clock.now()), taken: 24 });
    await deliverAll();

    expect(openAi.asked).toEqual([]);
    expect(await insights()).toMatchObject([{ status: 'skipped' }]);
  });

  it('waits where others have asked a moment ago, and is asked for later', async () => {
    const day = localDateOf(deps.clock.now());
    const fullAt = new Date(deps.clock.now().getTime() + 50_000).toISOString();
    const version = (await budgets.get('insights'))?.version;
    await budgets.save({ name: 'insights', fullAt, day, taken: 5 }, version);
    await deliverAll();

    expect(openAi.asked).toEqual([]);
    expect(await insights()).toMatchObject([
      { status: 'due', detail: expect.stringContaining('6 times a minute and 24 times a day') },
    ]);
    expect(pipeline.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('in Azure', () => {
  const azure = { INSIGHTS_PROVIDER: 'azure-openai', INSIGHTS_MODEL: 'our-deployment' };

  it('the resource is asked with its key, and the deployment by its name', async () => {
    deps = await depsWith({ ...azure, OPENAI_API_KEY: '', AZURE_OPENAI_API_KEY: 'key-of-the-resource' });
    await deliverAll();

    const [asked] = openAi.asked;
    expect(asked).toMatchObject({
      path: '/openai/v1/chat/completions',
      headers: { 'api-key': 'key-of-the-resource' },
    });
    expect(asked?.headers['authorization']).toBeUndefined();
    expect(Asked.parse(JSON.parse(asked?.body ?? '')).model).toBe('our-deployment');
  });

  it('the resource is asked as the app itself where there is no key', async () => {
    const sent: EgressRequest[] = [];
    const egress: Egress = {
      send: (request) => {
        sent.push(request);
        const body = Readable.from([Buffer.from(says('{}').body ?? '')]);
        return Promise.resolve({ status: 200, headers: {}, url: request.url, body });
      },
    };
    const scopes: string[] = [];
    const model = new LanguageModel(
      { provider: 'azure-openai', endpoint: 'https://abaco.openai.azure.com', model: 'our-deployment' },
      {
        ...deps,
        egress,
        budgets,
        circuit: new SharedCircuit({ name: 'insights', opensAfter: 3, retryAfterMs: 1 }, deps),
        identityToken: (scope) => {
          scopes.push(scope);
          return Promise.resolve(seal('token-of-the-app'));
        },
      },
    );

    await model.answer({});

    const authorization = sent[0]?.headers?.['authorization'];
    expect(scopes).toEqual(['https://cognitiveservices.azure.com/.default']);
    expect(authorization instanceof Sealed && unseal(authorization)).toBe('Bearer token-of-the-app');
    expect(sent[0]?.url).toBe('https://abaco.openai.azure.com/openai/v1/chat/completions');
  });
});

it('what is kept and logged holds no key', async () => {
  openAi.answerWith(() => ({ status: 401 }));
  await deliverAll();

  const texts = [JSON.stringify(await deps.deliveries.all()), JSON.stringify(pipeline.logged)];
  for (const path of await pipeline.paths('reports')) texts.push(await pipeline.text('reports', path));
  expect(texts.join('\n')).not.toContain('sk-secret');
  expect(await insights()).toMatchObject([{ status: 'due', detail: expect.stringContaining('refused') }]);
});

it('of a run that others have followed nothing is asked', async () => {
  run = await aRun();
  await deliverAll();

  expect(openAi.asked).toHaveLength(1);
  expect((await insights()).map(({ status }) => status).toSorted()).toEqual(['delivered', 'skipped']);
});
