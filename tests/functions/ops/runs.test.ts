import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ServedArtifact } from '../../../functions/ops/artifacts.ts';
import { rerunFailed } from '../../../shared/pipeline/rerun-failed.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { anInvocation, call, sentBy } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
let run: RunRecord;
let rejected: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  run = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('HTTP'));
  rejected = await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
});

describe('runs', () => {
  it('are listed, newest first, and can be filtered and limited', async () => {
    const idsOf = async (query: Record<string, string>): Promise<string[]> => {
      const { runs }: { runs: RunRecord[] } = Object((await call('runs', { query })).json());
      return runs.map(({ runId }) => runId);
    };

    expect(await idsOf({})).toEqual([rejected.runId, run.runId]);
    expect(await idsOf({ limit: '1' })).toEqual([rejected.runId]);
    expect(await idsOf({ status: 'success' })).toEqual([run.runId]);
    expect(await idsOf({ dataset: PAR, since: rejected.startedAt })).toEqual([rejected.runId]);
    expect(await idsOf({ dataset: PAR, status: 'success', since: run.startedAt })).toEqual([run.runId]);
    expect(await idsOf({ dataset: 'looker/loans' })).toEqual([]);
  });

  it('are shown one by one with what they left', async () => {
    const answer = await call('run', { params: { runId: run.runId } });

    expect(answer.json()).toMatchObject({
      run: JSON.parse(JSON.stringify(run)),
      artifacts: expect.any(Array),
    });
  });

  it('are a page for browsers: steps, what is wrong, documents with the key of whoever asks, and what can be done', async () => {
    const pageOf = async ({ runId }: RunRecord) => {
      const headers = { accept: 'text/html' };
      return (await call('run', { params: { runId }, query: { code: 'the-key' }, headers })).text;
    };

    const [good, bad] = [await pageOf(run), await pageOf(rejected)];

    expect(good).toMatch(/^<!doctype html>/);
    expect(good).toContain(`<h1>${run.runId}</h1>`);
    for (const { stage } of run.trail) expect(good).toContain(`<th scope="row" class="lead">${stage}</th>`);
    expect(good).toContain(`/api/runs/${run.runId}/artifacts/summary.json?code=the-key`);
    expect(good).toContain('Guide: <code>docs/runbooks/stale-data.md</code>');
    expect(good).toContain(`POST /api/runs/${run.runId}/rollback?by=NAME&amp;reason=TEXT&amp;dryRun=true`);
    expect(bad).toContain(`Guide: <code>docs/runbooks/${rejected.problems[0]?.code}.md</code>`);
    expect(bad).not.toContain('/rollback');
    const { json } = await call('run', { params: { runId: run.runId }, query: { format: 'json' } });
    expect(json()).toMatchObject({ run: { runId: run.runId } });
  });

  it('list exactly what can be fetched, with the hashes of it', async () => {
    const { artifacts } = z
      .object({ artifacts: z.array(ServedArtifact.strict()) })
      .parse((await call('run', { params: { runId: run.runId } })).json());

    const names = artifacts.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['summary.json', 'manifest.json', 'kpis.csv', 'report.html']),
    );
    expect(
      names.filter((name) => name.includes('/') || name === 'raw' || name === 'staging.parquet'),
    ).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, bytes, sha256 } of artifacts) {
      const answer = await call('artifact', { params: { runId: run.runId, name } });
      expect([name, answer.status]).toEqual([name, 200]);
      if (name.endsWith('.parquet')) continue;
      const hash = createHash('sha256').update(answer.text).digest('hex');
      expect([name, Buffer.byteLength(answer.text), hash]).toEqual([name, bytes, sha256]);
    }
  });

  it('list no document while there is none', async () => {
    await pipeline.drop(`${PAR}/under-way.csv`, parFile('UNDERWAY'));
    const { runId } = await pipeline.announce(`${PAR}/under-way.csv`);

    expect((await call('run', { params: { runId: runId ?? '' } })).json()).toMatchObject({ artifacts: [] });
    await pipeline.runDry();
  });
});

describe('artifacts', () => {
  it.each([
    ['summary.json', 'application/json'],
    ['manifest.json', 'application/json'],
    ['lineage.jsonl', 'application/x-ndjson'],
    ['report.html', 'text/html; charset=utf-8'],
    ['report.md', 'text/markdown; charset=utf-8'],
    ['kpis.csv', 'text/csv; charset=utf-8'],
    ['kpis.parquet', 'application/octet-stream'],
  ])('%s is served as %s', async (name, type) => {
    const answer = await call('artifact', { params: { runId: run.runId, name } });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.text.length).toBeGreaterThan(100);
  });

  it.each([
    'raw',
    'staging.parquet',
    '../run_aaaaaaaaaaaa/summary.json',
    '..%2f..%2flatest',
    '..%2fsummary.json',
    'attempts/1/manifest.json',
    'attempts%2f1%2fmanifest.json',
    'summary.json%00',
    'SUMMARY.JSON',
    'unheard_of.json',
    '',
  ])('%j is not served', async (name) => {
    const answer = await call('artifact', { params: { runId: run.runId, name } });

    expect(answer.status).toBe(404);
  });
});

