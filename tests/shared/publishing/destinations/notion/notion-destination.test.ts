import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EnvironmentSecretStore } from '../../../../../shared/adapters/environment/environment-secret-store.ts';
import type { KpiMart } from '../../../../../shared/kpis/kpi-result.ts';
import { previewDelivery, resendDelivery } from '../../../../../shared/pipeline/deliver.ts';
import { notionBucket } from '../../../../../shared/publishing/destinations/notion/notion-api.ts';
import { notionDestination } from '../../../../../shared/publishing/destinations/notion/notion-destination.ts';
import { SharedCircuit } from '../../../../../shared/resilience/shared-circuit.ts';
import { aKpiMart, aKpiResult, aRun } from '../../../../support/a-kpi-mart.ts';
import { DAY, Outbox } from '../../../../support/an-outbox.ts';
import { BOT, NOTION_TOKEN, PERSON, StubNotion } from '../../../../support/stub-notion.ts';
import { HIDDEN, type StubNode } from '../../../../support/stub-notion-answers.ts';
import { along, instead, type StubFault, times } from '../../../../support/stub-server.ts';

// The day's report in Notion, through the outbox, to a server on this machine that refuses what Notion refuses.

const SUBJECT = { destination: 'notion', subject: { kind: 'day', day: DAY } } as const;
const TITLE = `Analytics Report - ${DAY}`;

let outbox: Outbox;
let notion: StubNotion;
let mart: KpiMart;
let parent: string;
let database: string | undefined;
let token: string;

beforeAll(async () => {
  outbox = await Outbox.open((process) =>
    notionDestination(
      { baseUrl: notion.server.url, reportsPage: parent, database, publicUrl: 'https://abaco.example' },
      {
        ...process,
        bucket: notionBucket(process),
        circuit: new SharedCircuit({ name: 'notion', opensAfter: 3, retryAfterMs: 120_000 }, process),
        secrets: new EnvironmentSecretStore({ NOTION_TOKEN: token }),
        newest: async () => ({ run: aRun(), mart }),
      },
    ),
  );
  notion = await StubNotion.open(() => outbox.pipeline.deps.clock.now().getTime());
});
afterAll(() => notion.server.close());
beforeEach(async () => {
  notion.reset();
  outbox.waitLong();
  await outbox.pipeline.forget();
  for (const path of await outbox.pipeline.paths('reports')) await outbox.pipeline.remove('reports', path);
  token = NOTION_TOKEN;
  mart = aKpiMart();
  parent = notion.put('workspace', PERSON);
  database = undefined;
});

/** What stands on a page or in a block, as a reader sees it. */
function read(id: string, makers = [BOT, PERSON]): readonly string[] {
  return notion
    .below(id)
    .filter(({ createdBy }) => makers.includes(createdBy))
    .flatMap(({ id: below, type, payload }) => [
      `${type}: ${wordsIn(payload)}`,
      ...read(below, makers).map((line) => `  ${line}`),
    ]);
}

function wordsIn(payload: StubNode['payload']): string {
  const cells = Array.isArray(payload['cells']) ? payload['cells'] : [payload['rich_text'] ?? []];
  return cells
    .map((pieces: { plain_text: string }[]) => pieces.map((piece) => piece.plain_text).join(''))
    .join(' | ');
}

function pageOf(title = TITLE): StubNode {
  const [page, ...others] = notion.titled(parent, title);
  if (page === undefined || others.length > 0)
    throw new Error(`${title} is there ${others.length + 1} times`);
  return page;
}

function rowsOf(source: string) {
  return notion.below(source).map(({ properties }) => ({
    kpi: wordsIn(properties['KPI ID'] ?? {}),
    value: properties['Value']?.['number'],
    status: Reflect.get(Object(properties['Status']?.['select']), 'name'),
  }));
}

/** What goes wrong with requests that begin so. */
const ofThese =
  (start: string, fault: StubFault): StubFault =>
  (answer, request) =>
    `${request.method} ${request.path}`.startsWith(start) ? fault(answer, request) : answer;

/** Requests that change something. */
const writes = () =>
  notion.server.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/query'));

async function expectTold(): Promise<void> {
  await outbox.plan();
  expect(await outbox.deliver()).toMatchObject([{ destination: 'notion', status: 'delivered' }]);
}

