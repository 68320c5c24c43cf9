import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EnvironmentSecretStore } from '../../../../../shared/adapters/environment/environment-secret-store.ts';
import { LocalDate } from '../../../../../shared/domain/local-date.ts';
import type { KpiMart } from '../../../../../shared/kpis/kpi-result.ts';
import { previewDelivery, resendDelivery } from '../../../../../shared/pipeline/deliver.ts';
import { figmaBucket } from '../../../../../shared/publishing/destinations/figma/figma-api.ts';
import { figmaDestination } from '../../../../../shared/publishing/destinations/figma/figma-destination.ts';
import { FigmaExport } from '../../../../../shared/publishing/destinations/figma/figma-export.ts';
import { SharedCircuit } from '../../../../../shared/resilience/shared-circuit.ts';
import { aFullMart } from '../../../../support/a-full-mart.ts';
import { aKpiMart, aRun } from '../../../../support/a-kpi-mart.ts';
import { DAY, Outbox } from '../../../../support/an-outbox.ts';
import { FIGMA_TOKEN, FILE_KEY, OURSELVES, StubFigma } from '../../../../support/stub-figma.ts';
import { instead, times } from '../../../../support/stub-server.ts';

// KPIs in a Figma file, through the outbox, to a server on this machine that refuses what Figma refuses.

const SUBJECT = { destination: 'figma', subject: { kind: 'day', day: DAY } } as const;
const NO_PLAN = 'Limited by Figma plan';

let outbox: Outbox;
let figma: StubFigma;
let mart: KpiMart;
let token: string;
let frameId: string | undefined;

beforeAll(async () => {
  figma = await StubFigma.open();
  outbox = await Outbox.open((process) =>
    figmaDestination(
      { baseUrl: figma.server.url, fileKey: FILE_KEY, frameId },
      {
        ...process,
        circuit: new SharedCircuit({ name: 'figma', opensAfter: 3, retryAfterMs: 120_000 }, process),
        bucket: figmaBucket(process),
        secrets: new EnvironmentSecretStore({ FIGMA_TOKEN: token }),
        newest: async () => ({ run: aRun(), mart }),
      },
    ),
  );
});
afterAll(() => figma.server.close());
beforeEach(async () => {
  figma.reset();
  await outbox.pipeline.forget();
  for (const path of await outbox.pipeline.paths('reports')) await outbox.pipeline.remove('reports', path);
  token = FIGMA_TOKEN;
  frameId = undefined;
  mart = aKpiMart();
});

const exported = async () => FigmaExport.parse(await outbox.pipeline.json('reports', 'figma/kpis.json'));
const asked = () =>
  figma.server.requests.map(({ method, path }) => `${method} ${path.replace(/.*\/files\/\w+/, '')}`);
const ours = () => figma.comments.filter(({ by }) => by === OURSELVES).map(({ message }) => message);
/** The same book in which PAR 90 is another. */
const changed = (): KpiMart =>
  aKpiMart({
    kpis: mart.kpis.map((kpi) =>
      kpi.id === 'risk.par_90' ? { ...kpi, value: '9', numerator: '9', denominator: '100' } : kpi,
    ),
  });

async function expectToldAgain(): Promise<void> {
  await resendDelivery(SUBJECT, outbox.process());
  outbox.waitLong();
  figma.server.requests.length = 0;
  expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);
}

async function expectTold(): Promise<void> {
  await outbox.plan();
  expect(await outbox.deliver()).toMatchObject([{ destination: 'figma', status: 'delivered' }]);
}

