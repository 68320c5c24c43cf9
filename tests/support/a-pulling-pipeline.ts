import type { Deps } from '../../shared/app.ts';
import { DatasetId } from '../../shared/domain/ids.ts';
import { rollBack } from '../../shared/pipeline/roll-back.ts';
import type { PullWindow, SourceName, SourceRecord } from '../../shared/ports/source-client.ts';
import type { Pull } from '../../shared/ports/source-states.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { type ShownSource, showSource } from '../../shared/sources/operate-source.ts';
import { pullDataset } from '../../shared/sources/pull-dataset.ts';
import { Pipeline } from './a-pipeline.ts';
import { coreCatalog } from './core-catalog.ts';
import { SourceStubs } from './source-stubs.ts';

// Pulls by the real clients from sources on this machine, into the real pipeline.

export const DAY_MS = 86_400_000;

export class PullingPipeline {
  readonly pipeline: Pipeline;
  readonly stubs: SourceStubs;
  readonly deps: Deps;

  private constructor(pipeline: Pipeline, stubs: SourceStubs) {
    this.pipeline = pipeline;
    this.stubs = stubs;
    const { deps } = pipeline;
    this.deps = { ...deps, sourceClient: (source) => stubs.client(source, deps) };
  }

  static async open(): Promise<PullingPipeline> {
    return new PullingPipeline(await Pipeline.open({ catalog: noKpis }), await SourceStubs.open());
  }

  /** Nothing was ever pulled, and nothing goes wrong. */
  async reset(): Promise<void> {
    this.stubs.reset();
    await this.pipeline.forget();
    for await (const { path, etag } of this.deps.lake.list('landing'))
      await this.deps.lake.remove('landing', path, { etag });
  }

  close(): Promise<void> {
    return this.stubs.close();
  }

  /** What is brought lies in landing; nobody is told yet. */
  pull(dataset: string, window?: PullWindow, deps: Deps = this.deps): Promise<Pull> {
    const source = sourceOf(dataset);
    return pullDataset({ source, dataset: DatasetId.parse(dataset), cause: 'a test', window }, deps);
  }

  /** The run of what was brought, worked to its end. */
  async takeIn({ path }: Pull): Promise<RunRecord> {
    if (path === undefined) throw new Error('nothing was brought');
    const outcome = await this.pipeline.announce(path);
    await this.pipeline.runDry();
    return await this.pipeline.runOf(outcome);
  }

  /** A pull on a calm day. */
  async bring(dataset: string, window?: PullWindow): Promise<Pull> {
    const pull = await this.pull(dataset, window);
    const run = await this.takeIn(pull);
    if (run.status !== 'success') throw new Error(`${run.status}: ${JSON.stringify(run.problems)}`);
    return pull;
  }

  /** An operator takes what was brought out of the numbers. */
  async rollBack({ path = '' }: Pull): Promise<void> {
    const { runId } = await this.pipeline.runOf((await this.deps.ledger.findDrop(path)) ?? {});
    const outcome = await rollBack({ runId, by: 'ana', reason: 'wrong', dryRun: false }, this.deps);
    if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
    this.pipeline.queue.push(...outcome.next);
    await this.pipeline.runDry();
  }

  async shown(dataset: string, deps: Deps = this.deps): Promise<ShownSource['datasets'][number]> {
    const { datasets } = await showSource(sourceOf(dataset), deps);
    const found = datasets.find((candidate) => candidate.dataset === dataset);
    if (found === undefined) throw new Error(`${dataset} is not shown`);
    return found;
  }

  async records({ path = '' }: Pull): Promise<SourceRecord[]> {
    const lines = (await this.pipeline.text('landing', path)).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line));
  }
}

/** How a pull is taken in does not hang on what is computed of it. */
const noKpis: Deps['catalog'] = async () => ({ ...(await coreCatalog()), kpis: [], former: [], models: [] });

function sourceOf(dataset: string): SourceName {
  if (dataset.startsWith('hubspot/')) return 'hubspot';
  return dataset.startsWith('meta/') ? 'meta' : 'cascade';
}
