import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessEntry } from '../../../shared/access/access-record.ts';
import { accessOfMonth } from '../../../shared/compliance/access-of-month.ts';
import {
  compliancePath,
  type Month,
  monthBefore,
  monthOf,
  spanOf,
} from '../../../shared/compliance/compliance-month.ts';
import {
  type ComplianceDeps,
  keepReportOfMonth,
  reportOfMonth,
} from '../../../shared/compliance/report-of-month.ts';
import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import {
  type DailyDuties,
  type Duty,
  dailyLogPath,
  dutiesPath,
} from '../../../shared/duties/daily-duties.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';
import { answered, asked } from '../access/a-chain.ts';

// A month in which one file was accepted and rolled back, one was rejected, and two people acted, one of whose acts has no
// outcome. What is kept of it is the same for ever.

const PAR = 'looker/loan_par_balances';
const FINE: Duty = { duty: 'backups', verdict: 'fine', sentence: 'All of it.', details: [] };
const EXPIRES = new Date('2027-03-01T00:00:00Z');

const WITHOUT_REASON: AccessEntry = {
  kind: 'asked',
  who: { by: 'eva' },
  what: { route: 'pause-source', values: {} },
  why: {},
  invocation: 'another invocation',
};

let pipeline: Pipeline;
let run: RunRecord;
let month: Month;

beforeAll(async () => {
  // Nothing is computed: it is about what is told.
  pipeline = await Pipeline.open({
    catalog: async () => ({ ...(await coreCatalog()), kpis: [], models: [] }),
  });
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough(`${PAR}/par.csv`, parFile('MONTH'));
  month = monthOf(new Date(run.drop.landedAt));
  await pipeline.takeThrough(`${PAR}/odd.csv`, 'odd\n1\n');
  const found = await pipeline.deps.ledger.find(run.runId);
  if (found === undefined) throw new Error('there is no such run');
  const rolledBack = { by: 'ana', reason: 'wrong file', at: run.drop.landedAt };
  await pipeline.deps.ledger.save({ ...found.value, rolledBack }, found.version);
  const { accessChain } = pipeline.app;
  const { number } = await accessChain.append(asked('ana'));
  await accessChain.append(answered(number));
  await accessChain.append(WITHOUT_REASON);
});

/** As the app stands at an instant. */
const at = (instant: string): ComplianceDeps => ({
  ...pipeline.deps,
  clock: { now: () => new Date(instant) },
  secrets: { expiries: () => Promise.resolve(new Map([['slack-bot-token', EXPIRES]])) },
  revision: 'test',
});
const nextMonth = (of: Month): Month => monthOf(new Date(spanOf(of).to));
const firstMorningAfter = (of: Month): ComplianceDeps => at(`${nextMonth(of)}-01T07:30:00.000Z`);

