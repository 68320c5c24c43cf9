import { addDays, localDateOf } from '../../shared/domain/local-date.ts';
import { planDayDeliveries } from '../../shared/pipeline/deliver.ts';
import type { Weather } from '../support/service-trouble.ts';
import { Judge, type Verdict } from './soak-checks.ts';
import { fillSources } from './soak-data.ts';
import { asMessages, isSettled, runOut, scheduledPulls, skipToNextMinute, timers } from './soak-host.ts';
import type { SoakWorld } from './soak-world.ts';

// Night after night over one account: the three sources are pulled, their files worked, the KPIs computed and everybody
// told. Only the timers' minutes are skipped, and counted: what a client waits for is waited for.

export type Night = {
  readonly nth: number;
  /** From the timers of the sources until nothing is due any more. */
  readonly durationMs: number;
  /** Of those, what was skipped. */
  readonly skippedMs: number;
  readonly requests: number;
  readonly troubles: number;
} & Verdict;

/** More would mean that it never ends. */
const MOST_MINUTES = 24 * 60;

export async function* nights(
  world: SoakWorld,
  { cycles, weather }: { readonly cycles: number; readonly weather: Weather },
): AsyncGenerator<Night> {
  const first = addDays(localDateOf(new Date()), 1);
  await world.begin(new Date(`${first}T05:00:00Z`), weather);
  const judge = new Judge(world);
  for (let nth = 1; nth <= cycles; nth += 1) {
    const day = addDays(first, nth - 1);
    world.skipTo(new Date(`${day}T05:00:00Z`));
    fillSources(world.sources, day, nth);
    const before = { requests: world.trouble.requests, troubles: world.trouble.total() };
    const { durationMs, skippedMs } = await oneNight(world);
    yield {
      nth,
      durationMs,
      skippedMs,
      requests: world.trouble.requests - before.requests,
      troubles: world.trouble.total() - before.troubles,
      ...(await judge.look()),
    };
  }
}

async function oneNight(world: SoakWorld): Promise<{ durationMs: number; skippedMs: number }> {
  const startedAt = world.now().getTime();
  let skippedMs = 0;
  await runOut(world, scheduledPulls(world));
  await runOut(world, asMessages(await planDayDeliveries(world.today(), world.deps)));
  for (let minute = 1; minute <= MOST_MINUTES; minute += 1) {
    const before = world.now().getTime();
    skipToNextMinute(world);
    skippedMs += world.now().getTime() - before;
    await runOut(world, await timers(world.deps));
    if (await isSettled(world.deps)) return { durationMs: world.now().getTime() - startedAt, skippedMs };
  }
  throw new Error('the night does not end');
}