describe('where the plan has variables', () => {
  it('each KPI is two texts in one collection, written in one request', async () => {
    await expectTold();

    expect(asked()).toEqual(['GET /variables/local', 'POST /variables']);
    expect(figma.collections).toMatchObject([{ name: 'Abaco KPIs', modes: [{ name: 'Latest' }] }]);
    expect(figma.values()).toMatchObject({
      'report/day': DAY,
      'report/as_of': '2025-12-31',
      'risk/par_90/value': '5.40 %',
      'risk/par_90/status': 'CRITICAL',
      'port/outstanding/value': 'USD 12,004,800.00',
    });
    expect(figma.comments).toEqual([]);
  });

  it('told again, the same is left as it is, and what differs is written over in every mode', async () => {
    await expectTold();
    await expectToldAgain();
    expect(asked()).toEqual(['GET /variables/local']);
    figma.collections[0]?.modes.push({ modeId: 'dark', name: 'Dark' });
    const before = figma.variables.map(({ id, name }) => `${id} ${name}`);
    mart = changed();

    await expectToldAgain();

    expect(figma.variables.map(({ id, name }) => `${id} ${name}`)).toEqual(before);
    expect([figma.values(0), figma.values(1)]).toMatchObject([
      { 'risk/par_90/value': '9.00 %' },
      { 'risk/par_90/value': '9.00 %' },
    ]);
  });

  it('a KPI that there is no more says so, so that no design shows an old number; what is not ours is left alone', async () => {
    await expectTold();
    const collection = figma.collections[0]?.id ?? '';
    figma.collections.push({ id: 'brand', name: 'Brand', modes: [{ modeId: 'b', name: 'B' }] });
    figma.variables.push(
      {
        id: 'v1',
        name: 'risk/par_90/value',
        variableCollectionId: 'brand',
        resolvedType: 'STRING',
        valuesByMode: { b: 'x' },
      },
      {
        id: 'v2',
        name: 'spacing',
        variableCollectionId: collection,
        resolvedType: 'FLOAT',
        valuesByMode: {},
      },
    );
    mart = aKpiMart({ kpis: mart.kpis.filter(({ id }) => id !== 'risk.par_7') });

    await expectToldAgain();

    const values = Object.fromEntries(
      figma.variables
        .filter((one) => one.variableCollectionId === collection)
        .map((one) => [one.name, Object.values(one.valuesByMode)]),
    );
    expect(values).toMatchObject({ 'risk/par_7/value': ['no longer computed'], spacing: [] });
    expect(figma.variables.find(({ id }) => id === 'v1')?.valuesByMode).toEqual({ b: 'x' });
  });

  it('a variable that somebody has deleted is made anew, also while some text still refers to it', async () => {
    await expectTold();
    figma.variables = figma.variables.map((one) =>
      one.name === 'risk/par_90/value' ? { ...one, deletedButReferenced: true } : one,
    );

    await expectToldAgain();

    const named = figma.variables.filter(({ name }) => name === 'risk/par_90/value');
    expect(
      named.map((one) => [one.deletedButReferenced ?? false, ...Object.values(one.valuesByMode)]),
    ).toEqual([
      [true, '5.40 %'],
      [false, '5.40 %'],
    ]);
  });

  it('a process that dies after any request leaves each variable once', async () => {
    for (let diesAfter = 1; diesAfter <= 2; diesAfter += 1) {
      figma.reset();
      await outbox.pipeline.forget();
      await outbox.plan();
      expect(await outbox.deliver(outbox.process({ diesAfter }))).toEqual([undefined]);
      outbox.waitLong();

      expect(await outbox.deliver()).toMatchObject([{ status: 'delivered', tries: 2 }]);

      expect(figma.collections).toHaveLength(1);
      expect(new Set(figma.variables.map(({ name }) => name)).size).toBe(figma.variables.length);
    }
  });
});

describe('where it has none', () => {
  it.each([
    ['the plan', { reading: NO_PLAN }],
    ['the seat', { writing: 'Incorrect account type' }],
    [
      'the token',
      {
        reading:
          'Invalid scope(s): file_comments:write. This endpoint requires the file_variables:read scope',
      },
    ],
  ])(
    'for %s, one comment on the file says how things stand and why it is only that',
    async (_what, refused) => {
      figma.variablesRefused = refused;
      frameId = '12:34';

      await expectTold();

      expect(ours()).toHaveLength(1);
      const [comment] = figma.comments;
      expect(comment?.message.split('\n')).toEqual(
        expect.arrayContaining([
          'KPIs of 2026-01-15: As of 2025-12-31',
          'Outstanding balance: USD 12,004,800.00 (OK)',
          'PAR 90: 5.40 % (CRITICAL)',
          expect.stringContaining(Object.values(refused)[0] ?? ''),
        ]),
      );
      expect(comment?.place).toMatchObject({ node_id: '12:34' });
    },
  );

  it('the comment is left while it is right, and replaced when it is not; those of people stay', async () => {
    figma.variablesRefused = { reading: NO_PLAN };
    const question = figma.putComment('What is [abaco-kpis]?', 'Ana');
    await expectTold();
    const reply = figma.putComment('Quoted: [abaco-kpis]', 'Ana', figma.comments.at(-1)?.id);
    const [before] = ours();

    await expectToldAgain();
    expect(asked()).toEqual(['GET /variables/local', 'GET /comments']);
    mart = changed();
    await expectToldAgain();

    expect(ours()).toHaveLength(1);
    expect(ours()).not.toEqual([before]);
    expect(figma.comments.map(({ id }) => id)).toEqual(expect.arrayContaining([question, reply]));
  });

  it('a process that dies after any request leaves one comment in the end, and never two', async () => {
    for (let diesAfter = 1; diesAfter <= 5; diesAfter += 1) {
      figma.reset();
      figma.variablesRefused = { reading: NO_PLAN };
      mart = aKpiMart();
      await outbox.pipeline.forget();
      await expectTold();
      mart = changed();
      await resendDelivery(SUBJECT, outbox.process());
      let most = 0;
      figma.server.fault = (answer) => {
        most = Math.max(most, ours().length);
        return answer;
      };
      expect(await outbox.deliver(outbox.process({ diesAfter }))).toEqual([undefined]);
      outbox.waitLong();

      expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);

      expect([most, ours().length]).toEqual([1, 1]);
      expect(ours()[0]).toContain('PAR 90: 9.00 %');
    }
  });

  it('a comment whose answer was lost is not posted again', async () => {
    figma.variablesRefused = { reading: NO_PLAN };
    figma.server.fault = times(9, (answer, { method }) =>
      method === 'POST' ? { ...answer, cutAt: 1 } : answer,
    );
    await outbox.plan();
    expect(await outbox.deliver()).toMatchObject([{ status: 'due' }]);
    expect(asked().filter((request) => request === 'POST /comments')).toHaveLength(1);
    outbox.waitLong();

    expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);

    expect(ours()).toHaveLength(1);
  });

  it('a comment that Figma only says to have taken away gets no second one beside it', async () => {
    figma.variablesRefused = { reading: NO_PLAN };
    await expectTold();
    mart = changed();
    figma.keepsComments = true;
    await resendDelivery(SUBJECT, outbox.process());

    expect(await outbox.deliver()).toMatchObject([
      { status: 'due', detail: expect.stringContaining('still shows') },
    ]);

    expect(ours()).toHaveLength(1);
  });

  it('a copy of the comment that somebody else has made stops it, with what Figma says', async () => {
    figma.variablesRefused = { reading: NO_PLAN };
    figma.putComment('KPIs of yesterday\n[abaco-kpis]', 'Ana');
    await outbox.plan();

    expect(await outbox.deliver()).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('permission to delete this comment') },
    ]);
  });
});

