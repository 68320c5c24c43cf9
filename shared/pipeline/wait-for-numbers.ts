import type { LocalDate } from '../domain/local-date.ts';
import type { Clock } from '../ports/clock.ts';
import type { Delivery } from '../ports/deliveries.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { newestMart } from './newest-mart.ts';

// A morning on which the numbers come late: its summary waits for them, rather than to tell nothing or yesterday's.

/** Numbers of days before are told in the end: whoever reads them in the morning wants to know that none came. */
export const OLD_NUMBERS_AFTER_MS = 4 * 3_600_000;
const DAY_MS = 86_400_000;

type Deps = { readonly ledger: RunLedger; readonly lake: Lake; readonly clock: Clock };

/** Whether a day is still to be told later: until it has numbers, and no longer than it lasts. */
export async function waitsForNumbers({ subject, plannedAt, waits }: Delivery, deps: Deps): Promise<boolean> {
  if (subject.kind !== 'day' || waits === undefined) return false;
  const now = deps.clock.now().getTime();
  if (now >= dayStart(subject.day) + DAY_MS) return false;
  const newest = await newestMart({}, deps);
  if (newest === undefined) return true;
  return !isNewOn(subject.day, newest.run) && now < Date.parse(plannedAt) + OLD_NUMBERS_AFTER_MS;
}

/** Whether the numbers of the run were made on the day or after it. */
export function isNewOn(day: LocalDate, { succeededAt = '' }: Pick<RunRecord, 'succeededAt'>): boolean {
  return Date.parse(succeededAt) >= dayStart(day);
}

function dayStart(day: LocalDate): number {
  return Date.parse(`${day}T00:00:00Z`);
}
