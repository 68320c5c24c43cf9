import { setTimeout as sleep } from 'node:timers/promises';
import { addDays, localDateOf } from '../../shared/domain/local-date.ts';
import { planDayDeliveries } from '../../shared/pipeline/deliver.ts';
import type { Weather } from '../support/service-trouble.ts';
import { Judge } from './soak-checks.ts';
import { fillSources } from './soak-data.ts';
import { asMessages, isSettled, nextMinute, runOut, scheduledPulls, timers } from './soak-host.ts';
import type { SoakWorld, WorldRules } from './soak-world.ts';
import type { Verdict } from './verdict.ts';

// Night after night over an account: the three sources are pulled, their files worked, the KPIs computed and everybody
// told. Only the timers' minutes are skipped, and counted: what a client waits for is waited for, unless the rules of the
// world say otherwise.

export type Night = {
  readonly nth: number;
  /** From the timers of the sources until nothing is due any more. */
  readonly durationMs: number;
  /** Of those, what was skipped. */
  readonly skippedMs: number;
  readonly requests: number;
  readonly troubles: number;
  readonly kinds: Readonly<Record<string, number>>;
} & Verdict;

/** The emulator looks through every row of a table for each query: what is old would slow it down as nothing else. */
const NIGHTS_OF_AN_ACCOUNT = 10;
/** More would mean that it never ends. */
const MOST_MINUTES = 24 * 60;

export type Nights = {
  readonly cycles: number;
  /** Those before it are another process's. */
  readonly from?: number;
  readonly weather: Weather;
};

export async function* nights(
  world: SoakWorld,
  { cycles, from = 1, weather, ...rules }: Nights & WorldRules,
): AsyncGenerator<Night> {
  const first = addDays(localDateOf(new Date()), 1);
  let judge = new Judge(world);
  for (let nth = from; nth < from + cycles; nth += 1) {
    const day = addDays(first, nth - 1);
    const start = new Date(`${day}T05:00:00Z`);
    if (nth === from || nth % NIGHTS_OF_AN_ACCOUNT === 1) {
      await world.begin(start, { ...weather, seed: `${weather.seed} ${nth}` }, rules);
      judge = new Judge(world);
    }
    world.skipTo(start);
    fillSources(world.sources, day, nth);
    // A plan has variables or it has not: both are told.
    world.destinations.figma.variablesRefused = nth % 2 === 0 ? { reading: 'Limited by Figma plan' } : {};
    const { requests, counts } = world.trouble;
    const before = new Map(counts);
    const { durationMs, skippedMs } = await oneNight(world);
    const kinds = [...counts].map(([kind, count]): [string, number] => [
      kind,
      count - (before.get(kind) ?? 0),
    ]);
    yield {
      nth,
      durationMs,
      skippedMs,
      requests: world.trouble.requests - requests,
      troubles: kinds.reduce((sum, [, count]) => sum + count, 0),
      kinds: Object.fromEntries(kinds.filter(([, count]) => count > 0)),
      ...(await judge.look()),
    };
  }
}

async function oneNight(world: SoakWorld): Promise<{ durationMs: number; skippedMs: number }> {
  const startedAt = world.now().getTime();
  let skippedMs = 0;
  await runOut(world, scheduledPulls(world));
  let isToldOfDay = false;
  const telling = runOut(world, asMessages(await planDayDeliveries(world.today(), world.deps))).then(() => {
    isToldOfDay = true;
  });
  for (let nth = 1; nth <= MOST_MINUTES; nth += 1) {
    // What takes longer than a minute does not keep the timers from coming.
    const minute = nextMinute(world);
    while (!isToldOfDay && world.now() < minute) await Promise.race([telling, sleep(50)]);
    if (nth > 1 && isToldOfDay && (await isSettled(world.deps))) break;
    const before = world.now().getTime();
    if (isToldOfDay) world.skipTo(minute);
    skippedMs += world.now().getTime() - before;
    await runOut(world, await timers(world.deps));
    if (isToldOfDay && (await isSettled(world.deps))) break;
    if (nth === MOST_MINUTES) throw new Error('the night does not end');
  }
  return { durationMs: world.now().getTime() - startedAt, skippedMs };
}
