import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DatasetId } from '../../../shared/domain/ids.ts';
import {
  type BreakerEvent,
  closedBreaker,
  DataBreaker,
  noteRun,
  type RunOutcome,
} from '../../../shared/expectations/data-breaker.ts';
import { aRunId } from '../../support/a-quality-entry.ts';

const LOANS = DatasetId.parse('looker/loans');
const SEED = 20_251_231;

/** The file of the nth minute. */
const landed = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 6, minute)).toISOString();

function good(run: number, attempt = 1): RunOutcome {
  const place = { runId: aRunId(run), attempt, landedAt: landed(run), contractVersion: 1 };
  return { ...place, verdict: 'promote', isVolumeCollapse: false };
}

function bad(run: number, attempt = 1): RunOutcome {
  return { ...good(run, attempt), verdict: 'block', reason: 'Columns are missing.' };
}

function collapsed(run: number, attempt = 1): RunOutcome {
  return { ...bad(run, attempt), isVolumeCollapse: true, reason: 'Half of the rows are gone.' };
}

function rolledBack(run: number, attempt = 2): RunOutcome {
  return { ...good(run, attempt), verdict: 'rolled-back' };
}

function after(outcomes: readonly RunOutcome[]): { state: DataBreaker; events: BreakerEvent[] } {
  const events: BreakerEvent[] = [];
  let state = closedBreaker(LOANS);
  for (const outcome of outcomes) {
    const noted = noteRun(state, outcome);
    state = DataBreaker.parse(noted.state);
    events.push(...noted.events);
  }
  return { state, events };
}

/** All that does not tell who came last. */
function standing(outcomes: readonly RunOutcome[]): Omit<DataBreaker, 'changedBy'> {
  const { changedBy: _, ...rest } = after(outcomes).state;
  return rest;
}

describe('the breaker', () => {
  it('stays closed for two bad runs', () => {
    const { state, events } = after([bad(1), bad(2)]);

    expect(state).toMatchObject({ name: 'data:looker/loans', status: 'closed', badInARow: 2 });
    expect(state.reason).toBe(`Run ${aRunId(2)} was bad. Columns are missing.`);
    expect(events).toEqual([]);
  });

  it('opens with the third bad run in a row, since its file landed', () => {
    const { state, events } = after([bad(1), bad(2), bad(3)]);

    expect(state).toMatchObject({ status: 'open', badInARow: 3, openedAt: landed(3) });
    expect(events).toEqual([
      {
        kind: 'opened',
        name: 'data:looker/loans',
        runId: aRunId(3),
        reason: `3 bad runs in a row, the last one ${aRunId(3)}. Columns are missing.`,
      },
    ]);
  });

  it('begins to count anew after a good run', () => {
    expect(after([bad(1), bad(2), good(3), bad(4), bad(5)]).state).toMatchObject({
      status: 'closed',
      badInARow: 2,
    });
  });

  it('opens at once when the volume collapses', () => {
    const { state, events } = after([good(1), collapsed(2)]);

    expect(state.status).toBe('open');
    expect(events.map(({ reason }) => reason)).toEqual([
      `The volume of run ${aRunId(2)} collapsed. Half of the rows are gone.`,
    ]);
  });

  it('stays open for further bad runs, since the same time and without a second event', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), bad(4)]);

    expect(state).toMatchObject({ status: 'open', badInARow: 4, openedAt: landed(3) });
    expect(events).toHaveLength(1);
  });

  it('is closed by the first good run, which says so', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), good(4)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 0, reason: `Run ${aRunId(4)} passed.` });
    expect(state).not.toHaveProperty('openedAt');
    expect(events.at(-1)).toEqual({
      kind: 'closed',
      name: 'data:looker/loans',
      runId: aRunId(4),
      reason: `Run ${aRunId(4)} passed, so results are published again.`,
    });
  });

  it('is not opened by one file that is tried again and again', () => {
    expect(after([bad(1, 1), bad(1, 2), bad(1, 3), bad(1, 4)]).state).toMatchObject({
      status: 'closed',
      badInARow: 1,
    });
  });

  it('is not closed by an old good file that is only judged again', () => {
    const noted = [good(1), bad(2), bad(3), bad(4)];

    const again = after([...noted, good(1, 2)]);

    expect(again.state).toMatchObject({ status: 'open', badInARow: 3, openedAt: landed(4) });
    expect(again.events.map(({ kind }) => kind)).toEqual(['opened']);
  });

  it('is closed when one of the bad files in between turns out good', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), good(2, 2)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 1 });
    expect(events.at(-1)?.reason).toBe(`Run ${aRunId(2)} passed, so results are published again.`);
  });

  it('is closed when a bad file turns out not to have collapsed', () => {
    const { state, events } = after([collapsed(1), bad(1, 2)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 1 });
    expect(events.at(-1)?.reason).toBe(`Run ${aRunId(1)} was judged again, so results are published again.`);
  });

  it('counts a file that was rolled back neither as good nor as bad', () => {
    const around = after([bad(1), bad(2), good(3), rolledBack(3), bad(4)]);
    const alone = after([bad(1), bad(2), good(3), rolledBack(3)]);

    expect(around.state).toMatchObject({ status: 'open', badInARow: 3, openedAt: landed(4) });
    expect(alone.state).toMatchObject({ status: 'closed', badInARow: 2 });
    expect(alone.state.reason).toBe(`Run ${aRunId(2)} was bad. Columns are missing.`);
  });

  it('opens again when the file is rolled back that had closed it, and closes when that is taken back', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), good(4), rolledBack(4), good(4, 3)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 0 });
    expect(events.map(({ kind, runId }) => [kind, runId])).toEqual([
      ['opened', aRunId(3)],
      ['closed', aRunId(4)],
      ['opened', aRunId(4)],
      ['closed', aRunId(4)],
    ]);
  });

  it('is closed when the file is rolled back that had opened it', () => {
    const { state, events } = after([good(1), collapsed(2), rolledBack(2)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 0, reason: `Run ${aRunId(1)} passed.` });
    expect(events.at(-1)?.reason).toBe(`Run ${aRunId(2)} was rolled back, so results are published again.`);
  });

  it('does not listen to an attempt that a newer one has overtaken', () => {
    const { state } = after([bad(1), bad(2), good(3, 2)]);

    expect(noteRun(state, bad(3, 1))).toEqual({ state, events: [] });
    expect(noteRun(state, collapsed(3, 1)).state).toBe(state);
  });

  it('counts a replay under a newer contract after the run that it mends', () => {
    const replayed = (run: number): RunOutcome => ({
      ...good(run),
      // Its name comes before all others, but its contract is newer.
      runId: aRunId(0),
      contractVersion: 2,
    });

    expect(after([bad(1), bad(2), bad(3), replayed(3)]).state.status).toBe('closed');
    expect(after([bad(1), bad(2), bad(3), replayed(1)]).state).toMatchObject({
      status: 'closed',
      badInARow: 2,
    });
  });

  it('gives the event again to the attempt that caused it, and to no other', () => {
    const { state } = after([bad(1), bad(3), bad(2)]);

    const again = noteRun(state, bad(2));

    expect(again.state).toBe(state);
    expect(again.events).toEqual([
      expect.objectContaining({ kind: 'opened', runId: aRunId(2), reason: state.reason }),
    ]);
    expect(noteRun(state, bad(3))).toEqual({ state, events: [] });
    expect(noteRun(state, bad(2, 2)).events).toEqual([]);
  });

  it('gives the event that it closed again, in the same words', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), good(4)]);

    expect(noteRun(state, good(4)).events).toEqual(events.slice(-1));
  });

  it('remembers the files that landed last, and no others', () => {
    const { state } = after(Array.from({ length: 50 }, (_, index) => bad(index)));

    expect(state.lastRuns.map(({ runId }) => runId)).toEqual(
      Array.from({ length: 20 }, (_, index) => aRunId(49 - index)),
    );
    expect(state).toMatchObject({ status: 'open', badInARow: 20 });
    expect(noteRun(state, good(3))).toEqual({ state, events: [] });
  });

  it('keeps no more of a reason than a table has room for', () => {
    const { state } = after([{ ...bad(1), reason: 'x'.repeat(10_000) }]);

    expect(state.lastRuns[0]?.reason).toHaveLength(500);
  });
});

