import { expect, it } from '@jest/globals';
import { Month, spanOf } from '../../../shared/compliance/compliance-month.ts';
import { daysKept, incidentsOf } from '../../../shared/compliance/days-of-month.ts';
import { serviceLevelsOf } from '../../../shared/compliance/service-levels-of-month.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { dailyLogPath } from '../../../shared/duties/daily-duties.ts';
import { dailyLog } from '../../../shared/duties/daily-log.ts';
import type { Incident } from '../../../shared/ports/incidents.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { aLake } from '../access/a-chain.ts';

const DAY = LocalDate.parse('2026-01-15');

it('has an incident that eased before it was over as grave as it was, though only the log of that day still has it', async () => {
  const lake = await aLake();
  const eased: Incident = {
    id: 'kpi.risk.par_90',
    kind: 'kpi-warning',
    of: 'risk.par_90',
    severity: 'P3',
    gravest: 'P2',
    status: 'resolved',
    openedAt: '2026-01-14T10:00:00.000Z',
    updatedAt: '2026-01-14T20:00:00.000Z',
    resolvedAt: '2026-01-14T20:00:00.000Z',
    title: 'PAR 90.',
    facts: {},
    change: 3,
    news: 'resolved',
    told: 3,
  };
  const facts = { runs: [], pulls: [], deliveries: [], incidents: [eased] };
  const lookedAt = `${DAY}T07:30:00.000Z`;
  await lake.write(
    'runs',
    dailyLogPath(DAY),
    dailyLog(facts, { day: DAY, lookedAt, duties: [], planned: [] }),
  );

  const found = incidentsOf(spanOf(Month.parse('2026-01')), [], await daysKept([DAY], lake));

  expect(found).toMatchObject([{ id: eased.id, severity: 'P2', resolvedAt: eased.resolvedAt }]);
});

it('has an incident that came back before any log told of it, by its own steps', () => {
  const back: Incident = {
    id: 'late.all-data',
    kind: 'data-late',
    of: 'all-data',
    severity: 'P3',
    status: 'open',
    openedAt: '2026-02-01T06:00:00.000Z',
    updatedAt: '2026-02-01T06:00:00.000Z',
    title: 'Late.',
    facts: {},
    change: 4,
    news: 'opened',
    told: 4,
    trail: [
      { at: '2026-01-31T20:00:00.000Z', what: 'opened', severity: 'P3' },
      { at: '2026-01-31T20:05:00.000Z', what: 'resolved', severity: 'P3' },
      { at: '2026-01-31T20:06:00.000Z', what: 'back', severity: 'P3' },
      { at: '2026-01-31T21:00:00.000Z', what: 'worse', severity: 'P2' },
      { at: '2026-01-31T22:00:00.000Z', what: 'resolved', severity: 'P2' },
      { at: '2026-02-01T06:00:00.000Z', what: 'opened', severity: 'P3' },
    ],
  };
  const before = {
    id: back.id,
    severity: 'P2',
    openedAt: '2026-01-31T20:00:00.000Z',
    resolvedAt: '2026-01-31T22:00:00.000Z',
  };

  expect(incidentsOf(spanOf(Month.parse('2026-01')), [back], [])).toEqual([before]);
  expect(incidentsOf(spanOf(Month.parse('2026-02')), [back], [])).toEqual([
    { id: back.id, severity: 'P3', openedAt: back.openedAt },
  ]);
});

it('leaves no test open that was asked for again before it was over', () => {
  const at = ['2026-01-10T08:00:00.000Z', '2026-01-10T08:01:00.000Z', '2026-01-10T08:02:00.000Z'] as const;
  const test: Incident = {
    id: 'test.alerts',
    kind: 'test',
    of: 'alerts',
    severity: 'P4',
    status: 'resolved',
    openedAt: at[1],
    updatedAt: at[2],
    resolvedAt: at[2],
    title: 'A test of alerts.',
    facts: {},
    change: 3,
    news: 'resolved',
    told: 3,
    trail: [
      { at: at[0], what: 'opened', severity: 'P4' },
      { at: at[1], what: 'opened', severity: 'P4' },
      { at: at[2], what: 'resolved', severity: 'P4' },
    ],
  };

  expect(incidentsOf(spanOf(Month.parse('2026-01')), [test], [])).toMatchObject([
    { openedAt: at[0], resolvedAt: at[1] },
    { openedAt: at[1], resolvedAt: at[2] },
  ]);
  expect(incidentsOf(spanOf(Month.parse('2026-02')), [test], [])).toEqual([]);
});

it('counts a file that the machinery failed among those that had no numbers in time', () => {
  const startedAt = '2026-01-15T06:00:00.000Z';
  const step = { attempt: 1, startedAt, completedAt: '2026-01-15T06:05:00.000Z' };
  const good = aRun({ startedAt, status: 'success', trail: [{ ...step, stage: 'publish' }] });
  const failed = aRun({ startedAt, status: 'failed', trail: [{ ...step, stage: 'validate' }] });
  const rejected = aRun({ startedAt, status: 'rejected', trail: [] });

  const [latency] = serviceLevelsOf({ runs: [good, failed, rejected], days: [], incidents: [] });

  expect(latency).toMatchObject({ level: 'latency', met: 1, of: 2 });
});
