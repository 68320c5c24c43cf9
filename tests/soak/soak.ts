import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { runToExit } from '../../scripts/script-failed.ts';
import startEmulator from '../support/emulator-setup.ts';
import stopEmulator from '../support/emulator-teardown.ts';
import { breakerOfTwo } from './breaker-of-two.ts';
import { type Course, courses } from './fault-schedules.ts';
import { type Night, nights } from './nights.ts';
import { HELP, readOptions, type SoakOptions } from './soak-options.ts';
import { SoakWorld } from './soak-world.ts';

// `npm run soak`: what holds under real faults. Its help says what is measured.

const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const CYCLE_MS = 120_000;
/** An emulator has so many accounts, and keeps what is in them in memory. */
const SCHEDULES_OF_AN_EMULATOR = 250;

const worlds: SoakWorld[] = [];
await runToExit(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  keepInOneFolder();
  try {
    if (options.looksAtBreaker) await soakBreaker();
    const isGood = [
      options.cycles === 0 || (await soakNights(options)),
      options.schedules === 0 || (await soakSchedules(options)),
    ];
    return isGood.every(Boolean) ? 0 : 1;
  } catch (error) {
    // Ours, and to be looked into: with its stack.
    process.stderr.write(`${inspect(error)}\n`);
    return 1;
  } finally {
    await closeWorlds();
  }
});

/** What is under way when a soak is broken off closes nothing: all that is temporary goes with this folder. */
function keepInOneFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'abaco-soak-'));
  // A database in it has a user of its own.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Each has a database, which would stay behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void closeWorlds().finally(() => process.exit(1)));
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

async function soakNights({ cycles, firstNight, seed, share, latencyMs }: SoakOptions): Promise<boolean> {
  await startEmulator();
  const [world] = await openWorlds(1);
  if (world === undefined) return false;
  const weather = { seed, share, latencyMs };
  const all: Night[] = [];
  for await (const night of nights(world, { cycles, from: firstNight, weather })) {
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

async function soakSchedules({ schedules, firstSchedule, atOnce }: SoakOptions): Promise<boolean> {
  const own = await openWorlds(atOnce);
  const all: Course[] = [];
  for (let done = 0; done < schedules; done += SCHEDULES_OF_AN_EMULATOR) {
    await startEmulator();
    const count = Math.min(SCHEDULES_OF_AN_EMULATOR, schedules - done);
    const seeds = Array.from({ length: count }, (_, index) => firstSchedule + done + index);
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