async function expectToldAgain(): Promise<void> {
  await resendDelivery(SUBJECT, outbox.process());
  outbox.waitLong();
  notion.server.requests.length = 0;
  expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);
}

describe('the report of a day', () => {
  it('is a page below the reports page: findings, KPIs by group, trend, ageing, and the run behind them', async () => {
    await expectTold();

    const lines = read(pageOf().id);
    expect(lines.filter((line) => line.startsWith('heading_2'))).toEqual(
      ['Key Findings', 'KPI Metrics', 'PAR trend', 'Ageing', 'Where the numbers come from'].map(
        (title) => `heading_2: ${title}`,
      ),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'paragraph: As of 2025-12-31. Dashboard · Report',
        '  bulleted_list_item: PAR 90 is 5.40 %: critical, above 5 %.',
        '  table_row: KPI | Value | Status | Limits | Change | Owner',
        expect.stringMatching(/^ {2}table_row: PAR 90 \| 5\.40 % \| Critical \| warning above 3 %/),
        '  table_row: Reporting date | PAR 90 | PAR 30',
        expect.stringMatching(/^ {2}table_row: 90 days or more \| USD 648,259\.20 \| 5\.40 %$/),
        expect.stringContaining('run_4f1c29ab03de'),
      ]),
    );
  });

  it('asks in one version of the interface, three times a second at most, and is never told to slow down', async () => {
    database = notion.putDatabase({ Name: 'title' });
    await expectTold();

    expect(notion.server.requests.length).toBeGreaterThan(15);
    expect(new Set(notion.server.requests.map(({ headers }) => headers['notion-version']))).toEqual(
      new Set(['2025-09-03']),
    );
    expect(notion.throttled).toBe(0);
  });

  it('is told twice and written once', async () => {
    database = notion.putDatabase({ Name: 'title' });
    await expectTold();
    const before = read(pageOf().id);

    await expectToldAgain();

    expect(writes()).toEqual([]);
    expect(read(pageOf().id)).toEqual(before);
  });

  it('with other numbers is the same page, of which what differs is written over', async () => {
    await expectTold();
    const page = pageOf().id;
    const kinds = (lines: readonly string[]) => lines.map((line) => line.split(':')[0]);
    const before = read(page);
    mart = aKpiMart({ kpis: mart.kpis.map((kpi) => ({ ...kpi, owner: 'the new owner' })) });

    await expectToldAgain();

    const after = read(page);
    expect(kinds(after)).toEqual(kinds(before));
    expect(after.filter((line) => line.includes('the new owner'))).toHaveLength(mart.kpis.length);
    expect(writes().map(({ method, path }) => `${method} ${path.replace(/[\da-f]+-.*/, 'id')}`)).toEqual(
      mart.kpis.map(() => 'PATCH /v1/blocks/id'),
    );
  });

  it('with more and with fewer findings, KPIs and parts is the page that it would be anew', async () => {
    const few = aKpiMart({ kpis: mart.kpis.slice(0, 1), series: [] });
    const many = mart;
    const anew: (readonly string[])[] = [];
    for (const book of [few, many]) {
      mart = book;
      parent = notion.put('workspace', PERSON);
      await outbox.plan();
      await expectToldAgain();
      anew.push(read(pageOf().id));
    }

    for (const [book, wanted] of [
      [few, anew[0]],
      [many, anew[1]],
      [few, anew[0]],
    ] as const) {
      mart = book;
      await expectToldAgain();
      expect(read(pageOf().id)).toEqual(wanted);
    }
  });

  it('leaves alone what people have put on the page, wherever, and a page of theirs with the same name', async () => {
    const theirs = notion.put(parent, PERSON, 'child_page', { title: TITLE });
    await expectTold();
    const [page] = notion.titled(parent, TITLE).filter(({ id }) => id !== theirs);
    const note = notion.put(page?.id ?? '', PERSON, 'paragraph', { rich_text: [{ plain_text: 'Ask Ana.' }] });
    const hidden = notion.put(page?.id ?? '', PERSON, HIDDEN);
    page?.children.splice(3, 0, ...page.children.splice(-2));
    mart = aKpiMart({ kpis: mart.kpis.slice(0, 2), series: [] });

    await expectToldAgain();

    expect(notion.below(theirs)).toEqual([]);
    expect(notion.below(page?.id ?? '').map(({ id }) => id)).toEqual(expect.arrayContaining([note, hidden]));
    expect(read(page?.id ?? '', [BOT])).not.toContainEqual(expect.stringContaining('90 days or more'));
  });

  it('that a person has renamed or moved is still that page; one that lies in the trash is made anew', async () => {
    await expectTold();
    const page = pageOf();
    page.payload = { title: 'Board meeting' };
    await expectToldAgain();
    expect(notion.titled(parent, TITLE)).toEqual([]);

    page.isTrashed = true;
    await expectToldAgain();

    expect(pageOf().id).not.toBe(page.id);
    expect(read(pageOf().id)).toContain('heading_2: KPI Metrics');
  });

  it('is shown beforehand, and nothing is asked', async () => {
    const content = await previewDelivery(SUBJECT, outbox.process());

    expect(JSON.parse(content?.body ?? '')).toMatchObject({ title: TITLE, day: DAY });
    expect(notion.server.requests).toEqual([]);
  });
});

