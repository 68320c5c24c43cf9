import { z } from 'zod';
import type { LocalDate } from '../domain/local-date.ts';
import { isFirstWorkingDay, isMonday } from '../domain/working-day.ts';

// What a person has to do from time to time, as the operations manual lists it: the digest of the morning on which it is
// due says so. What the product or a workflow does by itself is not in here.

export const PlannedDuty = z.object({
  cadence: z.enum(['weekly', 'monthly', 'quarterly', 'yearly']),
  /** As its row in docs/operations.md begins. */
  what: z.string(),
  /** Where to begin. */
  how: z.string(),
});
export type PlannedDuty = z.infer<typeof PlannedDuty>;

export const PLANNED_DUTIES: readonly PlannedDuty[] = [
  {
    cadence: 'weekly',
    what: 'handover of on-call',
    how: 'GET /api/incidents, GET /api/sources, GET /api/deliveries?status=due',
  },
  {
    cadence: 'monthly',
    what: 'credentials that run out within the month',
    how: 'GET /api/health and npm run doctor, then docs/runbooks/secret-expiry.md',
  },
  { cadence: 'monthly', what: 'KPI definitions', how: 'docs/kpis.md with each owner' },
  {
    cadence: 'monthly',
    what: 'the drill of disaster recovery',
    how: 'docs/disaster-recovery.md; note down how long it took',
  },
  {
    cadence: 'monthly',
    what: 'the compliance report',
    how: 'GET /api/compliance of the month before, docs/compliance.md',
  },
  {
    cadence: 'monthly',
    what: 'who had to do with what',
    how: 'GET /api/access of the month before: what is unusual in it',
  },
  {
    cadence: 'monthly',
    what: 'the access record',
    how: 'npm run audit:verify -- --noted N:SHA256; note the new end outside of Azure',
  },
  {
    cadence: 'monthly',
    what: 'export of the schema analytics to cold storage',
    how: 'pg_dump --schema analytics',
  },
  { cadence: 'quarterly', what: 'capacity', how: 'the workbook beside infra/README.md' },
  { cadence: 'quarterly', what: 'speed', how: 'npm run bench -- --check' },
  { cadence: 'quarterly', what: 'security', how: 'CodeQL, npm audit, the role assignments, SECURITY.md' },
  {
    cadence: 'quarterly',
    what: 'the risk register',
    how: 'docs/risks.md with the heads of risk and finance',
  },
  { cadence: 'yearly', what: 'service levels, retention', how: 'docs/operations.md and infra/' },
];

const QUARTERS_BEGIN = new Set(['01', '04', '07', '10']);

/** What falls due on that day: on Mondays, and on the first working day of a month, a quarter, a year. */
export function plannedFor(day: LocalDate): readonly PlannedDuty[] {
  const month = day.slice(5, 7);
  const isFirst = isFirstWorkingDay(day);
  const due: Readonly<Record<PlannedDuty['cadence'], boolean>> = {
    weekly: isMonday(day),
    monthly: isFirst,
    quarterly: isFirst && QUARTERS_BEGIN.has(month),
    yearly: isFirst && month === '01',
  };
  return PLANNED_DUTIES.filter(({ cadence }) => due[cadence]);
}
