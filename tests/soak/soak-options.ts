import { parseArgs } from 'node:util';
import { CallWrong } from '../../scripts/script-failed.ts';

export const HELP = `Looks for what is lost, comes twice or differs under real faults: nights from the pull of the sources to the delivery of
the numbers, with services that are slow and fail, and courses of days whose messages are duplicated, delayed and dropped.

Usage: npm run soak -- [options]

  --cycles N        nights (default 200; 0: none). One takes over a minute, most of it rest between requests to Notion
  --nights-from N   the first of them (default 1): --nights-from 101 goes on where another process ends with its hundredth
  --share SHARE     of requests that something befalls in a night, from 0 to 1 (default 0.05)
  --latency MS      of every answer in a night (default 200)
  --seed TEXT       that the faults of a night are drawn from (default soak)
  --schedules N     courses (default 1000; 0: none)
  --from N          the first of them (default 1)
  --at-once N       courses that run side by side (default 4)
  --breaker         looks at a breaker between two processes first, which takes as long as it stays open
  --help            this text

Prints a line of JSON for each night and each course, and one for all of them.
Exit code: 0 nothing was lost, came twice or differs, 1 something was (or the machinery failed), 2 the call was wrong.`;

export type SoakOptions = {
  readonly cycles: number;
  readonly firstNight: number;
  readonly share: number;
  readonly latencyMs: number;
  readonly seed: string;
  readonly schedules: number;
  readonly firstSchedule: number;
  readonly atOnce: number;
  readonly looksAtBreaker: boolean;
};

/** Throws CallWrong, or what the parser of options throws. */
export function readOptions(args: readonly string[]): SoakOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cycles: { type: 'string', default: '200' },
      'nights-from': { type: 'string', default: '1' },
      share: { type: 'string', default: '0.05' },
      latency: { type: 'string', default: '200' },
      seed: { type: 'string', default: 'soak' },
      schedules: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      'at-once': { type: 'string', default: '4' },
      breaker: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    cycles: wholeNumber('--cycles', values.cycles, 0),
    firstNight: wholeNumber('--nights-from', values['nights-from'], 1),
    share: shareOf('--share', values.share),
    latencyMs: wholeNumber('--latency', values.latency, 0),
    seed: values.seed,
    schedules: wholeNumber('--schedules', values.schedules, 0),
    firstSchedule: wholeNumber('--from', values.from, 1),
    atOnce: wholeNumber('--at-once', values['at-once'], 1),
    looksAtBreaker: values.breaker,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < least) throw new CallWrong(`${option} takes a whole number from ${least} on, not "${text}"`);
  return value;
}

function shareOf(option: string, text: string): number {
  const value = /^\d(\.\d{1,9})?$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 1) throw new CallWrong(`${option} takes a share from 0 to 1, not "${text}"`);
  return value;
}
