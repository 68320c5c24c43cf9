import { expect, it } from '@jest/globals';
import { DatasetId } from '../../../shared/domain/ids.ts';
import type { DataBreaker, RunOutcome } from '../../../shared/expectations/data-breaker.ts';
import { noteVerdict } from '../../../shared/expectations/note-verdict.ts';
import type { Breakers } from '../../../shared/ports/breakers.ts';
import { aRunId } from '../../support/a-quality-entry.ts';

const dataset = DatasetId.parse('looker/loans');

/** Breakers in memory, in which each save raises the version. */
class MemoryBreakers implements Breakers {
  readonly states = new Map<string, { value: DataBreaker; version: string }>();
  saves = 0;
  /** Called between a reader's read and its save. */
  beforeSave: () => Promise<unknown> = async () => undefined;

  async get(name: string): Promise<{ value: DataBreaker; version: string } | undefined> {
    return this.states.get(name);
  }

  async save(state: DataBreaker, version: string | undefined): Promise<'saved' | 'conflict'> {
    await this.beforeSave();
    if (this.states.get(state.name)?.version !== version) return 'conflict';
    this.saves += 1;
    this.states.set(state.name, { value: state, version: String(this.saves) });
    return 'saved';
  }

  async all(): Promise<readonly DataBreaker[]> {
    return [...this.states.values()].map(({ value }) => value);
  }
}

function bad(run: number): RunOutcome {
  const landedAt = `2026-01-05T06:3${run}:00.000Z`;
  const place = { runId: aRunId(run), attempt: 1, landedAt, contractVersion: 1 };
  return { ...place, verdict: 'block', isVolumeCollapse: false };
}

it('counts runs until the breaker opens', async () => {
  const breakers = new MemoryBreakers();
  const note = async (run: number) => await noteVerdict({ dataset, outcome: bad(run) }, { breakers });

  const noted = [await note(1), await note(2), await note(3)];

  expect(noted.map(({ events }) => events.length)).toEqual([0, 0, 1]);
  expect((await breakers.all()).map(({ status }) => status)).toEqual(['open']);
});

it('saves nothing when an attempt comes again', async () => {
  const breakers = new MemoryBreakers();

  await noteVerdict({ dataset, outcome: bad(1) }, { breakers });
  await noteVerdict({ dataset, outcome: bad(1) }, { breakers });

  expect(breakers.saves).toBe(1);
});

it('loses no run when another writer comes between reading and saving', async () => {
  const breakers = new MemoryBreakers();
  breakers.beforeSave = async () => {
    breakers.beforeSave = async () => undefined;
    await noteVerdict({ dataset, outcome: bad(2) }, { breakers });
  };

  const { state } = await noteVerdict({ dataset, outcome: bad(1) }, { breakers });

  expect(state.badInARow).toBe(2);
  expect(state.lastRuns.map(({ runId }) => runId)).toEqual([aRunId(2), aRunId(1)]);
});
