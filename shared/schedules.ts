import { Cron } from 'croner';
import { z } from 'zod';

// When each timer fires: a setting each, as NCRONTAB.

/** The usual times, in UTC: those of the pulls follow each other as the lender's mornings did, at a fixed UTC+1. */
const SCHEDULES = {
  INGEST_SWEEP_SCHEDULE: '0 */5 * * * *',
  PULL_CASCADE_SCHEDULE: '0 0 5 * * *',
  PULL_HUBSPOT_SCHEDULE: '0 0 6 * * *',
  PULL_META_SCHEDULE: '0 0 7 * * *',
  PULL_RETRY_SCHEDULE: '15 * * * * *',
  DAILY_SUMMARY_SCHEDULE: '0 30 6 * * *',
  MORNING_DIGEST_SCHEDULE: '0 30 7 * * *',
  DELIVERY_SCHEDULE: '0 * * * * *',
  WATCH_SCHEDULE: '30 * * * * *',
  ACCESS_WALK_SCHEDULE: '0 30 2 * * *',
} as const;
export type ScheduleSetting = keyof typeof SCHEDULES;
export type Schedules = Readonly<Record<ScheduleSetting, string>>;

export const SCHEDULE_ENVIRONMENT: Readonly<Record<ScheduleSetting, z.ZodOptional<z.ZodString>>> = {
  INGEST_SWEEP_SCHEDULE: schedule(
    'When landing is swept for files that no event announced',
    'INGEST_SWEEP_SCHEDULE',
  ),
  PULL_CASCADE_SCHEDULE: schedule('When Cascade is pulled', 'PULL_CASCADE_SCHEDULE'),
  PULL_HUBSPOT_SCHEDULE: schedule('When HubSpot is pulled', 'PULL_HUBSPOT_SCHEDULE'),
  PULL_META_SCHEDULE: schedule('When Meta is pulled', 'PULL_META_SCHEDULE'),
  PULL_RETRY_SCHEDULE: schedule('When sources that could not answer are asked again', 'PULL_RETRY_SCHEDULE'),
  DAILY_SUMMARY_SCHEDULE: schedule('When the day is told to those who wait for it', 'DAILY_SUMMARY_SCHEDULE'),
  MORNING_DIGEST_SCHEDULE: schedule(
    'When the duties of the day are done and told',
    'MORNING_DIGEST_SCHEDULE',
  ),
  DELIVERY_SCHEDULE: schedule('When what is due is sent to destinations', 'DELIVERY_SCHEDULE'),
  WATCH_SCHEDULE: schedule('When it is looked for what is wrong', 'WATCH_SCHEDULE'),
  ACCESS_WALK_SCHEDULE: schedule(
    'When it is looked whether the access record is as it was written',
    'ACCESS_WALK_SCHEDULE',
  ),
};

function schedule(meaning: string, setting: ScheduleSetting): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .refine((text) => cronOf(text) !== undefined, {
      message: `it is not a schedule: six fields from second to day of the week, such as "${SCHEDULES[setting]}", or five without the second`,
    })
    .optional()
    .describe(`${meaning}; NCRONTAB`);
}

type Env = Readonly<Record<string, string | undefined>>;

/** The schedule to register: the usual one when the setting is bad, since registration depends on no setting. */
export function scheduleOf(setting: ScheduleSetting, env: Env): string {
  const own = env[setting];
  return !own || cronOf(own) === undefined ? SCHEDULES[setting] : own;
}

/** The schedule of each timer. */
export function schedulesOf(env: Env): Schedules {
  return {
    INGEST_SWEEP_SCHEDULE: scheduleOf('INGEST_SWEEP_SCHEDULE', env),
    PULL_CASCADE_SCHEDULE: scheduleOf('PULL_CASCADE_SCHEDULE', env),
    PULL_HUBSPOT_SCHEDULE: scheduleOf('PULL_HUBSPOT_SCHEDULE', env),
    PULL_META_SCHEDULE: scheduleOf('PULL_META_SCHEDULE', env),
    PULL_RETRY_SCHEDULE: scheduleOf('PULL_RETRY_SCHEDULE', env),
    DAILY_SUMMARY_SCHEDULE: scheduleOf('DAILY_SUMMARY_SCHEDULE', env),
    MORNING_DIGEST_SCHEDULE: scheduleOf('MORNING_DIGEST_SCHEDULE', env),
    DELIVERY_SCHEDULE: scheduleOf('DELIVERY_SCHEDULE', env),
    WATCH_SCHEDULE: scheduleOf('WATCH_SCHEDULE', env),
    ACCESS_WALK_SCHEDULE: scheduleOf('ACCESS_WALK_SCHEDULE', env),
  };
}

/** When the timer fires next. */
export function nextRunOf(
  { schedules }: { readonly schedules: Schedules },
  setting: ScheduleSetting,
): Date | undefined {
  return cronOf(schedules[setting])?.nextRun() ?? undefined;
}

/** NCRONTAB has none of croner's extensions (L, W, #, ?, nicknames) but does have names of days and months. */
const NCRONTAB = /^[0-9a-z*,/-]+( [0-9a-z*,/-]+){4,5}$/i;
const EXTENSIONS = /(^|[ ,\d])[LW]|\d[LW]/i;

/** Undefined for what is no schedule, or never occurs. */
function cronOf(schedule: string): Cron | undefined {
  const fields = schedule.trim().replaceAll(/\s+/g, ' ');
  if (!NCRONTAB.test(fields) || EXTENSIONS.test(fields)) return undefined;
  try {
    const pattern = fields.split(' ').length === 5 ? `0 ${fields}` : fields;
    // As the runtime reads it: day and day of the week must both match, and the zone is UTC.
    const cron = new Cron(pattern, {
      mode: '6-part',
      domAndDow: true,
      timezone: 'UTC',
      paused: true,
      sloppyRanges: true,
    });
    return cron.nextRun() === null ? undefined : cron;
  } catch {
    return undefined;
  }
}
