import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BucketRule, TokenBucket } from '../../../shared/resilience/token-bucket.ts';

const START = Date.parse('2026-01-05T06:00:00Z');

/** A bucket in a time that passes only when the test says so. `taken` tells when each token was had, in order. */
function aBucket(rule: BucketRule) {
  let now = START;
  const waking: { readonly at: number; readonly wake: () => void }[] = [];
  const taken: { readonly by: number; readonly at: number; readonly waited: number }[] = [];
  const pause = (ms: number) =>
    new Promise<void>((wake) => {
      waking.push({ at: now + ms, wake });
      waking.sort((a, b) => a.at - b.at);
    });
  const bucket = new TokenBucket(rule, { clock: { now: () => new Date(now) }, pause });
  return {
    taken,
    take: (by: number) => void bucket.take().then((waited) => taken.push({ by, at: now, waited })),
    pass: async (ms: number) => {
      await Promise.resolve();
      const until = now + ms;
      for (let next = waking[0]; next !== undefined && next.at <= until; next = waking[0]) {
        waking.shift();
        now = next.at;
        next.wake();
        await new Promise(setImmediate);
      }
      now = until;
      await new Promise(setImmediate);
    },
    setClock: (at: number) => {
      now = at;
    },
  };
}

it('gives a few tokens at once and the others at its rate, to whom asked first', async () => {
  const { take, pass, taken } = aBucket({ perMinute: 60, burst: 3 });

  for (let by = 0; by < 6; by += 1) take(by);
  await pass(10_000);

  expect(taken).toEqual([
    { by: 0, at: START, waited: 0 },
    { by: 1, at: START, waited: 0 },
    { by: 2, at: START, waited: 0 },
    { by: 3, at: START + 1_000, waited: 1_000 },
    { by: 4, at: START + 2_000, waited: 2_000 },
    { by: 5, at: START + 3_000, waited: 3_000 },
  ]);
});

it('saves no more than its burst for later', async () => {
  const { take, pass, taken } = aBucket({ perMinute: 60, burst: 3 });

  await pass(24 * 3_600_000);
  for (let by = 0; by < 4; by += 1) take(by);
  await pass(1_000);

  expect(taken.map(({ waited }) => waited)).toEqual([0, 0, 0, 1_000]);
});

it('keeps nobody waiting longer when the clock is set back', async () => {
  const { take, pass, taken, setClock } = aBucket({ perMinute: 60, burst: 3 });

  take(0);
  setClock(START - 3_600_000);
  take(1);
  await pass(1_000);

  expect(taken.map(({ waited }) => waited)).toEqual([0, 0]);
});

it('never gives more than its burst and its rate allow, in whatever window, and keeps the order', async () => {
  const RULES = fc.record({
    perMinute: fc.integer({ min: 6, max: 6_000 }),
    burst: fc.integer({ min: 1, max: 8 }),
  });
  const GAPS = fc.array(fc.constantFrom(0, 0, 0, 1, 7, 100, 333, 1_000, 60_000), {
    minLength: 5,
    maxLength: 30,
  });

  await fc.assert(
    fc.asyncProperty(RULES, GAPS, async ({ perMinute, burst }, gaps) => {
      const { take, pass, taken } = aBucket({ perMinute, burst });
      for (const [by, gap] of gaps.entries()) {
        await pass(gap);
        take(by);
      }
      await pass(3_600_000);

      expect(taken.map(({ by }) => by)).toEqual([...gaps.keys()]);
      for (const [first, { at }] of taken.entries())
        for (const [last, { at: end }] of taken.entries()) {
          // Waits are whole milliseconds.
          const allowed = burst + ((end - at + 1) * perMinute) / 60_000;
          if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(allowed + 1e-6);
        }
    }),
    { seed: 20_260_105, numRuns: 100 },
  );
});
