import { describe, expect, it } from '@jest/globals';
import { HELP, readOptions } from './soak-options.ts';

describe('the options of the soak', () => {
  it('are two hundred nights and a thousand courses unless the call says otherwise', () => {
    expect(readOptions([])).toEqual({
      cycles: 200,
      firstNight: 1,
      share: 0.05,
      latencyMs: 200,
      seed: 'soak',
      schedules: 1_000,
      firstSchedule: 1,
      atOnce: 4,
      looksAtBreaker: false,
    });
  });

  it('are taken from the call', () => {
    const nights = [
      '--cycles',
      '5',
      '--nights-from',
      '101',
      '--share',
      '0.5',
      '--latency',
      '0',
      '--seed',
      'x',
    ];
    const courses = ['--schedules', '0', '--from', '501', '--at-once', '2', '--breaker'];

    expect(readOptions([...nights, ...courses])).toEqual({
      cycles: 5,
      firstNight: 101,
      share: 0.5,
      latencyMs: 0,
      seed: 'x',
      schedules: 0,
      firstSchedule: 501,
      atOnce: 2,
      looksAtBreaker: true,
    });
  });

  it('are all named in the help, which may be asked for', () => {
    const named = HELP.matchAll(/^ {2}--([\w-]+)/gm).map(([, name]) => name);

    expect(readOptions(['--help'])).toBe('help');
    expect(new Set(named)).toEqual(
      new Set('cycles nights-from share latency seed schedules from at-once breaker help'.split(' ')),
    );
  });

  it.each([
    [['--cycles', 'many'], '--cycles takes a whole number from 0 on, not "many"'],
    [['--cycles', '-1'], '--cycles'],
    [['--nights-from', '0'], '--nights-from takes a whole number from 1 on'],
    [['--at-once', '0'], '--at-once takes a whole number from 1 on'],
    [['--share', '5'], '--share takes a share from 0 to 1, not "5"'],
    [['--share', ''], '--share'],
    [['--fast'], '--fast'],
    [['nights'], 'nights'],
  ])('%j are refused with what is wrong', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
