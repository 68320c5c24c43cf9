import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import startEmulator from '../support/emulator-setup.ts';
import stopEmulator from '../support/emulator-teardown.ts';
import { breakerOfTwo } from './breaker-of-two.ts';
import { type Course, courses } from './fault-schedules.ts';
import { type Night, nights } from './nights.ts';
import { SoakWorld } from './soak-world.ts';

// Measures what holds under real faults: `npm run soak -- --cycles 200 --schedules 1000`. Prints a line of JSON for each
// night and each course, and one for all of them; `--breaker` looks at a breaker between two processes first; the exit
// code is 1 when anything was lost, came twice or differs. A night takes over a minute of real time, most of it rest
// between requests to Notion: `--nights-from 101` has a second process work the nights from there on, the same ones that
// come after the first hundred in one, and `--from` does so for the courses.

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '200' },
    schedules: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    'nights-from': { type: 'string', default: '1' },
    share: { type: 'string', default: '0.05' },
    latency: { type: 'string', default: '200' },
    seed: { type: 'string', default: 'soak' },
    'at-once': { type: 'string', default: '4' },
    breaker: { type: 'boolean', default: false },
  },
});
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const CYCLE_MS = 120_000;
/** An emulator has so many accounts, and keeps what is in them in memory. */
const SCHEDULES_OF_AN_EMULATOR = 250;

const cycles = Number(values.cycles);
const schedules = Number(values.schedules);
const from = Number(values.from);
// What is under way when a soak is broken off closes nothing: all that is temporary goes with this folder.
const folder = mkdtempSync(join(tmpdir(), 'abaco-soak-'));
// A database in it has a user of its own.
chmodSync(folder, 0o711);
process.env['TMPDIR'] = folder;
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const worlds: SoakWorld[] = [];
// Each has a database, which would stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void closeWorlds().finally(() => process.exit(1)));
try {
  if (values.breaker) await soakBreaker();
  const isGood = [cycles === 0 || (await soakNights()), schedules === 0 || (await soakSchedules())];
  process.exitCode = isGood.every(Boolean) ? 0 : 1;
} finally {
  await closeWorlds();
}

async function closeWorlds(): Promise<void> {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
}

async function openWorlds(count: number): Promise<readonly SoakWorld[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => SoakWorld.open()));
  worlds.push(...opened);
  return opened;
}

/** Takes as long as a breaker stays open. */
async function soakBreaker(): Promise<void> {
  await startEmulator();
  say(await breakerOfTwo());
  await stopEmulator();
}

async function soakNights(): Promise<boolean> {
  await startEmulator();
  const [world] = await openWorlds(1);
  if (world === undefined) return false;
  const weather = { seed: values.seed, share: Number(values.share), latencyMs: Number(values.latency) };
  const all: Night[] = [];
  for await (const night of nights(world, { cycles, from: Number(values['nights-from']), weather })) {
    say(night);
    all.push(night);
  }
  const durations = all.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const summary = {
    cycles: all.length,
    ...counted(all),
    requests: sum(all.map(({ requests }) => requests)),
    medianMs: durations[Math.floor(durations.length / 2)],
    longestMs: durations.at(-1),
    overTwoMinutes: durations.filter((ms) => ms >= CYCLE_MS).length,
    kinds: kindsOf(all),
  };
  say(summary);
  await stopEmulator();
  return summary.lost + summary.double === 0;
}

async function soakSchedules(): Promise<boolean> {
  const own = await openWorlds(Number(values['at-once']));
  const all: Course[] = [];
  for (let done = 0; done < schedules; done += SCHEDULES_OF_AN_EMULATOR) {
    await startEmulator();
    const count = Math.min(SCHEDULES_OF_AN_EMULATOR, schedules - done);
    const seeds = Array.from({ length: count }, (_, index) => from + done + index);
    for await (const course of courses(own, seeds)) {
      say(course);
      all.push(course);
    }
    await stopEmulator();
  }
  const summary = {
    schedules: all.length,
    ...counted(all),
    different: all.filter(({ differences }) => differences.length > 0).length,
    messagesBefallen: sum(all.flatMap(({ fates }) => Object.values(fates))),
  };
  say(summary);
  return summary.lost + summary.double + summary.different === 0;
}

function counted(all: readonly (Night | Course)[]) {
  return {
    lost: sum(all.map(({ lost }) => lost.length)),
    double: sum(all.map(({ double }) => double.length)),
    /** In Slack, which cannot tell a message that comes again from a new one. */
    unavoidable: sum(all.map(({ unavoidable }) => unavoidable.length)),
    troubles: sum(all.map(({ troubles }) => troubles)),
  };
}

function kindsOf(all: readonly Night[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const { kinds } of all)
    for (const [kind, count] of Object.entries(kinds)) total[kind] = (total[kind] ?? 0) + count;
  return total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
