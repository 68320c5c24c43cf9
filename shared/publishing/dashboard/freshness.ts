import { addDays, type LocalDate, toEpochDay } from '../../domain/local-date.ts';
import type { KpiDefinition } from '../../kpis/kpi-definition.ts';
import type { Language } from '../language/language.ts';

/** How old a number is, and whether that is more than its definition allows. */
export type Age = { readonly days: number; readonly isStale: boolean };

const HOUR_MS = 3_600_000;

/** The data of a day is complete when the day is over: from then on its hours are counted. */
export function ageOf(
  asOf: LocalDate,
  now: string,
  definition: Pick<KpiDefinition, 'freshness'> | undefined,
): Age {
  const complete = Date.parse(`${addDays(asOf, 1)}T00:00:00Z`);
  const hours = (Date.parse(now) - complete) / HOUR_MS;
  const days = Math.max(0, Math.floor(Date.parse(now) / (24 * HOUR_MS)) - toEpochDay(asOf));
  return { days, isStale: definition !== undefined && hours > definition.freshness };
}

export function ageInWords({ days }: Age, { words, days: inDays }: Language): string {
  return days === 0 ? words.age.now : words.age.short(inDays(days));
}
