import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessEntry } from '../../../shared/access/access-record.ts';
import { type AccessReport, accessReport } from '../../../shared/access/access-report.ts';
import { Month } from '../../../shared/compliance/compliance-month.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';
import { aChain, answered } from './a-chain.ts';

// January 2026 as an auditor reads it, with some of November before: Ana looks as she always does, Eva far more than before,
// Ivo is new, tries what there might be, and uses Ana's key.

const ANA = 'aaaaaaaaaaaa';
const EVA = 'eeeeeeeeeeee';

let pipeline: Pipeline;
let run: RunRecord;
let report: AccessReport;
beforeAll(async () => {
  pipeline = await Pipeline.open({
    catalog: async () => ({ ...(await coreCatalog()), kpis: [], models: [] }),
  });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('ACCESS'));
  const artifact = { route: 'artifact', values: { runId: run.runId, name: '[withheld]' } };
  const kpi = { route: 'kpi', values: { id: '[withheld]' } };
  await on('2025-08-15', read('old', ANA, artifact));
  for (let time = 0; time < 4; time += 1) await on('2025-11-15', read('eva', EVA, artifact));
  await on('2025-12-31', read('ana', ANA, artifact));
  await on('2026-01-01', read('ana', ANA, artifact), read('ana', ANA, kpi, { found: { id: 'risk.par_30' } }));
  await on('2026-01-10', act('ana', ANA, { reason: 'new file', ticket: 'RISK-12' }), answered(9));
  for (let time = 0; time < 20; time += 1) await on('2026-01-20', read('eva', EVA, artifact));
  for (let time = 0; time < 5; time += 1) await on('2026-01-21', read('ivo', ANA, kpi, { status: 404 }));
  // The answer comes in the month after, and one never.
  await on('2026-01-31', act('ivo', ANA, {}), act('ivo', ANA, { reason: 'try' }));
  const unnamed = { ...read('', EVA, artifact), who: { key: EVA } };
  await on('2026-01-31', unnamed);
  await on('2026-02-01', { kind: 'answered', asked: 36, status: 409 }, read('uli', ANA, kpi));
  report = await reportOf('2026-01');
});

type What = Extract<AccessEntry, { kind: 'read' }>['what'];
type Why = Extract<AccessEntry, { kind: 'asked' }>['why'];
type Came = { status?: number; found?: Record<string, string> };

const invocation = 'an invocation';
function read(by: string, key: string, what: What, came: Came = {}): AccessEntry {
  return { kind: 'read', who: { by, key }, what, why: {}, invocation, status: 200, ...came };
}

function act(by: string, key: string, why: Why): AccessEntry {
  const what = { route: 'rerun', values: { runId: run.runId } };
  return { kind: 'asked', who: { by, key }, what, why, invocation };
}

async function on(day: string, ...entries: readonly AccessEntry[]): Promise<void> {
  const chain = aChain(pipeline.deps.lake, { now: () => new Date(`${day}T08:00:00Z`) });
  for (const entry of entries) await chain.append(entry);
}

async function reportOf(month: string, today = '2026-02-03', mostRead?: number): Promise<AccessReport> {
  const clock = { now: () => new Date(`${today}T08:00:00Z`) };
  const found = await accessReport(Month.parse(month), { ...pipeline.deps, clock }, mostRead);
  if (found === undefined) throw new Error(`${month} has no report`);
  return found;
}

const ofPerson = (name: string) => report.people.find(({ person }) => person === name);

describe('the report of a month', () => {
  it('says what each person did and looked at, and what about', () => {
    expect(ofPerson('ana')).toEqual({
      person: 'ana',
      key: ANA,
      acts: 1,
      looks: 2,
      refused: 0,
      withoutPurpose: 0,
      withoutTicket: 0,
      withoutOutcome: 0,
      about: [
        { about: 'looker/loan_par_balances', acts: 1, looks: 1 },
        { about: 'KPI risk.par_30', acts: 0, looks: 1 },
      ],
      unusual: ['The same key was used by ivo.'],
    });
  });

  it('says of each dataset who had to do with it', () => {
    expect(report.about).toMatchObject([
      {
        about: 'looker/loan_par_balances',
        acts: 3,
        looks: 22,
        people: ['ana', 'eva', `holder of key ${EVA}`, 'ivo'],
      },
      { about: 'kpi', looks: 5, people: ['ivo'] },
      { about: 'KPI risk.par_30', looks: 1, people: ['ana'] },
    ]);
  });

  it('takes one who left the name out once for nobody else with the same key', () => {
    expect(ofPerson(`holder of key ${EVA}`)).toMatchObject({
      looks: 1,
      unusual: ['Not seen in the three months before.'],
    });
  });

  it('names who does far more than in the busiest of the months before', () => {
    expect(ofPerson('eva')?.unusual).toEqual([
      '20 looks, where the busiest of the three months before had 4.',
    ]);
  });

  it('leaves out the months before where there are too many records, and not its own', async () => {
    const all = await accessReport(Month.parse('2026-01'), pipeline.deps);
    const short = await reportOf('2026-01', '2026-02-03', 34);

    expect(short.about).toEqual(all?.about);
    expect(short).toMatchObject({ notRead: 6, comparedWith: { records: 0 } });
  });

  it('reads nothing that was recorded long after it', async () => {
    const november = await reportOf('2025-11', '2026-02-03', 5);

    expect(november).toMatchObject({ notRead: 0, about: [{ looks: 4, people: ['eva'] }] });
  });

  it('names who is new, is refused often, says no reason, and leaves acts without an outcome', () => {
    expect(ofPerson('ivo')).toMatchObject({
      refused: 6,
      withoutPurpose: 1,
      withoutTicket: 2,
      withoutOutcome: 1,
      unusual: [
        'Not seen in the three months before.',
        'Requests that were answered with an error, as when somebody tries what there might be: 6.',
        'Acts that name neither reason nor ticket: 1.',
        'Acts without an outcome on record: 1.',
        'The same key was used by ana.',
      ],
    });
    expect(report.people[0]?.person).toBe('ivo');
  });

  it('is held against the three months before alone, and knows whether its own is over', async () => {
    expect(report).toMatchObject({
      isOver: true,
      notRead: 0,
      comparedWith: { from: '2025-10-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z', records: 5 },
    });
    expect(await reportOf('2026-02')).toMatchObject({ isOver: false, people: [{ person: 'uli', looks: 1 }] });
  });

  it('finds nobody new in the first month of all', async () => {
    expect((await reportOf('2025-08')).people).toMatchObject([{ person: 'old', unusual: [] }]);
  });
});

describe('over HTTP', () => {
  it('the report is given, as a page too, and that somebody looked at it is recorded', async () => {
    const answer = await call('access-report', {
      query: { month: '2026-01' },
      headers: { 'x-reason': 'review' },
    });
    const page = await call('access-report', { query: { month: '2026-01', format: 'html' } });

    expect([answer.status, answer.json()]).toEqual([200, report]);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain('<bdi>eva</bdi>: 20 looks, where the busiest');
    const looks = (await reportOf(answerMonth(), `${answerMonth()}-28`)).about;
    expect(looks).toMatchObject([{ about: 'access-report', looks: 2 }]);
  });

  it('a month to come has none', async () => {
    expect((await call('access-report', { query: { month: '2999-01' } })).status).toBe(404);
    expect((await call('access-report', { query: { month: '2026-13' } })).status).toBe(400);
  });
});

/** The app goes by the true time. */
function answerMonth(): string {
  return new Date().toISOString().slice(0, 7);
}
