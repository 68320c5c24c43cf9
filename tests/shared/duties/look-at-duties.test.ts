import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildApp, type Deps } from '../../../shared/app.ts';
import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import { type DailyDuties, type Duty, dutiesPath } from '../../../shared/duties/daily-duties.ts';
import { lookAtDuties } from '../../../shared/duties/look-at-duties.ts';
import { plannedFor } from '../../../shared/duties/planned-duties.ts';
import {
  deliver,
  dueDeliveries,
  planDutyDeliveries,
  previewDelivery,
} from '../../../shared/pipeline/deliver.ts';
import type { Health } from '../../../shared/pipeline/health.ts';
import type { LakeProtection } from '../../../shared/ports/lake-protection.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { StubService } from '../../support/a-stub-service.ts';
import { watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

// Every morning four questions are answered once: is it well, what went wrong, are the numbers where they should be, and
// could everything be had back? Slack and the e-mail service are servers on this machine.

const PAR = 'looker/loan_par_balances';
const WELL: Health = {
  status: 'healthy',
  last_run: null,
  next_run: null,
  metrics_computed: 0,
  last_error: null,
  dataQuality: [],
  sources: [],
  secrets: [],
  warnings: [],
  checks: { 'table runs': { ok: true }, 'queue deliver': { ok: true } },
  revision: 'test',
};
/** As an account that is set up well answers; the emulator keeps nothing. */
const PROTECTED: LakeProtection = {
  of: () =>
    Promise.resolve({ restorableDays: 30, keepsVersions: true, isEncrypted: true, isImmutable: true }),
};

let slack: StubService;
let mail: StubService;
let pipeline: Pipeline;
let usual: Deps;
let deps: Deps;

beforeAll(async () => {
  slack = await StubService.start(() => ({ body: '{"ok":true}' }));
  mail = await StubService.start(({ method }) =>
    method === 'POST'
      ? {
          status: 202,
          headers: { 'operation-location': `${mail.url}/emails/operations/1` },
          body: '{"id":"1","status":"Running"}',
        }
      : { body: '{"id":"1","status":"Succeeded"}' },
  );
  pipeline = await Pipeline.open();
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'digest,email-digest',
      SLACK_BASE_URL: slack.url,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      COMMUNICATION_CONNECTION: `endpoint=${mail.url}/;accesskey=${Buffer.from('a key').toString('base64')}`,
      EMAIL_FROM: 'reports@abaco.example',
      EMAIL_TO: 'ops@abaco.example',
    },
    pipeline.deps.clock,
  );
  usual = {
    ...pipeline.deps,
    protection: PROTECTED,
    destinations: app.depsFor(pipeline.deps.log).destinations,
  };
});
afterAll(async () => {
  await slack[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await pipeline.forget();
  for (const path of await pipeline.paths('runs', 'logs/')) await pipeline.remove('runs', path);
  deps = usual;
  slack.asked.length = 0;
  mail.asked.length = 0;
});

const look = async (health: () => Promise<Health> = () => Promise.resolve(WELL)) =>
  await lookAtDuties(health, deps);
function dutyOf({ duties }: DailyDuties, wanted: Duty['duty']): Duty {
  const found = duties.find(({ duty }) => duty === wanted);
  if (found === undefined) throw new Error(`${wanted} was not looked at`);
  return found;
}

/** PAR 90 and PAR 30 of it are critical. */
async function aRun(): Promise<RunRecord> {
  return await pipeline.takeThrough(`${PAR}/par.csv`, parFile('DUTY'));
}

describe('the duties of a day', () => {
  it('tell what is in order: checks, errors, and every raw file that came, read back', async () => {
    await aRun();

    const found = await look();

    expect(dutyOf(found, 'health')).toMatchObject({
      verdict: 'fine',
      sentence: expect.stringMatching(/^Healthy: 2 of 2 checks/),
    });
    expect(dutyOf(found, 'errors')).toMatchObject({ verdict: 'fine', details: [] });
    expect(dutyOf(found, 'kpis')).toMatchObject({
      verdict: 'look',
      sentence: expect.stringMatching(/^As of 2025-11-30, computed .*: 2 critical, /),
      details: expect.arrayContaining(['PAR 90 is 6.25 %: critical, above 5 %.']),
    });
    expect(dutyOf(found, 'backups')).toEqual({
      duty: 'backups',
      verdict: 'fine',
      sentence:
        '1 of 1 files that landed lie in raw; 1 of 1 read back are unharmed; deleted files can be had back for 30 days; files have versions; files are encrypted where they lie; raw files cannot be written over.',
      details: [],
    });
  });

  it('tell what is wrong: failed checks, rejected files, open incidents, and raw files that are gone or harmed', async () => {
    const run = await aRun();
    const other = await pipeline.takeThrough(`${PAR}/other.csv`, parFile('OTHER'));
    await pipeline.takeThrough(`${PAR}/odd.csv`, 'odd\n1\n');
    await pipeline.remove('raw', run.rawPath ?? '');
    await deps.lake.write('raw', other.rawPath ?? '', 'something else');
    deps = {
      ...deps,
      protection: {
        of: () =>
          Promise.resolve({
            restorableDays: 'none',
            keepsVersions: false,
            isEncrypted: false,
            isImmutable: false,
          }),
      },
    };
    const ill: Health = {
      ...WELL,
      status: 'degraded',
      last_error: 'missing-column in stage validate',
      checks: { 'table runs': { ok: false, detail: 'RestError 503' } },
    };

    const found = await look(() => Promise.resolve(ill));

    expect(found.duties.map(({ verdict }) => verdict)).toEqual(['look', 'look', 'look', 'look']);
    expect(dutyOf(found, 'health').details).toContain('table runs: RestError 503.');
    expect(dutyOf(found, 'errors').sentence).toMatch(/^0 runs failed, 1 file rejected, /);
    expect(dutyOf(found, 'backups').details).toEqual([
      `The raw file of ${run.dataset} (${run.runId}) is missing.`,
      `raw/${other.rawPath} is no longer what it was when it came: its hash is not its name.`,
      'Soft delete is off: what is deleted is gone.',
      'The newest raw file has no version: versioning is off.',
      'The newest raw file is not encrypted where it lies.',
      'The container raw is not immutable.',
    ]);
  });

  it('of which one cannot be looked at tell that, and the others all the same', async () => {
    await aRun();
    deps = { ...deps, protection: { of: () => Promise.reject(new TypeError('away')) } };

    const found = await look(() => Promise.reject(new Error('no answer')));

    expect(dutyOf(found, 'health')).toMatchObject({ verdict: 'unknown' });
    expect(dutyOf(found, 'backups')).toMatchObject({
      verdict: 'unknown',
      sentence: 'It could not be looked at (TypeError).',
    });
    expect(dutyOf(found, 'errors').verdict).toBe('fine');
  });

  it('say of the emulator what it keeps, which is nothing', async () => {
    await aRun();
    deps = { ...deps, protection: pipeline.deps.protection };

    expect(dutyOf(await look(), 'backups').details).toEqual([
      'Soft delete is off: what is deleted is gone.',
      'The newest raw file has no version: versioning is off.',
      'The container raw is not immutable.',
    ]);
  });
});

describe('what was found', () => {
  it('is told in Slack and by e-mail, once, the same in both, however often the timer fires', async () => {
    await aRun();
    const { day } = await look();
    await pipeline.takeThrough(`${PAR}/odd.csv`, 'odd\n1\n');
    const again = await look();
    await planDutyDeliveries(day, deps);
    await planDutyDeliveries(again.day, deps);
    for (let nth = 0; nth < 2; nth += 1) for (const id of await dueDeliveries(deps)) await deliver(id, deps);

    const posts = slack.asked.map(({ body }) => JSON.parse(body));
    expect(posts).toMatchObject([
      { channel: '#devops-alerts', text: `Morning digest of ${day}: 3 of 4 in order` },
    ]);
    expect(JSON.stringify(posts)).toContain('*Backups*: 1 of 1 files');
    const mails = mail.asked.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
    expect(mails).toMatchObject([
      {
        content: {
          subject: `Morning digest of ${day}: 3 of 4 in order`,
          plainText: expect.stringContaining('PAR 90 is 6.25 %: critical'),
        },
      },
    ]);
    expect(
      JSON.stringify(await pipeline.text('reports', `deliveries/email-digest/${day}.json`)),
    ).not.toContain('ops@');
  });

  it('is told with what a person has to do on that day, in Slack and by e-mail', async () => {
    const day = LocalDate.parse('2026-07-01');
    const kept = { day, lookedAt: '2026-07-01T07:30:00.000Z', duties: [], planned: plannedFor(day) };
    await deps.lake.write('runs', dutiesPath(day), JSON.stringify(kept));
    const subject = { kind: 'day', day } as const;

    for (const destination of ['digest', 'email-digest'] as const) {
      const told = (await previewDelivery({ destination, subject }, deps))?.body;
      expect(told).toContain('Due today:');
      expect(told).toContain('• the drill of disaster recovery (monthly): docs/disaster-recovery.md');
      expect(told).toContain('• the risk register (quarterly)');
      expect(told).not.toContain('handover');
    }
  });

  it('is nothing for a day on which nobody has looked', async () => {
    const { day } = await look();
    const preview = async (of: LocalDate) =>
      await previewDelivery({ destination: 'digest', subject: { kind: 'day', day: of } }, deps);

    expect(await preview(day)).toBeDefined();
    expect(await preview(addDays(day, 1))).toBeUndefined();
  });

  it('stands with the log of the day: a line for each run, in the order of time, and one for each duty', async () => {
    const run = await aRun();
    await pipeline.takeThrough(`${PAR}/odd.csv`, 'odd\n1\n');
    const { day } = await look();

    const lines = (await pipeline.text('runs', `logs/${day}/abaco.analytics.log`))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual([
      'run.success',
      'run.rejected',
      ...Array.from({ length: 4 }, () => 'duty.checked'),
    ]);
    expect(lines[0]).toMatchObject({ runId: run.runId, dataset: PAR, level: 'info', asOf: '2025-11-30' });
    const times = lines.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('is kept where a second process looked at the same time: both tell the same', async () => {
    await aRun();
    const late = watched(deps, async ({ port, method, args }) => {
      if (port !== 'lake' || method !== 'write' || !String(args[1]).endsWith('daily_duties.json')) return;
      await lookAtDuties(() => Promise.resolve({ ...WELL, status: 'degraded' }), deps);
    });

    const found = await lookAtDuties(() => Promise.resolve(WELL), late);

    expect(dutyOf(found, 'health').verdict).toBe('look');
  });
});
