import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deps } from '../../../shared/app.ts';
import { BookId, RunId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { recordInHistory, takeOutOfHistory } from '../../../shared/pipeline/settle-history.ts';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import { attemptPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aBookEntry, aKpiMart, aKpiResult, aRun } from '../../support/a-kpi-mart.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aSnapshot } from '../../support/a-snapshot.ts';
import { howMany } from '../../support/how-many.ts';
import { dyingAtChange, isDeath, ProcessDied, watched } from '../../support/port-faults.ts';

// Whatever runs publish, publish anew and withdraw, at once and dying on the way: at each reporting date the best founded
// of those that are left stands, as if only they had ever been.

const DAYS = ['2026-01-20', '2026-01-31', '2026-02-14', '2026-03-31'].map((day) => LocalDate.parse(day));
const DATES = ['2025-12-31', '2026-01-31', '2026-02-28', '2026-03-31'].map((day) => LocalDate.parse(day));
const KPIS = ['x.first', 'x.second'];
const MODELS = ['mart_a', 'mart_b'];
const RUNS = 5;

/** What a run says from now on, or that its file is withdrawn; and at which of its changes the process dies first. */
type Act = {
  readonly run: number;
  readonly says: { readonly points: readonly number[]; readonly files: number } | 'withdrawn';
  readonly diesAt: number | undefined;
  /** Its message comes again after others have acted, or while they do. */
  readonly isLate?: boolean;
};

const act: fc.Arbitrary<Act> = fc.record({
  run: fc.nat(RUNS - 1),
  says: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        points: fc.uniqueArray(fc.nat(15), { maxLength: 10 }),
        files: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.constant('withdrawn' as const) },
  ),
  diesAt: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
  isLate: fc.boolean(),
});
/** Acts of different runs that happen at once. */
const acts = fc.array(fc.uniqueArray(act, { minLength: 1, maxLength: 3, selector: ({ run }) => run }), {
  minLength: 2,
  maxLength: 6,
});

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

class World {
  readonly #runs: RunRecord[] = [];
  readonly #marts = new Map<RunId, KpiMart>();
  readonly #late: (() => Promise<void>)[] = [];
  #said = 0;

  /** Runs with numbers of different days, and of one day. */
  static async open(): Promise<World> {
    await pipeline.forget();
    const world = new World();
    for (let index = 0; index < RUNS; index += 1) {
      const asOf = DAYS[Math.min(index, DAYS.length - 1)] as LocalDate;
      const landedAt = `2026-04-0${index + 1}T00:00:00.000Z`;
      const run = aRun({
        runId: RunId.parse(`run_${String(index).padStart(12, '0')}`),
        asOf,
        attempt: 1,
        status: 'running',
        stage: 'publish',
      });
      const landed = { ...run, drop: { ...run.drop, landedAt } };
      await pipeline.deps.ledger.claim(landed);
      world.#runs.push(landed);
    }
    return world;
  }