describe('the breaker, whatever the order in which runs are worked on,', () => {
  const DRAWN: fc.Arbitrary<readonly RunOutcome[]> = fc.uniqueArray(
    fc
      .record({
        run: fc.nat(29),
        attempt: fc.integer({ min: 1, max: 3 }),
        of: fc.constantFrom(good, bad, bad, collapsed, rolledBack),
        // Several files land within one second.
        second: fc.boolean(),
      })
      .map(({ run, attempt, of, second }) => ({
        ...of(run, attempt),
        landedAt: landed(second ? run : run - (run % 3)),
      })),
    {
      selector: ({ runId, attempt }) => `${runId} ${attempt}`,
      minLength: 1,
      maxLength: 60,
    },
  );

  /** A run that is only judged again has not landed again. */
  const OUTCOMES = DRAWN.map((drawn) =>
    drawn.map((outcome) => {
      const first = drawn.find(({ runId }) => runId === outcome.runId);
      return { ...outcome, landedAt: first?.landedAt ?? outcome.landedAt };
    }),
  );

  const WITH_REPEATS = OUTCOMES.chain((outcomes) =>
    fc.record({
      outcomes: fc.constant(outcomes),
      shuffled: fc.subarray([...outcomes]).chain((repeated) => {
        const all = [...outcomes, ...repeated];
        return fc.shuffledSubarray(all, { minLength: all.length });
      }),
    }),
  );

  it('ends in the same state, once or many times', () => {
    fc.assert(
      fc.property(WITH_REPEATS, ({ outcomes, shuffled }) => {
        expect(standing(shuffled)).toEqual(standing(outcomes));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('is not changed by an outcome that comes again', () => {
    fc.assert(
      fc.property(OUTCOMES, (outcomes) => {
        const { state } = after(outcomes);

        for (const outcome of outcomes) expect(noteRun(state, outcome).state).toBe(state);
      }),
      { seed: SEED },
    );
  });

  it('tells each change of its state, and nothing else', () => {
    fc.assert(
      fc.property(OUTCOMES, (outcomes) => {
        let state = closedBreaker(LOANS);
        for (const outcome of outcomes) {
          const noted = noteRun(state, outcome);
          const told = noted.events.map(({ kind }) => kind);
          const changed = noted.state.status === 'open' ? 'opened' : 'closed';

          expect(told).toEqual(noted.state.status === state.status ? [] : [changed]);
          state = noted.state;
        }
      }),
      { seed: SEED },
    );
  });
});
