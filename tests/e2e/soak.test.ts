import { afterAll, expect, it } from '@jest/globals';
import { courses } from '../soak/fault-schedules.ts';
import { nights } from '../soak/nights.ts';
import { SoakWorld } from '../soak/soak-world.ts';

// Nights and courses of a day in which services fail and messages are duplicated, delayed and dropped: a few of them, by
// the real clients against services on this machine. `npm run soak` has many, at the latency that counts.

const NIGHTS = Number(process.env['SOAK_CYCLES'] ?? 2);
const COURSES = Number(process.env['SOAK_SCHEDULES'] ?? 3);
/** Most of a course is waiting. One of them is calm. */
const AT_ONCE = 4;

const worlds: SoakWorld[] = [];
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
});

async function aWorld(): Promise<SoakWorld> {
  const world = await SoakWorld.open();
  worlds.push(world);
  return world;
}

it('loses nothing in nights in which one request in twenty goes wrong, and tells nobody twice', async () => {
  const weather = { seed: 'nights', share: 0.05, latencyMs: 10 };
  const world = await aWorld();

  const kept = await Array.fromAsync(nights(world, { cycles: NIGHTS, weather }));

  expect(kept.map(({ lost, double }) => ({ lost, double }))).toEqual(
    kept.map(() => ({ lost: [], double: [] })),
  );
  expect(kept).toHaveLength(NIGHTS);
  expect(kept.some(({ troubles }) => troubles > 0)).toBe(true);
});

it('ends as on a calm day, whatever befalls messages, processes and services', async () => {
  const seeds = Array.from({ length: COURSES }, (_, index) => index + 1);
  const own = await Promise.all(Array.from({ length: AT_ONCE }, aWorld));

  const ended = await Array.fromAsync(courses(own, seeds));

  expect(ended.map(({ seed }) => seed).toSorted((a, b) => a - b)).toEqual(seeds);
  for (const { seed, differences, lost, double } of ended)
    expect({ seed, differences, lost, double }).toEqual({ seed, differences: [], lost: [], double: [] });
});
