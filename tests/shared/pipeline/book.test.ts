import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bookOf, runsAffectedBy, supersedes } from '../../../shared/pipeline/book.ts';
import type { Snapshot } from '../../../shared/ports/snapshot-registry.ts';
import { aRunId, aSnapshot } from '../../support/a-snapshot.ts';

const RUNS = { seed: 20_251_210, numRuns: 500 };

const run = (number: number, overrides: Parameters<typeof aSnapshot>[0] = {}): Snapshot =>
  aSnapshot({ runId: aRunId(number), ...overrides });
const runsOf = (own: Snapshot, snapshots: readonly Snapshot[]) =>
  bookOf(own, snapshots).map(({ runId }) => runId);

/** A registry as it may look: few relations and days, so that they often collide. */
const registry = fc
  .array(
    fc.record({
      relation: fc.constantFrom('looker_loans', 'looker_par', 'cascade_tape'),
      asOf: fc.constantFrom('2025-10-31', '2025-11-30', '2025-12-10', '2025-12-11'),
      landedAt: fc.constantFrom(
        '2025-12-11T06:00:00.000Z',
        '2025-12-11T06:00:00.001Z',
        '2025-12-12T06:00:00.000Z',
      ),
      contractVersion: fc.constantFrom(1, 2, 10),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((snapshots) => snapshots.map((snapshot, index) => run(index + 1, snapshot)));

describe('the book of a run', () => {
  it('is its own snapshot when there is no other', () => {
    const own = run(1);
    const { landedAt: _landedAt, attempt: _attempt, ...entry } = own;

    expect(bookOf(own, [own])).toEqual([entry]);
  });

  it('has the newest snapshot of each other relation that is not newer than its own', () => {
    const own = run(1, { asOf: '2025-12-10' });
    const october = run(2, { relation: 'looker_par', asOf: '2025-10-31' });
    const sameDay = run(3, { relation: 'looker_par', asOf: '2025-12-10' });
    const dayAfter = run(4, { relation: 'looker_par', asOf: '2025-12-11' });
    const tape = run(5, { relation: 'cascade_tape', asOf: '2025-09-30' });

    expect(runsOf(own, [own, october, sameDay, dayAfter, tape])).toEqual([
      tape.runId,
      own.runId,
      sameDay.runId,
    ]);
  });

  it('keeps to its own snapshot although a newer one of the same relation is there', () => {
    const own = run(1, { asOf: '2025-11-30' });
    const newer = run(2, { asOf: '2025-12-10' });

    expect(runsOf(own, [newer, own])).toEqual([own.runId]);
  });

  it('takes the correction that landed later, of two for one day', () => {
    const own = run(1);
    const first = run(9, { relation: 'looker_par', landedAt: '2025-12-11T06:00:00.000Z' });
    const corrected = run(2, { relation: 'looker_par', landedAt: '2025-12-11T09:00:00.000Z' });

    expect(runsOf(own, [own, first, corrected])).toEqual([own.runId, corrected.runId]);
  });

  it('takes the later day over a later landing', () => {
    const own = run(1);
    const november = run(2, {
      relation: 'looker_par',
      asOf: '2025-11-30',
      landedAt: '2025-12-31T06:00:00.000Z',
    });
    const december = run(3, {
      relation: 'looker_par',
      asOf: '2025-12-10',
      landedAt: '2025-12-11T06:00:00.000Z',
    });

    expect(runsOf(own, [own, november, december])).toEqual([own.runId, december.runId]);
  });

  it('is settled by the run id when day and landing are the same', () => {
    const own = run(1);
    const low = run(2, { relation: 'looker_par' });
    const high = run(3, { relation: 'looker_par' });

    expect(runsOf(own, [own, low, high])).toEqual(runsOf(own, [own, high, low]));
    expect(runsOf(own, [own, low, high])).toEqual([own.runId, high.runId]);
  });

  it('takes the newer version of the contract, of one landing that was judged by two', () => {
    const own = run(1);
    const landedAt = '2025-12-11T06:00:00.000Z';
    const first = run(9, { relation: 'looker_par', landedAt, contractVersion: 9 });
    const replayed = run(2, { relation: 'looker_par', landedAt, contractVersion: 10 });
    const corrected = run(3, { relation: 'looker_par', landedAt: '2025-12-11T06:00:00.001Z' });

    expect(runsOf(own, [own, replayed, first])).toEqual([own.runId, replayed.runId]);
    expect(runsOf(own, [own, corrected, replayed, first])).toEqual([own.runId, corrected.runId]);
  });

  it('is empty when its own snapshot was never accepted', () => {
    expect(bookOf(run(1), [run(2)])).toEqual([]);
  });

  it('does not depend on the order in which the snapshots came', () => {
    const shuffled = registry.chain((snapshots) =>
      fc.tuple(
        fc.constant(snapshots),
        fc.shuffledSubarray(snapshots, { minLength: snapshots.length, maxLength: snapshots.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([snapshots, permuted]) => {
        for (const own of snapshots) expect(bookOf(own, permuted)).toEqual(bookOf(own, snapshots));
      }),
      RUNS,
    );
  });

  it('has each relation once, in order, never one from after its day, and always its own', () => {
    fc.assert(
      fc.property(registry, (snapshots) => {
        for (const own of snapshots) {
          const book = bookOf(own, snapshots);

          const relations = book.map(({ relation }) => relation);
          expect(relations).toEqual([...new Set(relations)].toSorted());
          expect(book.filter(({ asOf }) => asOf > own.asOf)).toEqual([]);
          expect(book.map(({ runId }) => runId)).toContain(own.runId);
        }
      }),
      RUNS,
    );
  });

  it('is left by no better candidate: the same by sorting the whole registry', () => {
    fc.assert(
      fc.property(registry, (snapshots) => {
        const [own] = snapshots;
        if (own === undefined) return;

        const expected = [...new Set(snapshots.map(({ relation }) => relation))]
          .toSorted()
          .flatMap((relation) => {
            const candidates = snapshots
              .filter((snapshot) =>
                relation === own.relation ? snapshot === own : snapshot.relation === relation,
              )
              .filter(({ asOf }) => asOf <= own.asOf)
              .toSorted(
                (a, b) =>
                  a.asOf.localeCompare(b.asOf) ||
                  Date.parse(a.landedAt) - Date.parse(b.landedAt) ||
                  a.contractVersion - b.contractVersion ||
                  a.runId.localeCompare(b.runId),
              );
            return candidates.slice(-1).map(({ runId }) => runId);
          });

        expect(runsOf(own, snapshots)).toEqual(expected);
      }),
      RUNS,
    );
  });
});

describe('superseding', () => {
  it('puts any two snapshots in exactly one order', () => {
    fc.assert(
      fc.property(registry, (snapshots) => {
        for (const a of snapshots) {
          for (const b of snapshots) expect(supersedes(a, b)).toBe(a !== b && !supersedes(b, a));
        }
      }),
      RUNS,
    );
  });
});

describe('the runs that a new snapshot affects', () => {
  it('are those as of its day or later that had none, or an older one, of its relation', () => {
    const before = run(1, { asOf: '2025-11-30' });
    const sameDay = run(2, { asOf: '2025-12-10' });
    const later = run(3, { asOf: '2025-12-31' });
    const sibling = run(4, { relation: 'looker_par', asOf: '2025-12-31' });
    const added = run(5, { relation: 'looker_par', asOf: '2025-12-10' });

    const affected = runsAffectedBy(added, [before, sameDay, added, sibling, later]);

    expect(affected.map(({ runId }) => runId)).toEqual([sameDay.runId]);
  });

  it('are none when it is older than what they have', () => {
    const own = run(1, { asOf: '2025-12-10' });
    const known = run(2, { relation: 'looker_par', asOf: '2025-12-10' });
    const late = run(3, { relation: 'looker_par', asOf: '2025-11-30' });

    expect(runsAffectedBy(late, [own, known, late])).toEqual([]);
  });

  it('are exactly those whose book is another one than before', () => {
    fc.assert(
      fc.property(registry, (snapshots) => {
        const [added, ...before] = snapshots;
        if (added === undefined) return;

        const changed = before.filter(
          (own) => JSON.stringify(bookOf(own, before)) !== JSON.stringify(bookOf(own, snapshots)),
        );

        expect(runsAffectedBy(added, snapshots)).toEqual(changed);
      }),
      { ...RUNS, numRuns: 2_000 },
    );
  });

  it('leave every book as it would have been, in whatever order the snapshots came', () => {
    fc.assert(
      fc.property(registry, (snapshots) => {
        const books = new Map<string, string>();
        const known: Snapshot[] = [];
        for (const added of snapshots) {
          known.push(added);
          for (const own of [added, ...runsAffectedBy(added, known)]) {
            books.set(own.runId, JSON.stringify(bookOf(own, known)));
          }
        }

        for (const own of snapshots) {
          expect(books.get(own.runId)).toBe(JSON.stringify(bookOf(own, snapshots)));
        }
      }),
      RUNS,
    );
  });
});
