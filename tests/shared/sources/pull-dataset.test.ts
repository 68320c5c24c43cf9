import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addDays, type LocalDate, localDateOf } from '../../../shared/domain/local-date.ts';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import { pauseSource, resumeSource } from '../../../shared/sources/operate-source.ts';
import { duePulls } from '../../../shared/sources/pull-dataset.ts';
import { DAY_MS, PullingPipeline } from '../../support/a-pulling-pipeline.ts';
import { aTapeRow, csvOf } from '../../support/file-rows.ts';
import { CASCADE_PATHS } from '../../support/stub-cascade.ts';
import { HUBSPOT_KEY } from '../../support/stub-hubspot.ts';
import { META_TOKEN, type StubInsight } from '../../support/stub-meta.ts';
import { instead, times } from '../../support/stub-server.ts';

const TAPE = 'cascade/loan_tape';
const COMPANIES = 'hubspot/companies';
const INSIGHTS = 'meta/insights';

let pulling: PullingPipeline;
beforeAll(async () => {
  pulling = await PullingPipeline.open();
});
afterAll(() => pulling.close());

const now = (): number => pulling.deps.clock.now().getTime();
const yesterday = (): LocalDate => addDays(localDateOf(pulling.deps.clock.now()), -1);

function putCompany(id: number, name: string, changedMsAgo = 10 * DAY_MS): void {
  const modified = now() - changedMsAgo;
  pulling.stubs.hubspot.put('companies', {
    id,
    created: modified,
    modified,
    properties: { name, domain: `c${id}.example`, industry: 'TRADE' },
  });
}

const insight = (date_start: string, spend: string, campaign_id = '23850'): StubInsight => ({
  campaign_id,
  campaign_name: 'Factoraje',
  date_start,
  date_stop: date_start,
  spend,
  impressions: '1000',
});

const tape = (cash: string): string =>
  csvOf([aTapeRow({ measurement_date: yesterday(), cash_available_usd: cash })]);

async function namesIn(pull: Parameters<PullingPipeline['records']>[0]): Promise<[unknown, unknown][]> {
  return (await pulling.records(pull)).map(({ id, properties }) => [id, Object(properties).name]);
}