describe('what Notion would refuse', () => {
  it('is cut: long texts into pieces, long tables and pages into several requests, lists into pages', async () => {
    notion.pageSize = 7;
    const name = `${'é😀'.repeat(900)}*bold* [link](https://x.example) <b>&amp;</b> @everyone`;
    const kpis = Array.from({ length: 230 }, (_, index) =>
      aKpiResult({ id: `risk.k${index}`, name: index === 0 ? name : `KPI ${index}`, status: 'critical' }),
    );
    mart = aKpiMart({ kpis, series: [] });

    await expectTold();

    const lines = read(pageOf().id);
    expect(lines.filter((line) => line.startsWith('  table_row: KPI '))).toHaveLength(230);
    expect(lines).toContainEqual(expect.stringContaining(`table_row: ${name} | `));
    expect(lines.filter((line) => line.startsWith('  bulleted_list_item: KPI '))).toHaveLength(229);
    await expectToldAgain();
    expect(writes()).toEqual([]);
  });

  it('is not sent again, and what Notion says is shown', async () => {
    notion.server.fault = instead({
      status: 400,
      body: { code: 'validation_error', message: 'body failed validation: too long.' },
    });
    await outbox.plan();

    const results = await outbox.deliver();
    outbox.waitLong();
    await outbox.deliver();

    expect(results).toMatchObject([
      {
        status: 'refused',
        detail:
          'RequestRefused: Notion refused the request with status 400: validation_error: body failed validation: too long.',
      },
    ]);
    expect(notion.server.requests).toHaveLength(1);
  });

  it('such as a page that is not shared says what to do, and goes once it is', async () => {
    const shared = parent;
    parent = '00000000-dead-4000-8000-000000000000';
    await outbox.plan();
    expect(await outbox.deliver()).toMatchObject([
      { status: 'refused', detail: expect.stringContaining('are shared with your integration') },
    ]);

    parent = shared;
    await expectToldAgain();

    expect(read(pageOf().id)).toContain('heading_2: KPI Metrics');
  });

  it('is a token that is wrong: what is due waits for the right one, and neither is kept anywhere', async () => {
    token = 'ntn_an-old-secret';
    await outbox.plan();
    const [delivery] = await outbox.deliver();

    expect(delivery).toMatchObject({ status: 'due', detail: expect.stringContaining('status 401') });
    token = NOTION_TOKEN;
    outbox.waitLong();
    expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);
    const kept = [JSON.stringify(await outbox.pipeline.deps.deliveries.all())];
    for (const path of await outbox.pipeline.paths('reports'))
      kept.push(await outbox.pipeline.text('reports', path));
    expect(kept.join() + JSON.stringify(outbox.pipeline.logged)).not.toMatch(/ntn_/);
  });
});