  async do({ run: index, says, diesAt, isLate = false }: Act, deps: Deps = pipeline.deps): Promise<void> {
    const run = this.#runs[index] as RunRecord & { readonly asOf: LocalDate };
    if (says === 'withdrawn') {
      this.#marts.delete(run.runId);
      const attempt = (await pipeline.run(run.runId)).attempt + 1;
      await deps.registry.remove({ relation: run.relation ?? '', runId: run.runId, attempt });
      const rejected = await amendRun(deps.ledger, run.runId, (current) => ({
        ...current,
        status: 'rejected',
        attempt,
      }));
      if (rejected === undefined) throw new Error(`${run.runId} is not there`);
      await this.#insist({ deps, diesAt, isLate }, async (mortal) => {
        // Whoever has gone on comes back to it himself.
        if ((await pipeline.run(run.runId)).attempt === attempt) await takeOutOfHistory(rejected.run, mortal);
      });
      return;
    }
    this.#said += 1;
    const mart = aMart(run.asOf, says, this.#said);
    this.#marts.set(run.runId, mart);
    const attempt = (await pipeline.run(run.runId)).attempt + 1;
    await deps.registry.register(
      aSnapshot({ runId: run.runId, relation: run.relation ?? '', asOf: run.asOf, attempt }),
    );
    await deps.lake.write('runs', attemptPath(run.runId, attempt, 'kpis.json'), martJson(mart));
    await amendRun(deps.ledger, run.runId, (current) => ({
      ...current,
      status: 'running',
      stage: 'publish',
      attempt,
      bookId: mart.bookId,
    }));
    await this.#insist({ deps, diesAt, isLate }, async (mortal) => {
      if ((await pipeline.run(run.runId)).attempt === attempt)
        await recordInHistory(mart, { ...run, attempt }, mortal);
      const ended = await amendRun(mortal.ledger, run.runId, (current) =>
        current.attempt === attempt
          ? { ...current, status: 'success', succeededAt: '2026-04-09T00:00:00.000Z' }
          : undefined,
      );
      if (ended?.amended !== true) await takeOutOfHistory({ runId: run.runId, attempt }, mortal);
    });
  }

  /** The message of a process that died comes again, sooner or later. */
  async #insist(
    { deps, diesAt, isLate }: { deps: Deps; diesAt: number | undefined; isLate: boolean },
    work: (deps: Deps) => Promise<void>,
  ): Promise<void> {
    try {
      await work(diesAt === undefined ? deps : dyingAtChange(deps, diesAt).deps);
    } catch (error) {
      if (!isDeath(error)) throw error;
      if (isLate) this.#late.push(() => work(deps));
      else await work(deps);
    }
  }

  /** Messages that are still to come again. */
  takeLate(): readonly (() => Promise<void>)[] {
    return this.#late.splice(0);
  }

  left(): readonly (readonly KpiResult[])[] {
    return SERIES.map(({ id, model }) => this.#bestOf(id, model));
  }

  /** Of all that is said by those that are left, what stands best. */
  #bestOf(id: string, model: string): readonly KpiResult[] {
    const best = new Map<string, { readonly rank: string; readonly result: KpiResult }>();
    for (const run of this.#runs) {
      const mart = this.#marts.get(run.runId);
      if (mart === undefined) continue;
      const rank = `${mart.asOf} ${mart.book.length} ${run.drop.landedAt}`;
      for (const result of mart.series) {
        if (result.id !== id || result.model !== model) continue;
        const other = best.get(result.reportingDate);
        if (other === undefined || rank > other.rank) best.set(result.reportingDate, { rank, result });
      }
    }
    return [...best.values()]
      .map(({ result }) => result)
      .toSorted((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1));
  }
}

/** The run publishes something for every KPI, model and date that it may have. */
async function published(world: World, run: number): Promise<void> {
  const points = Array.from({ length: 16 }, (_, point) => point);
  await world.do({ run, says: { points, files: 1 }, diesAt: undefined });
}

/** A point is a KPI, a model and a date; a mart has none after the month of its day. */
function aMart(
  asOf: LocalDate,
  { points, files }: { points: readonly number[]; files: number },
  value: number,
): KpiMart {
  const series = points.flatMap((point) => {
    const reportingDate = DATES[point >> 2] as LocalDate;
    if (reportingDate.slice(0, 7) > asOf.slice(0, 7)) return [];
    const [id = '', model = ''] = [KPIS[point & 1], MODELS[(point >> 1) & 1]];
    return [aKpiResult({ id, model, reportingDate, value: `${value}` })];
  });
  return aKpiMart({
    asOf,
    bookId: BookId.parse(`book_${String(value).padStart(12, '0')}`),
    book: Array.from({ length: files }, () => aBookEntry({ asOf })),
    kpis: KPIS.map((id) => aKpiResult({ id, value: null })),
    series,
  });
}

const SERIES = KPIS.flatMap((id) => MODELS.map((model) => ({ id, version: 1, model })));

async function shown(): Promise<readonly (readonly KpiResult[])[]> {
  return await Promise.all(SERIES.map((kpi) => pipeline.deps.history.seriesOf(kpi)));
}

