import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Condition } from '../../../shared/alerting/condition.ts';
import {
  acknowledgeIncident,
  COOLDOWN_MS,
  keepIncidents,
  muteIncident,
} from '../../../shared/alerting/keep-incidents.ts';
import { postMortem } from '../../../shared/alerting/post-mortem.ts';
import type { Delivery } from '../../../shared/ports/deliveries.ts';
import { Incident, type Incidents } from '../../../shared/ports/incidents.ts';
import { aRun } from '../../support/a-kpi-mart.ts';

const MINUTE = 60_000;
const ID = 'kpi.risk.par_90';
const kpi: Condition = {
  kind: 'kpi-warning',
  of: 'risk.par_90',
  title: 'PAR 90 is 4.00 %.',
  facts: { value: '4.00 %', owner: 'Ana | Risk' },
};
const critical: Condition = { ...kpi, kind: 'kpi-critical' };

let now: number;
let incidents: Incidents;
const clock = { now: () => new Date(now) };
const pass = (minutes: number): void => void (now += minutes * MINUTE);
const keep = async (...conditions: Condition[]) => await keepIncidents(conditions, { incidents, clock });
beforeEach(() => {
  now = Date.parse('2026-01-05T07:00:00Z');
  incidents = inMemory();
});

function inMemory(): Incidents {
  const kept = new Map<string, Incident>();
  return {
    get: async (id) => {
      const value = kept.get(id);
      return value && { value, version: '' };
    },
    // As the table gives it back.
    save: async (incident) => {
      kept.set(incident.id, Incident.parse(JSON.parse(JSON.stringify(incident))));
      return 'saved';
    },
    all: async () => [...kept.values()],
  };
}

async function theIncident(): Promise<Incident> {
  const found = await incidents.get(ID);
  if (found === undefined) throw new Error('there is no incident');
  return found.value;
}

const stepsNow = async (): Promise<string[]> =>
  ((await theIncident()).trail ?? []).map(({ at, what, severity, by }) =>
    [at.slice(11, 16), what, severity, by].filter((part) => part !== undefined).join(' '),
  );

describe('the steps of an incident', () => {
  it('are what people did and were told, and nothing where nothing has changed', async () => {
    await keep(kpi);
    await keep(kpi);
    pass(5);
    await keep(critical);
    pass(5);
    await acknowledgeIncident(ID, 'Ana', { incidents, clock });
    await muteIncident(
      ID,
      { by: 'Bea', reason: 'known', until: '2026-01-06T00:00:00.000Z' },
      { incidents, clock },
    );
    pass(5);
    await keep(kpi);
    pass(5);
    await keep();
    pass(5);
    await keep(kpi);

    expect(await stepsNow()).toEqual([
      '07:00 opened P3',
      '07:05 worse P2',
      '07:10 acknowledged P2 Ana',
      '07:10 muted P2 Bea',
      '07:15 eased P3',
      '07:20 resolved P3',
      '07:25 back P3',
    ]);
  });

  it('are no more than forty, the newest', async () => {
    for (let nth = 0; nth < 30; nth += 1) {
      await keep(kpi);
      await keep();
      now += COOLDOWN_MS + MINUTE;
    }

    const { trail = [] } = await theIncident();
    expect(trail).toHaveLength(40);
    expect(trail.at(-1)).toMatchObject({ what: 'resolved' });
  });
});

describe('a post-mortem', () => {
  const run = aRun({ rolledBack: { by: 'Ana', reason: 'wrong', at: '2026-01-05T08:00:00.000Z' } });
  const told = (change: number, since: string): Delivery => ({
    destination: 'alerts',
    subject: { kind: 'incident', incident: ID, change },
    ...{
      status: 'delivered',
      tries: 1,
      since,
      plannedAt: since,
      path: `deliveries/alerts/${ID}@${change}.json`,
    },
  });

  it('is begun with severity, who answered when, how long it took, the run, and all in the order of time', async () => {
    await keep(critical);
    pass(12);
    await acknowledgeIncident(ID, 'Ana', { incidents, clock });
    pass(78);
    await keep();
    const deliveries = [told(2, '2026-01-05T08:45:00.000Z'), told(1, '2026-01-05T07:01:00.000Z')];

    const text = postMortem({ incident: await theIncident(), deliveries, run });

    expect(text).toContain('# Post-mortem: PAR 90 is 4.00 %.');
    expect(text).toContain('| severity | P2: partial function, data delayed |');
    expect(text).toContain('| answered | 2026-01-05 07:12 UTC by Ana, after 12 min 0 s; due within 1 hour |');
    expect(text).toContain('| over | 2026-01-05 08:30 UTC, after 1 h 30 min |');
    expect(text).toContain(`| run | \`GET /api/runs/${run.runId}\` of ${run.dataset}, ${run.status} |`);
    expect(text).toContain('| number | `GET /api/kpis/risk.par_90` |');
    expect(text).toContain('| runbook | docs/runbooks/kpi-outside-limits.md |');
    expect(text).toContain('- owner: Ana \\| Risk');
    const lines = [...text.matchAll(/^\| 2026-01-05 (\d\d:\d\d) UTC \| (.*) \|$/gm)];
    expect(lines.map(([, at, what]) => `${at} ${what}`)).toEqual([
      `06:30 a file of ${run.dataset} landed, run \`${run.runId}\``,
      ...['ingest', 'validate', 'compute', 'publish'].map(
        (stage) => `06:30 stage ${stage} of attempt 1 was done`,
      ),
      '07:00 the incident opened, P2',
      `07:01 alerts: ${ID}@1 delivered, \`reports/deliveries/alerts/${ID}@1.json\``,
      '07:12 answered, P2 by Ana',
      '08:00 rolled back by Ana',
      '08:30 it was over, P2',
      `08:45 alerts: ${ID}@2 delivered, \`reports/deliveries/alerts/${ID}@2.json\``,
    ]);
    expect(text).toContain('### Cause');
    expect(text).toContain('| action | who | until |');
  });

  it('is of this time, not of the one before', async () => {
    await keep(kpi);
    await keep();
    pass(24 * 60);
    await keep(kpi);

    const text = postMortem({
      incident: await theIncident(),
      deliveries: [told(1, '2026-01-05T07:01:00.000Z')],
      run: undefined,
    });

    expect(text).not.toContain('| 2026-01-05');
    expect(text).toContain('| 2026-01-06 07:00 UTC | the incident opened, P3 |');
    expect(text).toContain('| answered | by nobody; due within 4 hours |');
    expect(text).toContain('| over | not yet |');
  });
});
