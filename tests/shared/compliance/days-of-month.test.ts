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

it('counts a file that the machinery failed among those that had no numbers in time', () => {
  const startedAt = '2026-01-15T06:00:00.000Z';
  const step = { attempt: 1, startedAt, completedAt: '2026-01-15T06:05:00.000Z' };
  const good = aRun({ startedAt, status: 'success', trail: [{ ...step, stage: 'publish' }] });
  const failed = aRun({ startedAt, status: 'failed', trail: [{ ...step, stage: 'validate' }] });
  const rejected = aRun({ startedAt, status: 'rejected', trail: [] });

  const [latency] = serviceLevelsOf({ runs: [good, failed, rejected], days: [], incidents: [] });

  expect(latency).toMatchObject({ level: 'latency', met: 1, of: 2 });
});