describe('records that change', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.hubspot.objects.companies.length = 0;
    for (const id of [1, 2, 3]) putCompany(id, `Company ${id}`);
  });

  it('brings all of them first, and moves the watermark only once their run has succeeded', async () => {
    const startedAt = pulling.deps.clock.now().toISOString();

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'landed', records: 3, promised: 3, requests: 2, retries: 0 });
    expect(await namesIn(pull)).toEqual([
      ['1', 'Company 1'],
      ['2', 'Company 2'],
      ['3', 'Company 3'],
    ]);
    const waiting = await pulling.shown(COMPANIES);
    expect(waiting).toMatchObject({ status: 'ready', waitsFor: pull.path, pulls: [pull] });
    expect(waiting).not.toHaveProperty('watermark');
    expect((await pulling.takeIn(pull)).status).toBe('success');
    const settled = await pulling.shown(COMPANIES);
    expect(settled).not.toHaveProperty('waitsFor');
    expect((settled.watermark ?? '') >= startedAt).toBe(true);
    expect(settled.pulls[0]?.upTo).toBe(settled.watermark);
  });

  it('counts on a run that has succeeded, while it is worked once more for another file', async () => {
    const pull = await pulling.pull(COMPANIES);
    const { runId } = await pulling.takeIn(pull);
    await amendRun(pulling.deps.ledger, runId, (run) => ({ ...run, status: 'running', attempt: 2 }));

    const settled = await pulling.shown(COMPANIES);

    expect(settled.watermark).toBeDefined();
    expect(settled).not.toHaveProperty('waitsFor');
  });

  it('asks the second time for what has changed, and merges it with the file before', async () => {
    await pulling.bring(COMPANIES);
    putCompany(2, 'Renamed', 1_000);
    putCompany(4, 'Company 4', 1_000);
    pulling.stubs.hubspot.server.reset();

    const pull = await pulling.bring(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'landed', records: 4, promised: 4 });
    expect(await namesIn(pull)).toEqual([
      ['1', 'Company 1'],
      ['2', 'Renamed'],
      ['3', 'Company 3'],
      ['4', 'Company 4'],
    ]);
    const { server } = pulling.stubs.hubspot;
    expect(server.asked('/search')).toHaveLength(server.requests.length);
  });

  it('brings all of them anew when some were deleted at the source', async () => {
    await pulling.bring(COMPANIES);
    pulling.stubs.hubspot.remove('companies', 2);
    putCompany(4, 'Company 4', 1_000);

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'landed', records: 3, promised: 3 });
    expect((await namesIn(pull)).map(([id]) => id)).toEqual(['1', '3', '4']);
  });

  it('brings nothing when nothing has changed, and knows everything up to then', async () => {
    await pulling.bring(COMPANIES);
    const { watermark = '' } = await pulling.shown(COMPANIES);

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'nothing-new', records: 3 });
    expect(pull).not.toHaveProperty('path');
    const settled = await pulling.shown(COMPANIES);
    expect((settled.watermark ?? '') > watermark).toBe(true);
    expect(settled).not.toHaveProperty('waitsFor');
  });

  it('merges with the last file whose run succeeded, when the run of a later one was rejected', async () => {
    await pulling.bring(COMPANIES);
    const { watermark } = await pulling.shown(COMPANIES);
    putCompany(2, 'x'.repeat(100_000), 1_000);
    const refused = await pulling.pull(COMPANIES);
    expect((await pulling.takeIn(refused)).status).toBe('rejected');

    expect((await pulling.shown(COMPANIES)).watermark).toBe(watermark);
    putCompany(2, 'Renamed', 500);
    const pull = await pulling.bring(COMPANIES);
    expect((await namesIn(pull)).slice(0, 2)).toEqual([
      ['1', 'Company 1'],
      ['2', 'Renamed'],
    ]);
  });

  it('brings all of them anew, and keeps nothing of a file that was rolled back', async () => {
    await pulling.bring(COMPANIES);
    putCompany(2, 'Wrong', 0);
    const wrong = await pulling.bring(COMPANIES);
    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'nothing-new' });
    await pulling.rollBack(wrong);
    // Put right at the source as if nothing had happened: by when they changed nobody would ask for them.
    for (const id of [2, 3]) putCompany(id, `Company ${id} restored`);

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'landed' });
    expect(await namesIn(wrong)).toContainEqual(['2', 'Wrong']);
    expect(await namesIn(pull)).toEqual([
      ['1', 'Company 1'],
      ['2', 'Company 2 restored'],
      ['3', 'Company 3 restored'],
    ]);
  });

  it('stands for the last day that has ended, also when a state comes back that was there before', async () => {
    const brought = [];
    for (const [nth, name] of ['Company 2', 'Renamed', 'Company 2'].entries()) {
      const modified = now() + nth * DAY_MS;
      pulling.stubs.hubspot.put('companies', { id: 2, created: 0, modified, properties: { name } });
      const clock = { now: () => new Date(now() + nth * DAY_MS) };
      const pull = await pulling.pull(COMPANIES, undefined, { ...pulling.deps, clock });
      const { asOf, status } = await pulling.takeIn(pull);
      brought.push({ path: pull.path, asOf, status });
    }

    const [first, , last] = brought.map(({ path = '' }) => path.slice(-19));
    const days = [0, 1, 2].map((nth) => addDays(yesterday(), nth));
    expect(brought).toEqual(
      days.map((day) => ({
        path: expect.stringContaining(`${COMPANIES}/pulled_${day}_`),
        asOf: day,
        status: 'success',
      })),
    );
    // The same content, which counts for each of its days.
    expect(last).toBe(first);
    expect((await pulling.deps.lake.stat('landing', brought[2]?.path ?? ''))?.metadata).toMatchObject({
      asof: days[2],
    });
  });

  it('does not say that it brought what lies there from a pull whose run was rejected', async () => {
    putCompany(2, 'x'.repeat(100_000));
    const refused = await pulling.pull(COMPANIES);
    expect((await pulling.takeIn(refused)).status).toBe('rejected');

    const again = await pulling.pull(COMPANIES);

    expect(again).toMatchObject({
      outcome: 'nothing-new',
      detail: expect.stringContaining(refused.path ?? ''),
    });
    expect(await pulling.shown(COMPANIES)).not.toHaveProperty('watermark');
  });

  it('brings all of them when the file before is gone', async () => {
    const first = await pulling.bring(COMPANIES);
    await pulling.pipeline.remove('landing', first.path ?? '');
    putCompany(4, 'Company 4', 1_000);

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({ outcome: 'landed', records: 4 });
  });

  it('comes to the same when it dies between landing the file and noting it', async () => {
    const { sourceStates } = pulling.deps;
    const dying = {
      ...pulling.deps,
      sourceStates: {
        get: sourceStates.get.bind(sourceStates),
        all: sourceStates.all.bind(sourceStates),
        save: async () => {
          throw new Error('the process was killed');
        },
      },
    };
    await expect(pulling.pull(COMPANIES, undefined, dying)).rejects.toThrow('killed');
    const [landed] = await pulling.pipeline.paths('landing');

    const again = await pulling.pull(COMPANIES);

    expect(await pulling.pipeline.paths('landing')).toEqual([landed]);
    await pulling.takeIn({ ...again, path: landed });
    const settled = await pulling.shown(COMPANIES);
    expect(settled).not.toHaveProperty('waitsFor');
    expect(settled.watermark).toBeDefined();
  });

  it('counts again where records went while they were listed', async () => {
    const { hubspot } = pulling.stubs;
    hubspot.server.fault = (answer, { path, method }) => {
      if (method === 'POST' && path.endsWith('/search')) hubspot.remove('companies', 3);
      return answer;
    };

    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'landed', records: 2 });
  });

  it('refuses fewer records than were promised', async () => {
    pulling.stubs.hubspot.server.fault = (answer, { method }) =>
      method === 'POST' ? answer : { body: { results: [] } };

    const pull = await pulling.pull(COMPANIES);

    expect(pull).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /promised 3 records of hubspot\/companies and gave 0.*Nothing was taken in/,
      ),
    });
    expect(await pulling.pipeline.paths('landing')).toEqual([]);
  });

  it('takes past days in beside what is known, and leaves the watermark where it is', async () => {
    await pulling.bring(COMPANIES);
    const { watermark } = await pulling.shown(COMPANIES);
    putCompany(4, 'Company 4', 1_000);

    const pull = await pulling.bring(COMPANIES, { since: new Date(now() - DAY_MS).toISOString() });

    expect((await namesIn(pull)).map(([id]) => id)).toEqual(['1', '2', '3', '4']);
    const { pulls, ...state } = await pulling.shown(COMPANIES);
    expect(state.watermark).toBe(watermark);
    expect(pulls.map(({ upTo }) => upTo)).toEqual([watermark, watermark]);
  });

  it('leaves out what HubSpot adds unasked: it changes when nothing of ours does', async () => {
    const [record] = await pulling.records(await pulling.pull(COMPANIES));

    expect(Object.keys(Object(record?.['properties'])).sort()).toEqual([
      'createdate',
      'domain',
      'industry',
      'name',
    ]);
  });
});