describe('Notion that stumbles', () => {
  it('is given the rest that it asks for', async () => {
    const throttled = {
      status: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'rate_limited', message: '' },
    };
    notion.server.fault = times(1, instead(throttled));
    const began = performance.now();

    await expectTold();

    expect(performance.now() - began).toBeGreaterThan(998);
  });

  it('over two writers at once is asked again', async () => {
    const conflict = { status: 409, body: { code: 'conflict_error', message: '' } };
    notion.server.fault = times(1, instead(conflict));

    await expectTold();
    expect(read(pageOf().id)).toContain('heading_2: KPI Metrics');
  });

  it.each([
    ['a page', 'POST /v1/pages', 1],
    ['blocks', 'PATCH /v1/blocks', 1],
    ['two rows', 'POST /v1/pages', 3],
  ])(
    'is asked once to make %s of which only the answer was lost: it is looked for',
    async (_what, lost, count) => {
      database = notion.putDatabase({ Name: 'title' });
      await expectTold();
      const asked = writes().length;
      parent = notion.put('workspace', PERSON);
      database = notion.putDatabase({ Name: 'title' });
      notion.server.fault = ofThese(lost, times(count, along({ cutAt: 3 })));

      await expectToldAgain();

      expect(writes()).toHaveLength(asked);
      expect(read(pageOf().id).filter((line) => line === 'heading_2: KPI Metrics')).toHaveLength(1);
      expect(rowsOf(notion.below(database)[0]?.id ?? '')).toHaveLength(mart.kpis.length);
    },
  );

  it.each([
    ['a page', 'POST /v1/pages', 1],
    ['blocks', 'PATCH /v1/blocks', 1],
    ['two rows', 'POST /v1/pages', 3],
  ])('is asked again to make %s of which it never heard', async (_what, lost, count) => {
    database = notion.putDatabase({ Name: 'title' });
    let left = count;
    notion.server.gate = ({ method, path }) => {
      const isLost = `${method} ${path}`.startsWith(lost) && left > 0;
      left -= Number(isLost);
      return isLost ? { isReset: true } : undefined;
    };

    await expectTold();

    expect(read(pageOf().id).filter((line) => line === 'heading_2: KPI Metrics')).toHaveLength(1);
    expect(rowsOf(notion.below(database)[0]?.id ?? '')).toHaveLength(mart.kpis.length);
  });

  it('has one row for each KPI where the answer to one was lost, and it shows new rows only after a while', async () => {
    database = notion.putDatabase({ Name: 'title' });
    const loseOne = times(1, along({ cutAt: 3 }));
    let looks = 0;
    notion.server.fault = (answer, request) => {
      if (request.path === '/v1/pages' && looks > 0) return loseOne(answer, request);
      if (!request.path.endsWith('/query')) return answer;
      looks += 1;
      return looks === 2 ? { body: { object: 'list', results: [], has_more: false } } : answer;
    };

    await expectTold();

    const kpis = rowsOf(notion.below(database)[0]?.id ?? '').map(({ kpi }) => kpi);
    expect(kpis.toSorted()).toEqual(mart.kpis.map(({ id }) => id).toSorted());
  });

  it('again and again is left for later, and gone on with', async () => {
    database = notion.putDatabase({ Name: 'title' });
    notion.server.gate = ({ method, path }) =>
      `${method} ${path}` === 'POST /v1/pages' ? { status: 502 } : undefined;
    await outbox.plan();

    expect(await outbox.deliver()).toMatchObject([
      { status: 'due', detail: expect.stringContaining('Notion answered with status 502') },
    ]);
    expect(writes()).toHaveLength(11);
    notion.server.gate = () => undefined;
    outbox.waitLong();
    expect(await outbox.deliver()).toMatchObject([{ status: 'delivered' }]);
    expect(rowsOf(notion.below(database)[0]?.id ?? '')).toHaveLength(mart.kpis.length);
  });

  it('that takes too long is left before another process takes the delivery for lost, and gone on with', async () => {
    database = notion.putDatabase({ Name: 'title' });
    notion.server.fault = (answer) => {
      outbox.pipeline.advanceClock(8_000);
      return answer;
    };
    await outbox.plan();
    const steps: (string | undefined)[] = [];
    do {
      const [delivery] = await outbox.deliver();
      steps.push(delivery?.status);
      outbox.waitLong();
    } while (steps.at(-1) === 'due' && steps.length < 9);

    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe('delivered');
    expect(read(pageOf().id).filter((line) => line.startsWith('heading_2'))).toHaveLength(5);
    expect(rowsOf(notion.below(database)[0]?.id ?? '')).toHaveLength(mart.kpis.length);
  });
});