describe('artifacts of an attempt', () => {
  it('are served as that attempt left them', async () => {
    const own = await pipeline.takeThrough(`${PAR}/attempts.csv`, parFile('ATTEMPTS'));
    const fetched = (query: Record<string, string>) =>
      call('artifact', { params: { runId: own.runId, name: 'summary.json' }, query });
    const first = (await fetched({})).text;
    const invocation = anInvocation('rerun');
    await call('rerun', { params: { runId: own.runId } }, invocation);
    pipeline.queue.push(...sentBy(invocation));
    await pipeline.runDry();

    expect((await fetched({ attempt: '1' })).text).toBe(first);
    expect((await fetched({})).json()).toMatchObject({ attempt: 2 });
    expect((await fetched({ attempt: '2' })).text).toBe((await fetched({})).text);
    expect((await fetched({ attempt: '3' })).status).toBe(404);
    expect((await fetched({ attempt: '../1' })).status).toBe(400);
  });
});

describe('rerun', () => {
  it('says on a dry run what it would do, and does nothing', async () => {
    const invocation = anInvocation('rerun');

    const answer = await call(
      'rerun',
      { params: { runId: run.runId }, query: { from: 'compute', dryRun: 'true' } },
      invocation,
    );

    expect(answer.json()).toMatchObject({ dryRun: true, attempt: 2, redone: ['compute', 'publish'] });
    expect(sentBy(invocation)).toEqual([]);
    expect(await pipeline.run(run.runId)).toEqual(run);
  });

  it('answers 409 where there is nothing to work on', async () => {
    const answer = await call('rerun', { params: { runId: rejected.runId }, query: { from: 'compute' } });

    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('rerun it from validate') });
  });

  it('starts an attempt and sends its message', async () => {
    const own = await pipeline.takeThrough(`${PAR}/rerun.csv`, parFile('RERUN'));
    const invocation = anInvocation('rerun');

    const answer = await call(
      'rerun',
      { params: { runId: own.runId }, query: { from: 'publish' } },
      invocation,
    );

    expect(answer.status).toBe(202);
    expect(sentBy(invocation)).toMatchObject([{ v: 1, runId: own.runId, stage: 'publish', attempt: 2 }]);
    pipeline.queue.push(...sentBy(invocation));
    await pipeline.runDry();
    expect(await pipeline.run(own.runId)).toMatchObject({ status: 'success', attempt: 2 });
  });
});