describe('figures that are revised', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.meta.insights = [insight(addDays(yesterday(), -100), '1.00'), insight(yesterday(), '2.00')];
  });

  it('asks for the history first, and for the last 28 days from then on', async () => {
    await pulling.bring(INSIGHTS);
    expect((await pulling.shown(INSIGHTS)).watermark).toBe(yesterday());
    expect(pulling.stubs.meta.ordered.length).toBeGreaterThan(1);
    pulling.stubs.meta.ordered.length = 0;

    await pulling.pull(INSIGHTS);

    expect(pulling.stubs.meta.ordered).toEqual([{ since: addDays(yesterday(), -27), until: yesterday() }]);
  });

  it('puts the days that it brings in place of those that were known, and keeps older ones', async () => {
    const { meta } = pulling.stubs;
    meta.insights.push(insight(addDays(yesterday(), -3), '3.00', '999'));
    await pulling.bring(INSIGHTS);
    // The older day is revised too late, a campaign of the last days was taken back, and one figure has changed.
    meta.insights = [insight(addDays(yesterday(), -100), '100.00'), insight(yesterday(), '2.50')];

    const pull = await pulling.bring(INSIGHTS);

    expect((await pulling.records(pull)).map(({ date_start, spend }) => [date_start, spend])).toEqual([
      [addDays(yesterday(), -100), '1.00'],
      [yesterday(), '2.50'],
    ]);
  });

  it('asks for more than 28 days after a longer rest', async () => {
    await pulling.bring(INSIGHTS);
    const known = yesterday();
    pulling.stubs.meta.ordered.length = 0;
    const later = { ...pulling.deps, clock: { now: () => new Date(now() + 40 * DAY_MS) } };

    await pulling.pull(INSIGHTS, undefined, later);

    expect(pulling.stubs.meta.ordered).toEqual([{ since: addDays(known, 1), until: addDays(known, 40) }]);
  });

  it('brings the whole history when past days are the first that are asked for', async () => {
    const day = addDays(yesterday(), -100);

    const pull = await pulling.bring(INSIGHTS, { days: { from: day, to: day } });

    expect(pull).toMatchObject({ records: 2 });
    expect((await pulling.shown(INSIGHTS)).watermark).toBe(yesterday());
    expect((await pulling.pull(INSIGHTS)).outcome).toBe('nothing-new');
  });

  it('brings past days again, and leaves the others and the watermark alone', async () => {
    await pulling.bring(INSIGHTS);
    const day = addDays(yesterday(), -100);
    pulling.stubs.meta.insights = [insight(day, '1.50')];

    const pull = await pulling.bring(INSIGHTS, { days: { from: day, to: day } });

    expect((await pulling.records(pull)).map(({ spend }) => spend)).toEqual(['1.50', '2.00']);
    expect((await pulling.shown(INSIGHTS)).watermark).toBe(yesterday());
  });

  it('brings nothing from an account that never ran a campaign', async () => {
    pulling.stubs.meta.insights = [];

    const pull = await pulling.pull(INSIGHTS);

    expect(pull).toMatchObject({ outcome: 'nothing-new', detail: 'The source has no records.', records: 0 });
    expect(await pulling.pipeline.paths('landing')).toEqual([]);
  });
});