describe('a process that dies after any of its requests', () => {
  const FEW = aKpiMart({ kpis: aKpiMart().kpis.slice(0, 2), series: [] });
  const NEWER = aKpiMart({ kpis: aKpiMart().kpis.slice(1, 4), months: 2 });

  it.each([
    ['for the first time', undefined, 11],
    ['with other numbers than before', NEWER, 20],
  ])('tells a day %s that is one page and one row for each KPI in the end', async (_what, before, most) => {
    let deaths = 0;
    let anew: readonly string[] | undefined;
    for (let isDead = true; isDead; ) {
      parent = notion.put('workspace', PERSON);
      database = notion.putDatabase({ Name: 'title' });
      await outbox.pipeline.forget();
      await outbox.plan();
      if (before !== undefined) {
        mart = before;
        await expectToldAgain();
        await resendDelivery(SUBJECT, outbox.process());
      }
      mart = FEW;
      outbox.waitLong();
      const [delivery] = await outbox.deliver(outbox.process({ diesAfter: deaths + 1 }));
      isDead = delivery === undefined;
      deaths += Number(isDead);
      outbox.waitLong();

      if (isDead) expect(await outbox.deliver()).toMatchObject([{ status: 'delivered', tries: 2 }]);

      const page = read(pageOf().id);
      anew ??= page;
      expect(page).toEqual(anew);
      const kpis = rowsOf(notion.below(database)[0]?.id ?? '').map(({ kpi }) => kpi);
      expect(kpis.toSorted()).toEqual(
        [...new Set([...FEW.kpis, ...(before?.kpis ?? [])].map(({ id }) => id))].toSorted(),
      );
    }
    expect(deaths).toBeGreaterThan(most);
    expect(anew?.filter((line) => line.startsWith('heading_2'))).toHaveLength(5);
  });
});

describe('KPI rows', () => {
  it('are one for each day and KPI, in columns that are added where they are missing', async () => {
    database = notion.putDatabase({ Kennzahl: 'title', Value: 'number' });
    const [source] = notion.below(database);
    await expectTold();

    expect(rowsOf(source?.id ?? '')).toHaveLength(mart.kpis.length);
    expect(rowsOf(source?.id ?? '')).toContainEqual({ kpi: 'risk.par_90', value: 5.4, status: 'Critical' });
    expect(notion.columns.get(source?.id ?? '')).toMatchObject({
      Kennzahl: 'title',
      Day: 'date',
      Status: 'select',
    });
    mart = aKpiMart({
      kpis: mart.kpis.map((kpi) =>
        kpi.id === 'risk.par_90'
          ? { ...kpi, value: null, numerator: null, status: 'not-computable', reason: 'a gap' }
          : kpi,
      ),
    });
    await expectToldAgain();
    expect(rowsOf(source?.id ?? '')).toHaveLength(mart.kpis.length);
    expect(rowsOf(source?.id ?? '')).toContainEqual({
      kpi: 'risk.par_90',
      value: null,
      status: 'Not computable',
    });
  });

  it('of which there are two for one KPI and day become one', async () => {
    database = notion.putDatabase({ Name: 'title' });
    const [source] = notion.below(database);
    await expectTold();
    const [first] = notion.below(source?.id ?? '');
    const twin = notion.put(source?.id ?? '', BOT, 'row');
    const copy = notion.below(source?.id ?? '').find(({ id }) => id === twin);
    if (first !== undefined && copy !== undefined) copy.properties = { ...first.properties };

    await expectToldAgain();

    expect(notion.below(source?.id ?? '').map(({ id }) => id)).not.toContain(twin);
    expect(rowsOf(source?.id ?? '')).toHaveLength(mart.kpis.length);
  });

  it.each([
    [
      'a column of another kind',
      [{ Name: 'title', Status: 'checkbox' }],
      /Status is checkbox and must be select/,
    ],
    ['two data sources', [{ Name: 'title' }, { Name: 'title' }], /has 2 data sources/],
  ])('wait for a database that can hold them: it has %s', async (_what, sources, message) => {
    database = notion.putDatabase(...sources);
    await outbox.plan();

    expect(await outbox.deliver()).toMatchObject([{ status: 'due', detail: expect.stringMatching(message) }]);
    expect(read(pageOf().id)).toContain('heading_2: KPI Metrics');
  });
});
