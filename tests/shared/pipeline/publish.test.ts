import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { commitDocuments } from '../../../shared/pipeline/close-run.ts';
import { refreshAffectedRuns } from '../../../shared/pipeline/refresh-affected-runs.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { messageFor, type StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { Compliance, Manifest, RunSummary } from '../../../shared/runs/documents.ts';
import { artifactPath, attemptPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { ZONES } from '../../../shared/topology.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const LATEST = 'latest/looker/loan_par_balances.json';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

async function manifestOf(run: RunRecord, from = pipeline): Promise<Manifest> {
  return Manifest.parse(await from.json('runs', artifactPath(run.runId, 'manifest.json')));
}

async function summaryOf(run: RunRecord, from = pipeline): Promise<RunSummary> {
  return RunSummary.parse(await from.json('runs', artifactPath(run.runId, 'summary.json')));
}

/** Every file that the manifest lists lies where it says and has its hash; the summary vouches for the manifest. */
async function expectWholeRun(run: RunRecord, from = pipeline): Promise<Manifest> {
  const manifest = await manifestOf(run, from);
  for (const { container, path, sha256, bytes } of manifest.files) {
    const zone = z.enum(ZONES).parse(container);
    const body = await from.bytes(zone, path);
    const found = [createHash('sha256').update(body).digest('hex'), body.length];
    expect([path, ...found]).toEqual([path, sha256, bytes]);
  }
  const text = await from.bytes('runs', artifactPath(run.runId, 'manifest.json'));
  const { manifestSha256 } = await summaryOf(run, from);
  expect(createHash('sha256').update(text).digest('hex')).toBe(manifestSha256);
  return manifest;
}

describe('a published run', () => {
  it('writes summary.json last, when everything that it vouches for is there', async () => {
    await pipeline.drop(`${PAR}/last.csv`, parFile('LAST'));
    const outcome = await pipeline.announce(`${PAR}/last.csv`);
    await pipeline.deliver(pipeline.next());
    await pipeline.deliver(pipeline.next());
    const calls: PortCall[] = [];

    await pipeline.deliver(
      pipeline.next(),
      watched(pipeline.deps, (call) => void calls.push(call)),
    );

    const { runId } = await pipeline.runOf(outcome);
    const writes = calls.filter(({ method }) => method === 'write').map(({ args }) => args[1]);
    const own = writes.filter((path) => String(path).startsWith(`${runId}/`));
    expect(own.at(-1)).toBe(artifactPath(runId, 'summary.json'));
    expect(own.indexOf(artifactPath(runId, 'manifest.json'))).toBe(own.length - 6 + 1);
    expect(writes.indexOf(LATEST)).toBeGreaterThan(writes.indexOf(artifactPath(runId, 'summary.json')));
  });

  it('lists every file with its true hash, from raw to report', async () => {
    const run = await pipeline.takeThrough(`${PAR}/hashes.csv`, parFile('HASHES'));

    const manifest = await expectWholeRun(run);

    expect(manifest.files.map(({ name }) => name).toSorted()).toEqual([
      'compliance.json',
      'kpis.csv',
      'kpis.json',
      'kpis.parquet',
      'lineage.jsonl',
      'masked_sample.json',
      'parity.json',
      'raw',
      'report.html',
      'report.html',
      'report.md',
      'report.md',
      'staging.parquet',
      'validation_report.html',
      'validation_report.json',
    ]);
    expect(manifest).toMatchObject({ asOf: '2025-11-30', bookId: run.bookId, attempt: 1 });
    expect(manifest.book.map(({ runId }) => runId)).toContain(run.runId);
  });

  it('tells in its summary what each phase did, also under the former name', async () => {
    const run = await pipeline.takeThrough(`${PAR}/phases.csv`, parFile('PHASES'));

    const summary = await summaryOf(run);

    expect(summary).toMatchObject({
      status: 'success',
      dataset: PAR,
      sourceFile: `${PAR}/phases.csv`,
      phases: {
        ingestion: { rowsLoaded: 5, validationErrors: 0 },
        transformation: { rowsAccepted: 5 },
        calculation: { errors: {} },
        output: { filesPersisted: 8, uploadsConfirmed: 4 },
      },
    });
    expect(await pipeline.text('runs', artifactPath(run.runId, 'pipeline_summary.json'))).toBe(
      await pipeline.text('runs', artifactPath(run.runId, 'summary.json')),
    );
  });

  it('leaves a lineage with both ends of every stage', async () => {
    const run = await pipeline.takeThrough(`${PAR}/lineage.csv`, parFile('LINEAGE'));

    const lines = (await pipeline.text('runs', artifactPath(run.runId, 'lineage.jsonl')))
      .trimEnd()
      .split('\n');
    const events = lines.map((line): { eventType: string; job: { name: string } } => JSON.parse(line));

    expect(events.map(({ eventType, job }) => `${job.name} ${eventType}`)).toEqual(
      ['ingest', 'validate', 'compute', 'publish'].flatMap((stage) => [
        `${PAR}.${stage} START`,
        `${PAR}.${stage} COMPLETE`,
      ]),
    );
  });

  it('keeps the documents of every attempt', async () => {
    const run = await pipeline.takeThrough(`${PAR}/attempts.csv`, parFile('ATTEMPTS'));
    const first = await pipeline.text('runs', attemptPath(run.runId, 1, 'manifest.json'));

    const again = await rerunFrom(run, 'publish');

    expect(again).toMatchObject({ status: 'success', attempt: 2, cause: 'rerun from publish: test' });
    expect(await pipeline.text('runs', attemptPath(run.runId, 1, 'manifest.json'))).toBe(first);
    expect(await expectWholeRun(again)).toMatchObject({ attempt: 2 });
  });

  it('changes nothing when its message comes again', async () => {
    const run = await pipeline.takeThrough(`${PAR}/again.csv`, parFile('AGAIN'));
    const before = await pipeline.versions();

    const outcome = await pipeline.deliver(messageFor(run, 'publish'));

    expect(outcome).toEqual({ kind: 'repeated', next: [] });
    expect(await pipeline.versions()).toEqual(before);
  });
});

describe('a snapshot of the past that arrives late', () => {
  it('has the later reports of every feed published again, once', async () => {
    const own = await Pipeline.open();
    const par = await own.takeThrough(`${PAR}/november.csv`, parFile('LATE'));
    const tape = await own.takeThrough('cascade/loan_tape/november.csv', tapeFile('25000'));

    const october = await own.takeThrough(`${PAR}/october.csv`, parFile('LATE', '2025-10-31'));

    for (const { runId, seriesSha256 } of [par, tape]) {
      const run = await own.run(runId);
      expect(run).toMatchObject({ status: 'success', cause: `${PAR} as of 2025-10-31 arrived` });
      expect(run.seriesSha256).not.toBe(seriesSha256);
      await expectWholeRun(run, own);
    }
    const before = await own.deps.ledger.list();
    await own.deliver(messageFor(october, 'publish'));
    expect(own.queue).toEqual([]);
    expect(await own.deps.ledger.list()).toEqual(before);
  });
});

describe('the pointer to the latest run', () => {
  it('moves forward to a newer day and never back', async () => {
    const own = await Pipeline.open();
    const newer = await own.takeThrough(`${PAR}/newer.csv`, parFile('NEWER', '2025-11-30'));

    await own.takeThrough(`${PAR}/older.csv`, parFile('OLDER', '2025-10-31'));

    expect(await own.json('runs', LATEST)).toMatchObject({ runId: newer.runId, asOf: '2025-11-30' });
    const newest = await own.takeThrough(`${PAR}/newest.csv`, parFile('NEWEST', '2025-12-31'));
    expect(await own.json('runs', LATEST)).toMatchObject({ runId: newest.runId, asOf: '2025-12-31' });
  });

  it('stays with the newer run when an older one is rerun', async () => {
    const own = await Pipeline.open();
    const older = await own.takeThrough(`${PAR}/older.csv`, parFile('OLDER', '2025-10-31'));
    const newer = await own.takeThrough(`${PAR}/newer.csv`, parFile('NEWER', '2025-11-30'));

    await rerunFrom(older, 'publish', own);

    expect(await own.json('runs', LATEST)).toMatchObject({ runId: newer.runId });
  });

  it('is decided anew when another run moves it in between', async () => {
    const own = await Pipeline.open();
    const run = await own.takeThrough(`${PAR}/mine.csv`, parFile('MINE', '2025-10-31'));
    const other = { runId: 'run_aaaaaaaaaaaa', asOf: '2025-12-31', landedAt: new Date().toISOString() };
    let meddled = false;
    const racing = watched(own.deps, async ({ method, args }) => {
      if (method !== 'write' || args[1] !== LATEST || meddled) return;
      meddled = true;
      await own.deps.lake.write('runs', LATEST, JSON.stringify(other));
    });
    const started = await rerun(
      { runId: run.runId, from: 'publish', reason: 'race', dryRun: false },
      own.deps,
    );

    if (started.kind === 'started') for (const message of started.next) await own.deliver(message, racing);

    expect(meddled).toBe(true);
    expect(await own.json('runs', LATEST)).toEqual(other);
  });
});

describe('a run that does not get through', () => {
  it('closes with its documents when it is rejected', async () => {
    const run = await pipeline.takeThrough(`${PAR}/rejected.csv`, 'wrong,columns\n1,2\n');

    const manifest = await expectWholeRun(run);

    expect(manifest.files.map(({ name }) => name).toSorted()).toEqual([
      'compliance.json',
      'lineage.jsonl',
      'raw',
      'validation_report.html',
      'validation_report.json',
    ]);
    const summary = await summaryOf(run);
    expect(summary.status).toBe('rejected');
    expect(summary.problems[0]).toMatchObject({ code: 'missing-column', severity: 'error' });
    expect(summary.problems[0]?.message).toMatch(/See docs\/runbooks\/missing-column\.md\.$/);
    const lineage = await pipeline.text('runs', artifactPath(run.runId, 'lineage.jsonl'));
    expect(lineage.trimEnd().split('\n').at(-1)).toContain('"eventType":"FAIL"');
    expect(pipeline.logged.filter(({ event }) => event === 'run.rejected').at(-1)).toMatchObject({
      level: 'warn',
      fields: { runId: run.runId, code: 'missing-column' },
    });
  });

  it('says which cells were masked in its compliance document', async () => {
    const bad = parFile('MASKED')
      .replace('MASKED-001', 'MASKED-001')
      .replaceAll('true', 'x')
      .replaceAll('false', 'x');
    const run = await pipeline.takeThrough(`${PAR}/masked.csv`, bad);

    const compliance = Compliance.parse(
      await pipeline.json('runs', artifactPath(run.runId, 'compliance.json')),
    );

    expect(compliance).toMatchObject({
      maskStage: 'transformation',
      piiMaskedColumns: ['loan_id_raw'],
      piiMaskedIn: ['quarantine', 'runs'],
      metadata: { checksum: run.sha256, action: 'dropped' },
    });
    expect(await manifestOf(run)).toMatchObject({
      files: expect.arrayContaining([expect.objectContaining({ container: 'quarantine' })]),
    });
  });
});

describe('an attempt that was overtaken', () => {
  it('throws and leaves the documents of the newer one alone', async () => {
    const old = await pipeline.takeThrough(`${PAR}/overtaken.csv`, parFile('OVERTAKEN'));
    await rerunFrom(old, 'publish');
    const before = await pipeline.versions();

    const late = commitDocuments({ ...old, status: 'running' }, 'success', {}, pipeline.deps);

    await expect(late).rejects.toMatchObject({ name: 'AttemptOvertaken' });
    expect(await pipeline.versions()).toEqual(before);
  });

  it('gives way in the midst of its documents, and those of the newer one are whole', async () => {
    const own = await Pipeline.open();
    await own.drop(`${PAR}/midst.csv`, parFile('MIDST'));
    const outcome = await own.announce(`${PAR}/midst.csv`);
    await own.deliver(own.next());
    await own.deliver(own.next());
    const { runId } = await own.runOf(outcome);
    // The old attempt stops after its reports; the new one starts, and stops before its last document; then the
    // old one goes on for one document; then both run to their end.
    const oldAt = gate(own.deps, artifactPath(runId, 'validation_report.json'));
    const newAt = gate(own.deps, artifactPath(runId, 'report.md'));
    const older = own.deliver(own.next(), oldAt.deps);
    await oldAt.reached;
    await own.drop('looker/loans/midst.csv', loansFile('MIDST'));
    await own.announce('looker/loans/midst.csv');
    await own.deliver(own.next());
    const refreshed = own.queue.filter((message) => message.runId === runId);
    own.queue.splice(0, own.queue.length, ...own.queue.filter((message) => message.runId !== runId));
    // From validate, since its rows name loans, which are there only now.
    expect(refreshed).toMatchObject([{ v: 1, runId, stage: 'validate', attempt: 2 }]);
    for (const message of refreshed) await own.deliver(message);
    await own.deliver(takeNextOf(own, runId));
    const newer = own.deliver(takeNextOf(own, runId), newAt.deps);
    await newAt.reached;

    oldAt.open();
    const late = await older;
    newAt.open();
    await newer;
    await own.runDry();

    expect(late).toEqual({ kind: 'stale', next: [] });
    const run = await own.run(runId);
    expect(run).toMatchObject({ status: 'success', attempt: 2 });
    expect((await expectWholeRun(run, own)).book).toHaveLength(2);
    expect(await summaryOf(run, own)).toMatchObject({ attempt: 2 });
    expect(await refreshAffectedRuns(runId, own.deps)).toEqual([]);
  });

  /** Deps that wait before the first write to `path`. */
  function gate(deps: Pipeline['deps'], path: string) {
    const reached = Promise.withResolvers<undefined>();
    const opened = Promise.withResolvers<undefined>();
    return {
      deps: watched(deps, async ({ method, args }) => {
        if (method !== 'write' || args[1] !== path) return;
        reached.resolve(undefined);
        await opened.promise;
      }),
      reached: reached.promise,
      open: () => opened.resolve(undefined),
    };
  }
});

/** Takes the oldest message of that run off the queue. */
function takeNextOf({ queue }: Pipeline, runId: RunRecord['runId']): StageMessage {
  const [message] = queue.splice(
    queue.findIndex((waiting) => waiting.runId === runId),
    1,
  );
  if (message?.runId !== runId) throw new Error('no message of that run is waiting');
  return message;
}

async function rerunFrom(run: RunRecord, from: 'publish', on = pipeline): Promise<RunRecord> {
  const started = await rerun({ runId: run.runId, from, reason: 'test', dryRun: false }, on.deps);
  if (started.kind !== 'started') throw new Error(started.kind);
  on.queue.push(...started.next);
  await on.runDry();
  return await on.run(run.runId);
}