describe('exports', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, tape('25000'), 'text/csv');
  });

  it('lands the file as it came, and says who brought it', async () => {
    const pull = await pulling.bring(TAPE);

    expect(pull).toMatchObject({ outcome: 'landed', path: expect.stringMatching(/\.csv$/) });
    expect(pull).not.toHaveProperty('records');
    expect(await pulling.pipeline.text('landing', pull.path ?? '')).toBe(tape('25000'));
    expect(await pulling.deps.lake.stat('landing', pull.path ?? '')).toMatchObject({
      metadata: { principal: 'pull of cascade' },
    });
    expect((await pulling.shown(TAPE)).watermark).toBeDefined();
  });

  it('brings the same content no second time, not on another day either', async () => {
    await pulling.bring(TAPE);
    const { watermark = '' } = await pulling.shown(TAPE);
    const tomorrow = { ...pulling.deps, clock: { now: () => new Date(now() + DAY_MS) } };

    const pulls = [await pulling.pull(TAPE), await pulling.pull(TAPE, undefined, tomorrow)];

    expect(pulls.map(({ outcome }) => outcome)).toEqual(['nothing-new', 'nothing-new']);
    expect(await pulling.pipeline.paths('landing')).toHaveLength(1);
    expect(((await pulling.shown(TAPE)).watermark ?? '') > watermark).toBe(true);
  });

  it('lands what it said before once more, on the same day, when it takes back what it has said since', async () => {
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, tape('1000'), 'text/csv');
    const first = await pulling.bring(TAPE);
    const { runId } = await pulling.pipeline.runOf(await pulling.pipeline.announce(first.path ?? ''));
    await pulling.pipeline.landLaterThan(await pulling.pipeline.run(runId));
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, tape('2000'), 'text/csv');
    const second = await pulling.bring(TAPE);
    await pulling.pipeline.landLaterThan(
      await pulling.pipeline.runOf(await pulling.pipeline.announce(second.path ?? '')),
    );
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, tape('1000'), 'text/csv');

    const third = await pulling.bring(TAPE);

    expect(third).toMatchObject({ outcome: 'landed', path: first.path });
    expect(await pulling.pipeline.run(runId)).toMatchObject({ attempt: 2, status: 'success' });
    expect(await pulling.pull(TAPE)).toMatchObject({ outcome: 'nothing-new' });
  });

  it('stays where it was when the run of the file is rejected', async () => {
    await pulling.bring(TAPE);
    const before = await pulling.shown(TAPE);
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, 'a,b\n1,2\n');

    const pull = await pulling.pull(TAPE);

    expect((await pulling.takeIn(pull)).status).toBe('rejected');
    const after = await pulling.shown(TAPE);
    expect(after.watermark).toBe(before.watermark);
    expect(after).not.toHaveProperty('waitsFor');
  });
});

