import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compared, type Sight } from '../../scripts/shadow-comparison.ts';
import type { KpiResult } from '../../shared/kpis/kpi-result.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aKpiMart, aRun } from '../support/a-kpi-mart.ts';
import { runScript } from '../support/run-script.ts';
import { StubServer } from '../support/stub-server.ts';

const EXACT = { value: 0, slower: 1.5 };
const MART = aKpiMart();

function aSight(change: Partial<Sight> = {}): Sight {
  return {
    asOf: MART.asOf,
    kpis: MART.kpis,
    book: new Map([['looker/loans (looker_loans)', 'a'.repeat(64)]]),
    runs: [aTimedRun(10_000)],
    ...change,
  };
}

function aTimedRun(ms: number, change: Partial<RunRecord> = {}): RunRecord {
  const output = { filesPersisted: 1, databaseWrites: 1, manifestMs: 1, durationMs: ms };
  return aRun({ phases: { output }, ...change });
}

const changed = (id: string, change: Partial<KpiResult>): Sight =>
  aSight({ kpis: MART.kpis.map((kpi) => (kpi.id === id ? { ...kpi, ...change } : kpi)) });

const FIRST = MART.kpis.find(({ value }) => value !== null && Number(value) > 0);
if (FIRST === undefined) throw new Error('the mart has no value');

describe('a candidate', () => {
  it('with the same numbers from the same files may be promoted', () => {
    expect(compared(aSight(), aSight(), EXACT)).toEqual({
      compared: MART.kpis.length,
      against: [],
      notes: [],
    });
  });

  it('with another number may not: the last digit counts', () => {
    const value = String(Number(FIRST.value) + 0.01);

    const { against } = compared(aSight(), changed(FIRST.id, { value, numerator: value }), EXACT);

    expect(against).toEqual([
      {
        what: FIRST.id,
        reference: `${FIRST.value} (${FIRST.status})`,
        candidate: `${value} (${FIRST.status})`,
      },
    ]);
  });

  it('may differ by the tolerance that was asked for, and by no more', () => {
    const by = (share: number): Sight => {
      const value = String(Number(FIRST.value) * (1 + share));
      return changed(FIRST.id, { value, numerator: value });
    };

    expect(compared(aSight(), by(0.0009), { ...EXACT, value: 0.001 }).against).toEqual([]);
    expect(compared(aSight(), by(0.0011), { ...EXACT, value: 0.001 }).against.length).toBe(1);
  });

  it('whose KPI can no longer be computed, or is gone, may not', () => {
    const without = changed(FIRST.id, {
      value: null,
      numerator: null,
      status: 'not-computable',
      reason: 'no loans',
    });
    const gone = aSight({ kpis: MART.kpis.filter(({ id }) => id !== FIRST.id) });

    const found = [without, gone].map(
      (candidate) => compared(aSight(), candidate, { ...EXACT, value: 1 }).against,
    );

    expect(found.map(([first]) => first?.candidate)).toEqual(['not-computable: no loans', 'is gone']);
  });

  it('with a new version of a KPI, or a new one, differs on purpose', () => {
    const other = changed(FIRST.id, { version: FIRST.version + 1, value: '1', numerator: '1' });
    const candidate = { ...other, kpis: [...other.kpis, { ...FIRST, id: 'port.new' }] };

    const { against, notes } = compared(aSight(), candidate, EXACT);

    expect(against).toEqual([]);
    expect(notes).toEqual([
      `${FIRST.id}: version ${FIRST.version} is ${FIRST.value} (${FIRST.status}), version ${FIRST.version + 1} is 1 (${FIRST.status})`,
      `port.new is new: ${FIRST.value} (${FIRST.status})`,
    ]);
  });

  it('that had other files is not compared by its numbers, which would say nothing', () => {
    const candidate = {
      ...changed(FIRST.id, { value: '1', numerator: '1' }),
      book: new Map([['looker/loans (looker_loans)', 'b'.repeat(64)]]),
    };

    expect(compared(aSight(), candidate, EXACT)).toEqual({
      compared: 0,
      against: [
        { what: 'file of looker/loans (looker_loans)', reference: 'aaaaaaaaaaaa', candidate: 'bbbbbbbbbbbb' },
      ],
      notes: [],
    });
  });

  it('with failed runs that production has not, or another verdict on the same file, may not', () => {
    const failed = aSight({ runs: [aTimedRun(10_000, { status: 'failed' })] });
    const rejected = aSight({ runs: [aTimedRun(10_000, { status: 'rejected' })] });

    expect(compared(aSight(), failed, EXACT).against).toMatchObject([
      { what: 'failed runs', reference: '0', candidate: '1' },
    ]);
    expect(compared(aSight(), rejected, EXACT).against).toMatchObject([
      { reference: 'success', candidate: 'rejected' },
    ]);
    expect(compared(failed, failed, EXACT).against).toEqual([]);
  });

  it('that takes longer than it may for the same files may not; a moment more is nothing', () => {
    const taking = (ms: number): Sight => aSight({ runs: [aTimedRun(ms)] });

    expect(compared(taking(10_000), taking(15_000), EXACT).against).toEqual([]);
    expect(compared(taking(10_000), taking(16_000), EXACT).against).toEqual([
      { what: 'typical time of 1 runs', reference: '10.0 s', candidate: '16.0 s' },
    ]);
    expect(compared(taking(1_000), taking(4_000), EXACT).against).toEqual([]);
  });
});

describe('npm run shadow', () => {
  let dir: string;
  let kpis: readonly KpiResult[];
  let status: number;
  const apps: StubServer[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'abaco-shadow-'));
    kpis = MART.kpis;
    status = 200;
    const answering = (key: string, shown: () => readonly KpiResult[]) =>
      StubServer.open(({ path, headers }) => {
        if (headers['x-functions-key'] !== key) return { status: 401 };
        if (path === '/api/runs') return { body: { runs: [] } };
        return { status, body: { asOf: MART.asOf, kpis: shown(), book: [] } };
      });
    apps.push(await answering('ours', () => MART.kpis), await answering('theirs', () => kpis));
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await rm(dir, { recursive: true, force: true });
  });

  const shadow = (...args: string[]) =>
    runScript(
      'scripts/shadow.ts',
      ['--reference', apps[0]?.url ?? '', '--candidate', apps[1]?.url ?? '', ...args],
      { folder: dir, env: { PRODUCTION_KEY: 'ours', STAGING_KEY: 'theirs' } },
    );

  it('asks both, and lets pass what is the same', async () => {
    const page = join(dir, 'page.md');

    const { code } = await shadow('--markdown', page);

    expect(await readFile(page, 'utf8')).toContain(`${MART.kpis.length} KPIs are the same`);
    expect(code).toBe(0);
  });

  it('holds up what is not, and says where', async () => {
    kpis = MART.kpis.map((kpi) => (kpi.id === FIRST.id ? { ...kpi, value: '7', numerator: '7' } : kpi));

    const { code, stdout } = await shadow();

    expect(code).toBe(1);
    expect(stdout).toContain('It may not be promoted: 1 thing differs.');
    expect(stdout).toContain(`| ${FIRST.id} | ${FIRST.value} (${FIRST.status}) | 7 (${FIRST.status}) |`);
  });

  it('holds up what cannot be asked', async () => {
    status = 404;

    const { code, stderr } = await shadow();

    expect(code).toBe(1);
    expect(stderr).toContain('/api/kpis answered 404');
  });
});
