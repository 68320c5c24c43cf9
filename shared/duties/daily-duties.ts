import { z } from 'zod';
import { LocalDate } from '../domain/local-date.ts';
import { PlannedDuty } from './planned-duties.ts';

// The four duties of every day, as the operations manual lists them: health checked, error logs reviewed, KPIs within
// the expected ranges, backups completed.

export const Duty = z.object({
  duty: z.enum(['health', 'errors', 'kpis', 'backups']),
  /** `unknown`: it could not be looked at. */
  verdict: z.enum(['fine', 'look', 'unknown']),
  sentence: z.string(),
  /** What to look at, the weightiest first. */
  details: z.array(z.string()),
});
export type Duty = z.infer<typeof Duty>;

export const DailyDuties = z.object({
  day: LocalDate,
  lookedAt: z.iso.datetime(),
  duties: z.array(Duty),
  /** What a person has to do on that day besides; absent from digests of before it was told. */
  planned: z.array(PlannedDuty).default([]),
});
export type DailyDuties = z.infer<typeof DailyDuties>;

/** As the manual asks for them. */
export const DUTY_NAMES: Readonly<Record<Duty['duty'], string>> = {
  health: 'Pipeline health',
  errors: 'Errors of the last 24 hours',
  kpis: 'KPIs within their ranges',
  backups: 'Backups',
};

export const dutiesPath = (day: LocalDate): string => `logs/${day}/daily_duties.json`;
export const dailyLogPath = (day: LocalDate): string => `logs/${day}/abaco.analytics.log`;