describe('credentials', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.hubspot.objects.companies.length = 0;
    putCompany(1, 'Company 1');
    pulling.stubs.cascade.put(CASCADE_PATHS.loanTape, tape('25000'), 'text/csv');
    pulling.stubs.meta.insights = [insight(yesterday(), '2.00')];
  });

  it.each([
    [TAPE, 'cascade-session-cookie'],
    [COMPANIES, 'hubspot-api-key'],
    [INSIGHTS, 'meta-system-user-token'],
  ] as const)(
    'stops %s, names the secret, and goes on by itself once it is renewed',
    async (dataset, secret) => {
      const right = pulling.stubs.secrets.get(secret) ?? '';
      pulling.stubs.secrets.set(secret, 'of last year');

      const failed = await pulling.pull(dataset);

      expect(failed.outcome).toBe('failed');
      expect(JSON.stringify(failed)).not.toContain('of last year');
      expect(await pulling.shown(dataset)).toMatchObject({
        status: 'paused: credentials',
        pause: { kind: 'credentials', secret },
      });
      pulling.stubs.secrets.set(secret, right);
      expect((await pulling.pull(dataset)).outcome).toBe('landed');
      expect((await pulling.shown(dataset)).status).toBe('ready');
    },
  );

  it('names a secret that is missing', async () => {
    pulling.stubs.secrets.delete('hubspot-api-key');

    expect(await pulling.pull(COMPANIES)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('hubspot-api-key'),
    });
    expect((await pulling.shown(COMPANIES)).status).toBe('paused: credentials');
    expect(pulling.stubs.hubspot.server.requests).toHaveLength(0);
  });

  it('takes nothing in when the key is revoked in the middle of a pull', async () => {
    for (let id = 2; id <= 250; id += 1) putCompany(id, `Company ${id}`);
    pulling.stubs.hubspot.server.fault = (answer, { query }) => {
      if (query.has('after')) pulling.stubs.hubspot.key = 'another';
      return query.has('after') ? { status: 401, body: {} } : answer;
    };

    expect((await pulling.pull(COMPANIES)).outcome).toBe('failed');

    expect(await pulling.pipeline.paths('landing')).toEqual([]);
    pulling.stubs.reset();
    expect(pulling.stubs.hubspot.key).toBe(HUBSPOT_KEY);
    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'landed', records: 250 });
  });

  it('knows at Meta a token that has run out, whatever the status', async () => {
    pulling.stubs.meta.token = 'another';

    expect(await pulling.pull(INSIGHTS)).toMatchObject({ outcome: 'failed' });
    expect((await pulling.shown(INSIGHTS)).status).toBe('paused: credentials');
    expect(JSON.stringify(await pulling.shown(INSIGHTS))).not.toContain(META_TOKEN);
  });

  it('is stopped for credentials although a person had paused it before', async () => {
    const until = new Date(now() + 60_000).toISOString();
    await pauseSource('hubspot', { by: 'Ana', reason: 'a migration', until }, pulling.deps);
    pulling.stubs.secrets.delete('hubspot-api-key');
    const later = { ...pulling.deps, clock: { now: () => new Date(now() + 120_000) } };

    await pulling.pull(COMPANIES, undefined, later);

    expect(await pulling.shown(COMPANIES, later)).toMatchObject({
      status: 'paused: credentials',
      pause: { secret: 'hubspot-api-key' },
    });
  });
});

