import { isDeepStrictEqual } from 'node:util';
import { addDays, localDateOf } from '../../shared/domain/local-date.ts';
import { coreCatalog } from '../support/core-catalog.ts';
import { CALM, FaultSchedule, WILD } from './fault-schedule.ts';
import { differencesOf, type FinalState, finalStateOf } from './final-state.ts';
import { Judge } from './soak-checks.ts';
import { fillSources } from './soak-data.ts';
import type { SoakWorld } from './soak-world.ts';
import type { Verdict } from './verdict.ts';

// Many courses of one day, each with troubles of its own, against a calm one.

/** What moves: files, records that are merged, lists that are not, and a report that is ordered and waited for. */
const IN_USE: readonly string[] = ['cascade/loan_tape', 'hubspot/contacts', 'hubspot/lists', 'meta/insights'];
const TROUBLED_SHARE = 0.1;

export type Course = {
  readonly seed: number;
  /** From the calm one. */
  readonly differences: readonly string[];
  /** How often which fate befell a message. */
  readonly fates: Readonly<Record<string, number>>;
  readonly troubles: number;
} & Verdict;

/** The worlds are one for each course that runs at the same time: most of a course is waiting. */
export async function* courses(
  worlds: readonly SoakWorld[],
  seeds: readonly number[],
): AsyncGenerator<Course> {
  const [first] = worlds;
  if (first === undefined) return;
  const start = new Date(`${addDays(localDateOf(new Date()), 1)}T05:00:00Z`);
  const left = [...seeds];
  type Ended = { readonly world: SoakWorld; readonly course: Course | undefined };
  const running = new Map<SoakWorld, Promise<Ended>>();
  // The calm one is a course as the others are.
  const calm = oneCourse(first, start, undefined).then(({ state }) => state);
  running.set(
    first,
    calm.then(() => ({ world: first, course: undefined })),
  );
  const next = (world: SoakWorld): void => {
    const seed = left.shift();
    if (seed === undefined) return void running.delete(world);
    running.set(
      world,
      oneCourse(world, start, seed).then(async ({ state, ...course }) => {
        const expected = await calm;
        const differences = isDeepStrictEqual(expected, state) ? [] : differencesOf(expected, state);
        return { world, course: { ...course, seed, differences } };
      }),
    );
  };
  for (const world of worlds.slice(1)) next(world);
  while (running.size > 0) {
    const { world, course } = await Promise.race(running.values());
    next(world);
    if (course !== undefined) yield course;
  }
}

/** A calm one without a seed. */
async function oneCourse(
  world: SoakWorld,
  start: Date,
  seed: number | undefined,
): Promise<Omit<Course, 'seed' | 'differences'> & { readonly state: FinalState }> {
  world.pulls = (dataset) => IN_USE.includes(dataset);
  const name = `course ${seed ?? 'without troubles'}`;
  const weather = { seed: name, share: seed === undefined ? 0 : TROUBLED_SHARE, latencyMs: 0 };
  await world.begin(start, weather, { catalog: coreCatalog, skipsPauses: true });
  fillSources(world.sources, localDateOf(start), 1);
  const course = new FaultSchedule(world, { seed: name, fates: seed === undefined ? CALM : WILD });
  try {
    await course.runOut();
  } catch (error) {
    throw new Error(`${name} has failed`, { cause: error });
  }
  const state = await finalStateOf(world);
  const { lost, double, unavoidable } = await new Judge(world).look();
  // A process that died after it had posted or asked, and before it could note it.
  const doubtful = double.filter((what) => /^(slack|insights):/.test(what)).slice(0, course.doubtfulPosts);
  return {
    state,
    fates: Object.fromEntries(course.counts),
    troubles: world.trouble.total(),
    lost,
    double: double.filter((what) => !doubtful.includes(what)),
    unavoidable: [...unavoidable, ...doubtful],
  };
}