describe('the report of a month', () => {
  it('says while the month goes on how it stands', async () => {
    const found = await reportOfMonth(month, at(run.updatedAt));

    expect(found?.sha256).toBeUndefined();
    expect(found?.report).toMatchObject({
      month,
      isOver: false,
      access: {
        acts: 2,
        looks: 0,
        withoutReason: 1,
        withoutOutcome: 1,
        refused: 0,
        byRoute: { 'pause-source': 2 },
        notRead: 0,
      },
      quality: [{ dataset: PAR, files: 2, accepted: 1, rejected: 1, failed: 0, rejectedRows: 0 }],
      restatements: { rolledBack: [{ runId: run.runId, dataset: PAR, by: 'ana' }] },
      protection: [{ zone: 'raw', isEncrypted: true, isImmutable: false }, { zone: 'audit' }],
      credentials: [{ secret: 'slack-bot-token', runsOutAt: EXPIRES.toISOString() }],
    });
    expect(found?.report.serviceLevels[0]).toMatchObject({ level: 'latency', met: 1, of: 1 });
  });

  it('repeats no words of those who gave a reason', async () => {
    const found = await reportOfMonth(month, at(run.updatedAt));

    expect(JSON.stringify(found)).not.toMatch(/wrong file|maintenance/);
  });

  it('is none for a month that is to come', async () => {
    expect(await reportOfMonth(nextMonth(month), at(run.updatedAt))).toBeUndefined();
  });

  it('tells of an incident that came back since, by the logs of the days', async () => {
    const { from } = spanOf(month);
    const day = addDays(LocalDate.parse(from.slice(0, 10)), 1);
    const incident = {
      level: 'warn',
      incident: 'data-late.all-data',
      severity: 'P3',
      openedAt: `${day}T01:00:00.000Z`,
    };
    const lines = [
      { ...incident, at: `${day}T01:00:00.000Z`, event: 'incident.opened' },
      { ...incident, at: `${day}T05:00:00.000Z`, event: 'incident.resolved' },
      { at: `${day}T06:00:00.000Z`, level: 'error', event: 'run.failed', runId: run.runId },
    ];
    const log = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const looked: DailyDuties = { day, lookedAt: `${day}T07:30:00.000Z`, duties: [FINE], planned: [] };
    await pipeline.deps.lake.write('runs', dailyLogPath(day), log);
    await pipeline.deps.lake.write('runs', dutiesPath(day), JSON.stringify(looked));

    const { report } = (await reportOfMonth(month, firstMorningAfter(month))) ?? {};
    for (const path of [dailyLogPath(day), dutiesPath(day)]) await pipeline.remove('runs', path);

    expect(report?.incidents).toEqual([
      {
        id: 'data-late.all-data',
        severity: 'P3',
        openedAt: `${day}T01:00:00.000Z`,
        resolvedAt: `${day}T05:00:00.000Z`,
      },
    ]);
    // Of the one day at which somebody looked, the numbers were late and a run failed.
    expect(report?.serviceLevels.map(({ level, met, of }) => [level, met, of])).toEqual([
      ['latency', 1, 1],
      ['freshness', 0, 1],
      ['errors', 0, 1],
    ]);
    expect(report?.duties.found).toContainEqual({ duty: 'backups', fine: 1, look: 0, unknown: 0 });
  });

  it('is not kept of a month before any file came', async () => {
    await keepReportOfMonth(at(run.updatedAt));

    expect(await pipeline.paths('audit', 'compliance/')).toEqual([]);
  });

  it('is kept once when the month is over, and its hash is in the log', async () => {
    await keepReportOfMonth(firstMorningAfter(month));
    const kept = await pipeline.deps.lake.read('audit', compliancePath(month));
    await pipeline.app.accessChain.append(asked('ivo'));
    await keepReportOfMonth(firstMorningAfter(month));
    const again = await pipeline.deps.lake.read('audit', compliancePath(month));

    const sha256 = createHash('sha256')
      .update(kept ?? '')
      .digest('hex');
    expect(again?.equals(kept ?? Buffer.alloc(0))).toBe(true);
    expect(pipeline.logged.filter(({ event }) => event === 'compliance.kept')).toMatchObject([
      { fields: { month, sha256 } },
    ]);
    expect(await reportOfMonth(month, firstMorningAfter(month))).toMatchObject({
      sha256,
      report: { isOver: true, access: { acts: 2 } },
    });
  });

  it('names the hash of the report before it', async () => {
    const next = nextMonth(month);

    await keepReportOfMonth(firstMorningAfter(next));
    const before = await reportOfMonth(month, firstMorningAfter(next));

    expect((await reportOfMonth(next, firstMorningAfter(next)))?.report.previous).toEqual({
      month,
      sha256: before?.sha256,
    });
  });
});

it('counts the records that are beyond what may be read, and reads those before them', async () => {
  const found = await accessOfMonth(spanOf(month), 2, pipeline.deps.lake);

  expect(found).toMatchObject({ acts: 1, withoutOutcome: 0 });
  expect(found.notRead).toBeGreaterThanOrEqual(1);
});

describe('over HTTP', () => {
  it('is a page for browsers, and JSON with the hash of what is kept for programs', async () => {
    const page = await call('compliance', { query: { month }, headers: { accept: 'text/html' } });
    const { report, sha256 } = Object((await call('compliance', { query: { month } })).json());

    const { text } = await call('dashboard', { query: { view: 'compliance', code: 'key' } });

    expect(text).toContain('href="/api/compliance?format=html&amp;code=key"');
    expect(report).toMatchObject({ month, access: { acts: 2 } });
    expect(page.text).toContain(`its sha256 is <code>${sha256}</code>`);
    expect(page.text).toContain('With neither reason nor ticket: 1. Without an outcome on record: 1.');
    expect(page.text).toContain('<th scope="row" class="lead"><code>pause-source</code></th>');
  });

  it('is of the month that goes on where none is named, and of none that is to come', async () => {
    const now = await call('compliance');

    expect(now.json()).toMatchObject({ report: { month: monthOf(pipeline.deps.clock.now()) } });
    expect(await call('compliance', { query: { month: '2999-01' } })).toMatchObject({ status: 404 });
    expect(await call('compliance', { query: { month: '2025-13' } })).toMatchObject({ status: 400 });
    expect(monthBefore(month) < month).toBe(true);
  });
});