describe('runs that failed by one outage', () => {
  /** As a poison queue leaves it. */
  async function fails({ runId }: RunRecord, stage: 'validate' | 'compute', at: string): Promise<RunRecord> {
    const found = await pipeline.deps.ledger.find(runId);
    if (found === undefined) throw new Error('the run is not there');
    const lastError = { stage, code: 'stage-failed', message: 'storage was away', at } as const;
    const failed = { ...found.value, status: 'failed', stage, lastError } as const;
    await pipeline.deps.ledger.save(failed, found.version);
    return failed;
  }
  const asked = async (query: Record<string, string>) => {
    const invocation = anInvocation('rerun-failed');
    const answer = await call('rerun-failed', { query: { reason: 'storage is back', ...query } }, invocation);
    const shown = z
      .object({
        runs: z.array(z.object({ runId: z.string(), redone: z.array(z.string()) })),
        impossible: z.array(z.object({ runId: z.string(), why: z.string() })),
        left: z.int(),
      })
      .parse(answer.json());
    return { status: answer.status, ...shown, sent: sentBy(invocation) };
  };

  let early: RunRecord;
  let late: RunRecord;
  let hopeless: RunRecord;
  beforeAll(async () => {
    // All of them first: a file that comes may have those before it published again.
    const taken: RunRecord[] = [];
    for (const tag of ['early', 'late', 'hopeless'])
      taken.push(await pipeline.takeThrough(`${PAR}/${tag}.csv`, parFile(tag.toUpperCase())));
    const [first = run, second = run, third = run] = taken;
    early = await fails(first, 'compute', '2026-01-05T03:00:00.000Z');
    late = await fails(second, 'validate', '2026-01-05T05:00:00.000Z');
    const staged = await fails(third, 'compute', '2026-01-05T05:00:00.000Z');
    const found = await pipeline.deps.ledger.find(staged.runId);
    const { stagingPath: _, ...rest } = staged;
    hopeless = rest;
    await pipeline.deps.ledger.save(hopeless, found?.version ?? '');
  });

  it('are named on a dry run, with those that cannot be done again from there, and nothing is done', async () => {
    const { status, runs, impossible, left, sent } = await asked({ dryRun: 'true' });

    expect(status).toBe(200);
    expect(runs).toEqual([
      { runId: early.runId, redone: ['compute', 'publish'] },
      { runId: late.runId, redone: ['validate', 'compute', 'publish'] },
    ]);
    expect(impossible).toEqual([
      { runId: hopeless.runId, why: 'it has no staged rows; rerun it from validate' },
    ]);
    expect([left, sent]).toEqual([0, []]);
  });

  it.each([
    [{ stage: 'validate' }, 'late'],
    [{ since: '2026-01-05T04:00:00Z', problem: 'stage-failed' }, 'late'],
    [{ since: '2026-01-05T06:00:00Z' }, undefined],
    [{ problem: 'parity-mismatch' }, undefined],
    [{ dataset: 'looker/loans' }, undefined],
  ])('can be chosen by %j', async (query: Record<string, string>, expected) => {
    const { runs } = await asked({ dryRun: 'true', ...query });

    expect(runs.map(({ runId }) => runId)).toEqual(expected === undefined ? [] : [late.runId]);
  });

  it('go on from the stage in which each failed, the oldest first, once', async () => {
    const { status, sent } = await asked({ dataset: PAR });

    expect(status).toBe(202);
    expect(sent).toMatchObject([
      { runId: late.runId, stage: 'validate', attempt: late.attempt + 1 },
      { runId: early.runId, stage: 'compute', attempt: early.attempt + 1 },
    ]);
    expect(await pipeline.run(early.runId)).toMatchObject({
      status: 'running',
      cause: 'rerun from compute: storage is back',
    });
    expect((await asked({ dataset: PAR })).runs).toEqual([]);
    pipeline.queue.push(...sent);
    await pipeline.runDry();
    for (const { runId } of [early, late])
      expect(await pipeline.run(runId)).toMatchObject({ status: 'success' });
  });

  it('hand on what was begun though the store fails at the next, and read the snapshots once', async () => {
    early = await fails(early, 'compute', '2026-01-06T03:00:00.000Z');
    late = await fails(late, 'validate', '2026-01-06T05:00:00.000Z');
    let reads = 0;
    const { registry, ledger } = pipeline.deps;
    const deps = {
      ...pipeline.deps,
      registry: { all: async () => ((reads += 1), await registry.all()) },
      ledger: new Proxy(ledger, {
        get(target, name) {
          if (name === 'find')
            return async (runId: RunRecord['runId']) => {
              if (runId === late.runId) throw new Error('the store is away again');
              return await target.find(runId);
            };
          const method: unknown = Reflect.get(target, name, target);
          return typeof method === 'function' ? method.bind(target) : method;
        },
      }),
    };

    const { plan, next } = await rerunFailed({ reason: 'storage is back', dryRun: false }, deps);

    expect(next).toMatchObject([{ runId: early.runId, stage: 'compute', attempt: early.attempt + 1 }]);
    expect(plan).toMatchObject({
      runs: [{ runId: early.runId }],
      impossible: [{ runId: late.runId, why: expect.stringContaining('ask again') }],
      left: 1,
    });
    expect(reads).toBe(1);
  });
});

describe('trigger', () => {
  it('drops what is sent, takes it in at once, and says where to watch', async () => {
    const invocation = anInvocation('trigger');
    const body = parFile('SENT');

    const answer = await call('trigger', { query: { input_file: `${PAR}/sent.csv` }, body }, invocation);

    expect(answer.status).toBe(202);
    const [message] = sentBy(invocation);
    expect(answer.json()).toMatchObject({
      outcome: 'accepted',
      runId: message?.runId,
      watch: `/api/runs/${message?.runId}`,
    });
    expect(await pipeline.text('landing', `${PAR}/sent.csv`)).toBe(body);
    const event = await pipeline.announce(`${PAR}/sent.csv`);
    expect(event).toMatchObject({ outcome: 'accepted', runId: message?.runId });
    pipeline.queue.length = 0;
  });

  it('takes in the file that lies there when nothing is sent', async () => {
    await pipeline.drop(`${PAR}/lying.csv`, parFile('LYING'));
    const invocation = anInvocation('trigger');

    const answer = await call('trigger', { query: { input_file: `landing/${PAR}/lying.csv` } }, invocation);

    expect(answer.status).toBe(202);
    expect(sentBy(invocation)).toHaveLength(1);
  });

  it('answers 200 where the verdict is final: a duplicate, and a file that is rejected', async () => {
    const again = await call('trigger', { query: { input_file: `${PAR}/again.csv` }, body: 'a,b\n1,2\n' });
    const bad = await call('trigger', { query: { input_file: 'inbox/worse.csv' }, body: 'a,b\n1,3\n' });

    expect([again.status, bad.status]).toEqual([200, 200]);
    expect(again.json()).toMatchObject({ outcome: 'duplicate', runId: rejected.runId });
    expect(bad.json()).toMatchObject({ outcome: 'rejected', detail: expect.stringMatching(/\w/) });
  });

  it.each(['../raw/x.csv', 'looker/../../x.csv', 'looker/%2e%2e/x.csv', 'a\\..\\b.csv', '/x.csv'])(
    'refuses %j and drops nothing',
    async (path) => {
      const before = await pipeline.paths('landing');

      const answer = await call('trigger', { query: { input_file: path }, body: 'x' });

      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ detail: expect.stringContaining('Nothing was dropped') });
      expect(await pipeline.paths('landing')).toEqual(before);
    },
  );
});