describe('the history of the KPIs', () => {
  it.each<[string, 'lives on' | 'dies', Act['says']]>([
    ['that is withdrawn', 'lives on', 'withdrawn'],
    ['that is withdrawn', 'dies', 'withdrawn'],
    ['that says nothing of it any more', 'lives on', { points: [], files: 1 }],
    ['that says nothing of it any more', 'dies', { points: [], files: 1 }],
  ])('names no run %s while it is asked for what it knows, when whoever asks %s', async (_, fate, says) => {
    const world = await World.open();
    for (const run of [0, 1, 2]) await published(world, run);
    const asked: unknown[] = [];
    const meanwhile = watched(pipeline.deps, async ({ method, args }) => {
      if (asked.length === 1 && method === 'close' && fate === 'dies') {
        asked.push('died');
        throw new ProcessDied('after the run was asked');
      }
      if (method !== 'offer' || asked.length > 0) return;
      asked.push(args[1]);
      await world.do({ run: 1, says, diesAt: undefined });
    });

    await world.do({ run: 2, says: 'withdrawn', diesAt: undefined }, meanwhile);

    expect(asked[0]).toMatchObject({ runId: 'run_000000000001' });
    expect(asked).toHaveLength(fate === 'dies' ? 2 : 1);
    expect(await shown()).toEqual(world.left());
  });

  it('comes back to what another run has taken meanwhile, when whoever asks dies', async () => {
    const world = await World.open();
    for (const run of [0, 1, 2]) await published(world, run);
    let asked = 0;
    const dyingAtOnce = watched(pipeline.deps, async ({ method }) => {
      if (method !== 'offer' || asked > 0) return;
      asked += 1;
      // It would stand nowhere, were the points of the run not open that is withdrawn.
      await published(world, 0);
      throw new ProcessDied('before anybody was asked');
    });

    await world.do({ run: 2, says: 'withdrawn', diesAt: undefined }, dyingAtOnce);

    expect(asked).toBe(1);
    expect(await shown()).toEqual(world.left());
  });

  it('asks all who may know better than one that has taken a point meanwhile', async () => {
    const world = await World.open();
    await published(world, 0);
    await published(world, 1);
    // Of a later day, and it knows one point of each KPI alone.
    await world.do({ run: 2, says: { points: [8, 9], files: 1 }, diesAt: undefined });
    await published(world, 3);
    let asked = 0;
    const meanwhile = watched(pipeline.deps, async ({ method }) => {
      if (method !== 'offer' || asked > 0) return;
      asked += 1;
      await published(world, 0);
    });

    await world.do({ run: 3, says: 'withdrawn', diesAt: undefined }, meanwhile);

    expect(asked).toBe(1);
    expect(await shown()).toEqual(world.left());
  });

  it('asks each run of a book when one of them could not compute all', async () => {
    const { ledger } = pipeline.deps;
    const world = await World.open();
    await published(world, 1);
    // The second KPI alone.
    await world.do({ run: 2, says: { points: [1, 3, 5, 7], files: 1 }, diesAt: undefined });
    await published(world, 3);
    const { bookId } = await pipeline.run(RunId.parse('run_000000000001'));
    await amendRun(ledger, RunId.parse('run_000000000002'), ({ phases, ...run }) => {
      const calculation = { kpisComputed: 1, kpisNotComputable: 1, auditEntries: 4, durationMs: 1 };
      const errors = { 'x.first': 'IO Error' };
      return { ...run, bookId, phases: { ...phases, calculation: { ...calculation, errors } } };
    });

    await world.do({ run: 3, says: 'withdrawn', diesAt: undefined });

    expect(await shown()).toEqual(world.left());
  });

  it('is what the runs that are left say, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (happened) => {
        const world = await World.open();
        for (const atOnce of happened) {
          const late = world.takeLate();
          await Promise.all([...late.map((again) => again()), ...atOnce.map((each) => world.do(each))]);
        }
        await Promise.all(world.takeLate().map((again) => again()));
        expect(await shown()).toEqual(world.left());
      }),
      { seed: 20_261_129, numRuns: howMany(200, 20), endOnFailure: true },
    );
  });
});
