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
const AT = '2026-01-05T06:30:00.000Z';

function good(run: number, attempt = 1): RunOutcome {
  return { runId: aRunId(run), attempt, verdict: 'promote', isVolumeCollapse: false, at: AT };
}

function bad(run: number, attempt = 1): RunOutcome {
  return { ...good(run, attempt), verdict: 'block', reason: 'Columns are missing.' };
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

describe('the breaker', () => {
  it('stays closed for two bad runs', () => {
    const { state, events } = after([bad(1), bad(2)]);

    expect(state).toMatchObject({ name: 'data:looker/loans', status: 'closed', badInARow: 2 });
    expect(state.reason).toBe(`Run ${aRunId(2)} was bad. Columns are missing.`);
    expect(events).toEqual([]);
  });

  it('opens with the third bad run in a row', () => {
    const { state, events } = after([bad(1), bad(2), bad(3)]);

    expect(state).toMatchObject({ status: 'open', badInARow: 3, openedAt: AT });
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

  it('opens at once when the volume collapses, although the file passed', () => {
    const { state, events } = after([good(1), { ...good(2), isVolumeCollapse: true }]);

    expect(state.status).toBe('open');
    expect(events.map(({ reason }) => reason)).toEqual([`The volume of run ${aRunId(2)} collapsed.`]);
  });

  it('stays open for further bad runs, without a second event', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), { ...bad(4), at: '2026-02-01T00:00:00.000Z' }]);

    expect(state).toMatchObject({ status: 'open', badInARow: 4, openedAt: AT });
    expect(events).toHaveLength(1);
  });

  it('is closed by the first good run, which says so', () => {
    const { state, events } = after([bad(1), bad(2), bad(3), good(4)]);

    expect(state).toMatchObject({ status: 'closed', badInARow: 0 });
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

  it('counts a run again that was good in between', () => {
    expect(after([bad(1, 1), good(1, 2), bad(1, 3)]).state.badInARow).toBe(1);
  });

  it('gives the event again to the attempt that caused it, and to no other', () => {
    const { state } = after([bad(1), bad(2), bad(3)]);

    const again = noteRun(state, bad(3));

    expect(again.state).toBe(state);
    expect(again.events.map(({ kind }) => kind)).toEqual(['opened']);
    expect(noteRun(state, bad(2))).toEqual({ state, events: [] });
  });

  it('remembers a bounded number of runs', () => {
    const outcomes = Array.from({ length: 60 }, (_, index) => bad(index));

    const { state } = after(outcomes);

    expect(state.lastRuns).toHaveLength(20);
    expect(state.badInARow).toBe(60);
  });

  it('never changes when an attempt is noted twice, whatever came before', () => {
    const outcomes = fc.array(
      fc
        .tuple(fc.nat(5), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean())
        .map(([run, attempt, isBad, isVolumeCollapse]) => ({
          ...(isBad ? bad(run, attempt) : good(run, attempt)),
          isVolumeCollapse,
        })),
      { minLength: 1, maxLength: 18 },
    );

    fc.assert(
      fc.property(outcomes, (noted) => {
        const once = after(noted);

        for (const outcome of noted) expect(noteRun(once.state, outcome).state).toBe(once.state);
        expect(after(noted.flatMap((outcome) => [outcome, outcome])).state).toEqual(once.state);
      }),
      { seed: 20_251_231 },
    );
  });
});
