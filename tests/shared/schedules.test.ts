import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../shared/config.ts';
import { nextRunOf, scheduleOf } from '../../shared/schedules.ts';
import { problemsOf } from '../support/problems-of-settings.ts';

const DEV = { DataStorage: 'UseDevelopmentStorage=true' };
const EVERY_FIVE_MINUTES = '0 */5 * * * *';

describe('the schedule of the sweep', () => {
  it.each([
    'foo',
    '* * *',
    '0 61 * * * *',
    '0 0 0 31 2 *',
    '00:05:00',
    '%SCHEDULE%',
    '0 0 0 L * *',
    '@daily',
  ])('is named when it is none: %s; what is registered is the usual one', (schedule) => {
    const env = { ...DEV, INGEST_SWEEP_SCHEDULE: schedule };

    expect(problemsOf(env)).toEqual([expect.stringMatching(/^INGEST_SWEEP_SCHEDULE: it is not a schedule/)]);
    expect(scheduleOf('INGEST_SWEEP_SCHEDULE', env)).toBe(EVERY_FIVE_MINUTES);
  });

  it.each([
    ['*/15 * * * * *', /:(00|15|30|45)\.000Z$/],
    ['0 3 * * *', /T03:00:00\.000Z$/],
    ['0 30 6 * * Mon-Fri', /T06:30:00\.000Z$/],
  ])('may have six fields or five: %s', (schedule, next) => {
    const env = { ...DEV, INGEST_SWEEP_SCHEDULE: schedule };

    expect(scheduleOf('INGEST_SWEEP_SCHEDULE', env)).toBe(schedule);
    expect(nextRunOf(readConfig(env), 'INGEST_SWEEP_SCHEDULE')?.toISOString()).toMatch(next);
  });
});
