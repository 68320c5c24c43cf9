import { describe, expect, it } from '@jest/globals';
import { parseSchedule } from '../../../local/host/ncrontab.ts';
import { parseTimeSpan } from '../../../local/host/time-span.ts';

const FROM = new Date('2026-11-20T10:15:30.500Z');

describe('a schedule', () => {
  it.each([
    ['0 */5 * * * *', '2026-11-20T10:20:00.000Z'],
    ['*/5 * * * *', '2026-11-20T10:20:00.000Z'],
    ['* * * * * *', '2026-11-20T10:15:31.000Z'],
    ['0 30 9 * * MON-FRI', '2026-11-23T09:30:00.000Z'],
    ['0 0 0 1 Jan *', '2027-01-01T00:00:00.000Z'],
    ['0 5/20 * * * *', '2026-11-20T10:25:00.000Z'],
    ['00:30:00', '2026-11-20T10:45:30.500Z'],
    ['1.00:00:00', '2026-11-21T10:15:30.500Z'],
  ])('%s runs next at %s', (expression, next) => {
    expect(parseSchedule(expression).next(FROM).toISOString()).toBe(next);
  });

  it('wants the day and the day of the week both to match', () => {
    // The next 13th that is a Friday.
    expect(parseSchedule('0 0 0 13 * 5').next(FROM).toISOString()).toBe('2027-08-13T00:00:00.000Z');
  });

  it.each([
    'every monday',
    '* * * *',
    '@daily',
    '0 0 0 31 2 *',
    '0 0 0 L * *',
    '0 0 0 * * 5#2',
    '61 * * * * *',
    '00:00:00',
    '25:00:00',
  ])('refuses "%s"', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(`"${expression}" is not a schedule`);
  });

  it('is not monitored when two occurrences are less than a minute apart', () => {
    expect(parseSchedule('*/30 * * * * *').isMonitored(FROM)).toBe(false);
    expect(parseSchedule('00:00:59').isMonitored(FROM)).toBe(false);
    expect(parseSchedule('0 * * * * *').isMonitored(FROM)).toBe(true);
  });
});

describe('a time span', () => {
  it.each([
    ['00:00:30', 30_000],
    ['1:30', 5_400_000],
    ['2.03:00:00.5', 183_600_500],
    ['24:00:00', undefined],
    ['soon', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(parseTimeSpan(text)).toBe(ms);
  });
});
