import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunId } from '../../../shared/domain/ids.ts';
import { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { reproduceNumbers } from '../../../shared/pipeline/reproduce-numbers.ts';
import { verifyRun } from '../../../shared/pipeline/verify-run.ts';
import type { Manifest } from '../../../shared/runs/documents.ts';
import type { Zone } from '../../../shared/topology.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { parFile } from '../../support/small-files.ts';

// One run that has ended well, and what may happen to what it left.

let pipeline: Pipeline;
let runId: RunId;
let manifest: Manifest;
let kept: Map<string, Buffer>;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  ({ runId } = await pipeline.takeThrough('looker/loan_par_balances/audited.csv', parFile('AUDITED')));
  const found = (await verified()).manifest;
  if (found === undefined) throw new Error('the manifest is not there');
  manifest = found;
  kept = new Map();
  for (const { container, path } of (await verified()).verdict.files)
    kept.set(`${container}/${path}`, await body(container, path));
});
beforeEach(async () => {
  for (const [name, bytes] of kept) {
    const [zone = '', ...path] = name.split('/');
    await put(zone, path.join('/'), bytes);
  }
});

async function verified() {
  const outcome = await verifyRun(runId, pipeline.deps);
  if (outcome.kind !== 'verified') throw new Error(outcome.kind);
  return outcome;
}

async function body(zone: string, path: string): Promise<Buffer> {
  const found = await pipeline.deps.lake.read(zoneOf(zone), path);
  if (found === undefined) throw new Error(`${zone}/${path} is not there`);
  return found;
}

const ZONES_OF_A_RUN = ['raw', 'staging', 'marts', 'reports', 'runs'] as const;
function zoneOf(name: string): Zone {
  return ZONES_OF_A_RUN.find((zone) => zone === name) ?? 'quarantine';
}
const put = async (zone: string, path: string, bytes: Buffer | string) =>
  await pipeline.deps.lake.write(zoneOf(zone), path, bytes);

async function remove(zone: string, path: string): Promise<void> {
  const file = await pipeline.deps.lake.stat(zoneOf(zone), path);
  if (file !== undefined) await pipeline.deps.lake.remove(zoneOf(zone), path, file);
}

describe('what a run left', () => {
  it('is as it was written, from the raw file to the staged one that its numbers were computed from', async () => {
    const { verdict } = await verified();

    expect(verdict).toMatchObject({ runId, attempt: 1, isAsWritten: true });
    expect(new Set(verdict.files.map(({ container }) => container))).toEqual(new Set(ZONES_OF_A_RUN));
    expect(verdict.files.map(({ path }) => path)).toContain(`${runId}/manifest.json`);
  });

  it.each(ZONES_OF_A_RUN)('is named where it was changed or removed: %s', async (zone) => {
    const { path } = (await verified()).verdict.files.find(({ container }) => container === zone) ?? {
      path: '',
    };
    await put(zone, path, 'something else');

    expect((await verified()).verdict).toMatchObject({
      isAsWritten: false,
      files: expect.arrayContaining([expect.objectContaining({ container: zone, path, found: 'changed' })]),
    });
    await remove(zone, path);
    expect((await verified()).verdict.files.filter(({ found }) => found !== 'as-written')).toMatchObject([
      { container: zone, path, found: 'missing' },
    ]);
  });

  it.each(['summary.json', 'manifest.json'])('is not taken for whole without %s', async (name) => {
    const path = `${runId}/${name}`;
    const summary = await body('runs', path);
    const wrong = async () =>
      (await verified()).verdict.files
        .filter(({ found }) => found !== 'as-written')
        .map(({ found, path: of }) => [of, found]);

    await put('runs', path, 'no JSON');
    expect(await wrong()).toEqual([[path, 'changed']]);
    await remove('runs', path);
    expect(await wrong()).toEqual([[path, 'missing']]);
    await put('runs', path, summary);
  });

  it('is not taken for whole when the manifest was changed to fit', async () => {
    const path = `${runId}/manifest.json`;
    await put('runs', path, (await body('runs', path)).toString().replace('"attempt": 1', '"attempt": 2'));

    const { files } = (await verified()).verdict;
    expect(files.filter(({ found }) => found !== 'as-written')).toMatchObject([{ path, found: 'changed' }]);
  });
});

describe('its numbers, computed again', () => {
  const martPath = () =>
    manifest.files.find(({ name, container }) => name === 'kpis.json' && container === 'marts')?.path ?? '';

  it('are the same to the last byte', async () => {
    const numbers = await reproduceNumbers(manifest, pipeline.deps);

    expect(numbers).toMatchObject({ kind: 'same' });
    expect(numbers.kind === 'same' && numbers.numbers).toBeGreaterThan(100);
  });

  it('are named where they were others then', async () => {
    const mart = KpiMart.parse(JSON.parse(String(await body('marts', martPath()))));
    const kpis = mart.kpis.map((kpi) => (kpi.id === 'risk.par_30' ? { ...kpi, value: '99' } : kpi));
    await put('marts', martPath(), martJson({ ...mart, kpis }));

    expect(await reproduceNumbers(manifest, pipeline.deps)).toMatchObject({
      kind: 'differs',
      hasOtherDefinitions: false,
      differing: 1,
      differences: [
        { kpi: 'risk.par_30', dimension: {}, before: '99', now: expect.stringMatching(/^\d+\.\d+$/) },
      ],
    });
  });

  it('cannot be had without the staged files, which is said', async () => {
    await remove('staging', manifest.book[0]?.stagingPath ?? '');

    expect(await reproduceNumbers(manifest, pipeline.deps)).toMatchObject({
      kind: 'impossible',
      reason: expect.stringContaining('is not there any more. POST runs/{runId}/replay'),
    });
  });
});

describe('over HTTP', () => {
  it('the verdict is given, with the numbers where they are asked for', async () => {
    const plain = await call('verify-run', { params: { runId } });
    const recomputed = await call('verify-run', { params: { runId }, query: { recompute: 'true' } });

    expect([plain.status, plain.json()]).toMatchObject([200, { runId, isAsWritten: true }]);
    expect(plain.json()).not.toHaveProperty('numbers');
    // The app has more definitions than the run was computed with.
    expect(recomputed.json()).toMatchObject({
      isAsWritten: true,
      numbers: { kind: 'differs', hasOtherDefinitions: true },
    });
  });

  it('a run that there is not, or that is at work, has none', async () => {
    await pipeline.drop('looker/loan_par_balances/second.csv', parFile('SECOND'));
    const atWork = await pipeline.runOf(await pipeline.announce('looker/loan_par_balances/second.csv'));

    expect((await call('verify-run', { params: { runId: 'run_000000000000' } })).status).toBe(404);
    expect((await call('verify-run', { params: { runId: 'nonsense' } })).status).toBe(404);
    expect((await call('verify-run', { params: { runId: atWork.runId } })).status).toBe(409);
  });
});