it('takes what comes twice in one answer once, where records have no identity as well', async () => {
  await pulling.reset();
  pulling.stubs.hubspot.lists.push({ listId: '41', name: 'Leads', processingType: 'DYNAMIC', size: 12 });
  pulling.stubs.hubspot.server.fault = (answer) => {
    const { lists } = Object(answer.body);
    return lists === undefined ? answer : { body: { ...Object(answer.body), lists: [...lists, ...lists] } };
  };

  const pull = await pulling.bring('hubspot/lists');

  const ids = (await pulling.records(pull)).map(({ listId }) => listId);
  expect(ids).toHaveLength(2);
  expect(new Set(ids)).toEqual(new Set(['41', 'created-today']));
  pulling.stubs.hubspot.lists.length = 0;
});

describe('a pause', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.hubspot.objects.companies.length = 0;
    putCompany(1, 'Company 1');
    const until = new Date(now() + DAY_MS).toISOString();
    await pauseSource('hubspot', { by: 'Ana', reason: 'a migration', until }, pulling.deps);
  });

  it('holds until its day, and asks nothing of the source', async () => {
    const skipped = await pulling.pull(COMPANIES);

    expect(skipped).toMatchObject({ outcome: 'skipped', detail: expect.stringMatching(/Ana.*a migration/) });
    expect(await pulling.shown(COMPANIES)).toMatchObject({ status: 'paused: person', pulls: [skipped] });
    expect(pulling.stubs.hubspot.server.requests).toHaveLength(0);
    const later = { ...pulling.deps, clock: { now: () => new Date(now() + DAY_MS + 1_000) } };
    expect((await pulling.pull(COMPANIES, undefined, later)).outcome).toBe('landed');
  });

  it('ends when it is taken back', async () => {
    await resumeSource('hubspot', 'Ana', pulling.deps);

    expect((await pulling.pull(COMPANIES)).outcome).toBe('landed');
    expect((await pulling.shown(COMPANIES)).status).toBe('ready');
  });
});

describe('a source that is in trouble', () => {
  beforeEach(async () => {
    await pulling.reset();
    pulling.stubs.hubspot.objects.companies.length = 0;
    putCompany(1, 'Company 1');
  });

  it('is asked again after a few bad answers, and that is counted', async () => {
    pulling.stubs.hubspot.server.fault = times(2, instead({ status: 500 }));

    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'landed', retries: 2, requests: 4 });
  });

  it('is kept as a failure, opens its circuit, and is asked again by itself until it answers', async () => {
    pulling.stubs.hubspot.server.fault = instead({ status: 503 });

    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'failed' });

    const { pulls, status } = await pulling.shown(COMPANIES);
    expect(status).toBe('ready');
    expect(pulls).toMatchObject([{ outcome: 'failed' }]);
    expect((await pulling.deps.circuits.get('hubspot'))?.value.status).toBe('open');

    // Asked again after two minutes, and after four more; each time by one of those who look at the same time.
    for (const minutes of [2, 4]) {
      expect(await duePulls(pulling.deps)).toEqual([]);
      pulling.pipeline.advanceClock(minutes * 60_000 + 1);
      const looks = await Promise.all([duePulls(pulling.deps), duePulls(pulling.deps)]);
      expect(looks.flat()).toMatchObject([{ source: 'hubspot', dataset: COMPANIES }]);
      expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'failed' });
    }
    pulling.stubs.hubspot.server.fault = (answer) => answer;
    pulling.pipeline.advanceClock(8 * 60_000 + 1);
    expect(await duePulls(pulling.deps)).toHaveLength(1);
    expect(await pulling.pull(COMPANIES)).toMatchObject({ outcome: 'landed' });
    pulling.pipeline.advanceClock(3_600_000);
    expect(await duePulls(pulling.deps)).toEqual([]);
  });

  it('gives other fields than before, and nothing is taken in', async () => {
    pulling.stubs.hubspot.server.fault = (answer, { method }) =>
      method === 'POST' ? answer : { body: { results: [{ vid: 1, fields: {} }] } };

    expect(await pulling.pull(COMPANIES)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/another shape.*results\.0\.id/),
    });
  });
});
