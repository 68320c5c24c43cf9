import { Cron } from 'croner';
import { parseTimeSpan } from './time-span.ts';

/** When a timer runs. */
export type Schedule = {
  /** The first occurrence after the given time. */
  next(after: Date): Date;
  /** Whether its state is worth keeping: not for schedules under a minute. */
  isMonitored(from: Date): boolean;
};

/** The expression of a timer is neither NCRONTAB nor a time span. */
export class ScheduleInvalid extends Error {
  constructor(expression: string, cause: unknown) {
    super(
      `"${expression}" is not a schedule: six fields {second} {minute} {hour} {day} {month} {day-of-week}, ` +
        'five without the second, or a time span hh:mm:ss.',
      { cause },
    );
    this.name = 'ScheduleInvalid';
  }
}

const MINUTE_MS = 60_000;
const OCCURRENCES_CHECKED = 10;
/** NCRONTAB knows neither of croner's extensions (L, W, #, ?, nicknames) but does know names of days. */
const NCRONTAB = /^[0-9a-z*,/-]+( +[0-9a-z*,/-]+){4,5}$/i;
const EXTENSIONS = /(^|[ ,\d])[LW]|\d[LW]/i;

export function parseSchedule(expression: string): Schedule {
  const text = expression.trim().replace(/\s+/g, ' ');
  const period = parseTimeSpan(text);
  const schedule = period === undefined ? cronSchedule(text) : constantSchedule(text, period);
  return {
    next: schedule,
    isMonitored(from) {
      let at = schedule(from);
      for (let index = 1; index < OCCURRENCES_CHECKED; index += 1) {
        const following = schedule(at);
        if (following.getTime() - at.getTime() < MINUTE_MS) return false;
        at = following;
      }
      return true;
    },
  };
}

function constantSchedule(expression: string, periodMs: number): Schedule['next'] {
  if (periodMs <= 0) throw new ScheduleInvalid(expression, 'the period must be longer than zero');
  return (after) => new Date(after.getTime() + periodMs);
}

function cronSchedule(expression: string): Schedule['next'] {
  if (!NCRONTAB.test(expression) || EXTENSIONS.test(expression)) {
    throw new ScheduleInvalid(expression, 'not NCRONTAB');
  }
  const withSecond = expression.split(' ').length === 5 ? `0 ${expression}` : expression;
  const cron = parsed(withSecond, expression);
  const next: Schedule['next'] = (after) => {
    const occurrence = cron.nextRun(after);
    if (occurrence === null) throw new ScheduleInvalid(expression, 'it never occurs');
    return occurrence;
  };
  // The 31st of February is a mistake to be told of at the start.
  next(new Date());
  return next;
}

function parsed(pattern: string, expression: string): Cron {
  try {
    // NCRONTAB wants day and day-of-week both to match, where classic cron takes either. The zone is the
    // host's, which is UTC in Azure.
    return new Cron(pattern, {
      mode: '6-part',
      domAndDow: true,
      timezone: 'UTC',
      paused: true,
      sloppyRanges: true,
    });
  } catch (error) {
    throw new ScheduleInvalid(expression, error);
  }
}
