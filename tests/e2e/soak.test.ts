import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { courses } from '../soak/fault-schedules.ts';
import { type Night, nights } from '../soak/nights.ts';
import { Judge } from '../soak/soak-checks.ts';
import { SoakWorld } from '../soak/soak-world.ts';
import { OURSELVES } from '../support/stub-figma.ts';
import { BOT } from '../support/stub-notion.ts';

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

describe('nights in which one request in twenty goes wrong', () => {
  let world: SoakWorld;
  let kept: readonly Night[];
  beforeAll(async () => {
    world = await aWorld();
    const weather = { seed: 'nights', share: 0.05, latencyMs: 10 };
    kept = await Array.fromAsync(nights(world, { cycles: NIGHTS, weather, skipsPauses: true }));
  });

  it('lose nothing and tell nobody twice', () => {
    expect(kept.map(({ lost, double }) => ({ lost, double }))).toEqual(
      kept.map(() => ({ lost: [], double: [] })),
    );
    expect(kept).toHaveLength(NIGHTS);
    expect(kept.some(({ troubles }) => troubles > 0)).toBe(true);
  });

  it('would say what is lost and what is double in Notion, in Figma and of what a language model is asked', async () => {
    const { notion, figma, model, workspace } = world.destinations;
    const look = async () => {
      const { lost, double } = await new Judge(world).look();
      const ofCopies = (line: string): boolean => /^(notion|figma|insights)/.test(line);
      return { lost: lost.filter(ofCopies), double: double.filter(ofCopies) };
    };
    expect(await look()).toEqual({ lost: [], double: [] });
    const [rows] = notion.below(workspace.database);
    const [gone, twin] = notion.below(rows?.id ?? '');
    const [page] = notion.below(workspace.reportsPage);
    const [paragraph] = notion.below(page?.id ?? '');
    if (rows === undefined || gone === undefined || twin === undefined || paragraph === undefined)
      throw new Error('there is nothing to take away');

    gone.isTrashed = true;
    paragraph.isTrashed = true;
    notion.put(rows.id, BOT, 'row');
    Object.assign(notion.below(rows.id).at(-1)?.properties ?? {}, twin.properties);
    notion.put(workspace.reportsPage, BOT, 'child_page', { ...page?.payload });
    figma.variablesRefused = {};
    figma.variables = figma.variables.slice(1);
    figma.putComment('of another process', OURSELVES);
    const asked = model.answered.splice(0);
    const some = await look();
    figma.variablesRefused = { reading: 'Limited by Figma plan' };
    figma.comments = [];
    model.answered.push(...asked, ...asked);
    const others = await look();

    for (const line of [
      /^notion: Analytics Report - [\d-]+ lacks 0 paragraph: /,
      /^notion: rows lacks /,
      /^figma lacks report\/day /,
      /^figma: the comment lacks KPIs of /,
      /^insights: .+ was never asked$/,
    ])
      expect([...some.lost, ...others.lost]).toContainEqual(expect.stringMatching(line));
    for (const line of [
      /^notion: Analytics Report - [\d-]+ is there 2 times$/,
      /^notion: rows has beyond what was told: /,
      /^figma: 2 comments$/,
      /^insights: .+ asked 2 times$/,
    ])
      expect([...some.double, ...others.double]).toContainEqual(expect.stringMatching(line));
  });
});

it('ends as on a calm day, whatever befalls messages, processes and services', async () => {
  const seeds = Array.from({ length: COURSES }, (_, index) => index + 1);
  const own = await Promise.all(Array.from({ length: AT_ONCE }, aWorld));

  const ended = await Array.fromAsync(courses(own, seeds));

  expect(ended.map(({ seed }) => seed).toSorted((a, b) => a - b)).toEqual(seeds);
  for (const { seed, differences, lost, double } of ended)
    expect({ seed, differences, lost, double }).toEqual({ seed, differences: [], lost: [], double: [] });
});