describe('a document for a plugin', () => {
  it('lies in the reports whatever Figma says, with layers by name and months of the book', async () => {
    figma.server.fault = instead({ status: 503, headers: { 'retry-after': '3600' } });
    mart = aFullMart();
    await outbox.plan();
    expect(await outbox.deliver(outbox.process())).toMatchObject([{ status: 'due' }]);

    const document = await exported();
    expect(document).toMatchObject({ format: 'abaco-kpis', version: 1, day: DAY, runId: aRun().runId });
    expect(document.kpis.find(({ id }) => id === 'risk.par_90')).toMatchObject({
      value: '5.40',
      shown: '5.40 %',
      status: 'CRITICAL',
    });
    expect(document.layers).toMatchObject({ 'value-par-90': '5.40', 'status-par-90': 'CRITICAL' });
    expect(document.months.columns.slice(0, 2)).toEqual(['month', 'outstanding']);
    expect(document.months.rows.length).toBeGreaterThan(11);
  });

  it('is that of the newest day, also when an earlier one is told again', async () => {
    await expectTold();
    await outbox.plan(LocalDate.parse('2026-01-14'));
    expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);

    expect((await exported()).day).toBe(DAY);
  });

  it('is what is shown beforehand, and nothing is asked', async () => {
    const content = await previewDelivery(SUBJECT, outbox.process());

    expect(FigmaExport.parse(JSON.parse(content?.body ?? '')).day).toBe(DAY);
    expect(asked()).toEqual([]);
  });
});

describe('Figma that will not', () => {
  it('is given the rest that it asks for, or left for later when it is long', async () => {
    figma.server.fault = times(1, instead({ status: 429, headers: { 'retry-after': '1' } }));
    const began = performance.now();
    await expectTold();
    expect(performance.now() - began).toBeGreaterThan(998);

    figma.server.fault = times(1, instead({ status: 429, headers: { 'retry-after': '86400' } }));
    await resendDelivery(SUBJECT, outbox.process());
    expect(await outbox.deliver()).toMatchObject([{ status: 'due', detail: expect.stringContaining('429') }]);
    expect(figma.server.requests).toHaveLength(4);
  });

  it('have a request is not asked again, and what it says is shown', async () => {
    figma.server.fault = instead({
      status: 400,
      body: { status: 400, error: true, message: 'Invalid variable name' },
    });
    await outbox.plan();

    expect(await outbox.deliver()).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('status 400: Invalid variable name') },
    ]);
    expect(figma.server.requests).toHaveLength(1);
  });

  it('take the token is no matter of the plan: what is due waits for the right one, which is kept nowhere', async () => {
    token = 'figd_an-old-secret';
    await outbox.plan();

    expect(await outbox.deliver()).toMatchObject([
      { status: 'due', detail: expect.stringContaining('CredentialsRefused') },
    ]);
    expect(asked()).toEqual(['GET /variables/local', 'GET /variables/local']);
    token = FIGMA_TOKEN;
    outbox.waitLong();
    expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);
    const kept = [
      JSON.stringify(await outbox.pipeline.deps.deliveries.all()),
      JSON.stringify(outbox.pipeline.logged),
    ];
    for (const path of await outbox.pipeline.paths('reports'))
      kept.push(await outbox.pipeline.text('reports', path));
    expect(kept.join()).not.toMatch(/figd_/);
  });
});
