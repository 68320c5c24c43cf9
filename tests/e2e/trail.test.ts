import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import type { Problem } from '../../shared/domain/problem.ts';
import { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { Compliance, Manifest, RunSummary, ValidationReport } from '../../shared/runs/documents.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { ZONES } from '../../shared/topology.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import {
  expectedOfBook,
  expectedOfParFile,
  expectedSeries,
  partsOf,
  seriesOf,
} from '../support/expected-kpis.ts';

// One good file dropped, and everything that it must leave behind; then the rest of its book.

const PAR_PATH = 'looker/loan_par_balances/par_2025-12.csv';
const ID = 'looker/loan_par_balances';

/** The book is of a past year, and its loans have not come yet. */
const REMARKS = ['reference-not-evaluated', 'stale-data'];

let dir: string;
let sums: ExpectedSums;
let file: Buffer;
let store: Store;
let host: LocalHostProcess;
let run: RunRecord;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-trail-'));
  sums = await generateBook({ dir, loans: 500, seed: 11 });
  file = await readFile(join(dir, 'looker/loan_par_balances.csv'));
  const storage = await takeStorageAccount();
  store = storeAt(storage);
  host = await aLocalHost({ storage });
  await store.drop(PAR_PATH, file);
  await untilQuiet(store, { dropped: [PAR_PATH] });
  ({ run } = await store.outcomeOf(PAR_PATH));
}, 600_000);
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('a good file that is dropped', () => {
  it('succeeds in one attempt, each stage worked once', () => {
    expect(run).toMatchObject({
      status: 'success',
      attempt: 1,
      dataset: ID,
      asOf: sums.asOf,
      rows: Number(sums.files['looker/loan_par_balances.csv']?.rows),
      rejectedRows: 0,
      duplicates: 0,
    });
    expect(codesOf(run.problems)).toEqual(REMARKS);
    expect(run.trail.map(({ stage }) => stage)).toEqual(['ingest', 'validate', 'compute', 'publish']);
  });

  it('lies in raw under its hash, byte for byte', async () => {
    const sha256 = sha256Of(file);

    expect(run.sha256).toBe(sha256);
    expect(await store.paths('raw')).toEqual([run.rawPath]);
    expect(run.rawPath).toMatch(new RegExp(`^${ID}/\\d{4}-\\d\\d-\\d\\d/${sha256}\\.csv$`));
    expect((await store.bytes('raw', run.rawPath ?? '')).equals(file)).toBe(true);
  });

  it('leaves staging, marts, reports and the documents of the run, and nothing in quarantine', async () => {
    const { asOf } = sums;

    const staged = new RegExp(`^${ID}/as_of=${asOf}/${run.runId}-[0-9a-f]{12}\\.parquet$`);
    expect(await store.paths('staging')).toEqual([expect.stringMatching(staged)]);
    expect(await store.paths('marts', 'kpis/')).toEqual(
      ['csv', 'json', 'parquet'].map((extension) => `kpis/as_of=${asOf}/${run.runId}.${extension}`),
    );
    expect(await store.paths('reports')).toEqual(
      ['html', 'md'].map((extension) => `as_of=${asOf}/${run.runId}.${extension}`),
    );
    const documents = (await store.paths('runs', `${run.runId}/`)).map((path) =>
      path.slice(run.runId.length + 1),
    );
    expect(documents.filter((name) => !name.startsWith('attempts/'))).toEqual([
      'compliance.json',
      'lineage.jsonl',
      'manifest.json',
      'masked_sample.json',
      'parity.json',
      'pipeline_summary.json',
      'report.html',
      'report.md',
      'summary.json',
      'validation_report.html',
      'validation_report.json',
    ]);
    expect(await store.paths('quarantine')).toEqual([]);
  });

  it('has documents of the promised shapes', async () => {
    const document = (name: string): Promise<unknown> => store.json('runs', `${run.runId}/${name}`);

    const validation = ValidationReport.parse(await document('validation_report.json'));
    const compliance = Compliance.parse(await document('compliance.json'));
    const summary = RunSummary.parse(await document('summary.json'));
    const summaryText = await store.bytes('runs', `${run.runId}/summary.json`);
    const alias = await store.bytes('runs', `${run.runId}/pipeline_summary.json`);

    const money = sums.files['looker/loan_par_balances.csv']?.sums ?? {};
    expect(validation).toMatchObject({ verdict: 'accepted', inputSha256: run.sha256 });
    expect(codesOf(validation.problems)).toEqual(REMARKS);
    expect(validation.score).toMatch(/^\d{2,3}\.\d$/);
    expect(validation.expectations.filter(({ status }) => status === 'failed')).toMatchObject([
      { code: 'stale-data', severity: 'warn' },
    ]);
    for (const [column, sum] of Object.entries(money)) {
      expect([column, validation.controlTotals[column.toLowerCase()]]).toEqual([column, sum]);
    }
    expect(compliance.metadata).toMatchObject({ checksum: run.sha256, sourceFile: PAR_PATH });
    expect(summary).toMatchObject({ status: 'success', asOf: sums.asOf, attempt: 1 });
    expect(Object.keys(summary.phases)).toEqual(['ingestion', 'transformation', 'calculation', 'output']);
    expect(alias.equals(summaryText)).toBe(true);
  });

  it('is vouched for: the summary names the hash of the manifest, the manifest that of every file', async () => {
    const manifestBytes = await store.bytes('runs', `${run.runId}/manifest.json`);
    const manifest = Manifest.parse(JSON.parse(manifestBytes.toString('utf8')));
    const summary = RunSummary.parse(await store.json('runs', `${run.runId}/summary.json`));

    expect(summary.manifestSha256).toBe(sha256Of(manifestBytes));
    expect(manifest).toMatchObject({ runId: run.runId, attempt: 1, revision: 'revision-under-test' });
    expect(manifest.files.map(({ name }) => name).toSorted()).toEqual(
      [
        ...['raw', 'staging.parquet', 'kpis.parquet', 'kpis.csv', 'kpis.json'],
        ...['report.md', 'report.md', 'report.html', 'report.html'],
        ...['validation_report.json', 'validation_report.html', 'masked_sample.json'],
        ...['compliance.json', 'lineage.jsonl', 'parity.json'],
      ].toSorted(),
    );
    for (const { container, path, bytes, sha256 } of manifest.files) {
      const zone = z.enum(ZONES).parse(container);
      const body = await store.bytes(zone, path);
      expect([path, body.length, sha256Of(body)]).toEqual([path, bytes, sha256]);
    }
    expect(manifest.book).toMatchObject([{ dataset: ID, asOf: sums.asOf, sha256: run.sha256 }]);
  });

  it('tells its lineage: a START and a COMPLETE for each stage, from landing to the report', async () => {
    const lines = (await store.bytes('runs', `${run.runId}/lineage.jsonl`)).toString('utf8');
    const Names = z.array(z.object({ name: z.string() }));
    const Event = z.looseObject({
      eventType: z.string(),
      job: z.looseObject({ name: z.string() }),
      inputs: Names,
      outputs: Names,
    });

    const events = lines
      .trimEnd()
      .split('\n')
      .map((line) => Event.parse(JSON.parse(line)));

    expect(events.map(({ eventType, job }) => `${job.name.split('.').at(-1)} ${eventType}`)).toEqual(
      ['ingest', 'validate', 'compute', 'publish'].flatMap((stage) => [
        `${stage} START`,
        `${stage} COMPLETE`,
      ]),
    );
    for (const { inputs, outputs } of events) {
      expect(inputs.length).toBeGreaterThan(0);
      expect(outputs.length).toBeGreaterThan(0);
    }
    expect(events[0]?.inputs).toMatchObject([{ name: 'landing/looker_loan_par_balances' }]);
    expect(events.at(-1)?.outputs).toMatchObject([{ name: 'runs/report.html' }]);
  });

  it('becomes the latest run of its dataset', async () => {
    expect(await store.paths('runs', 'latest/')).toEqual(['latest/looker/loan_par_balances.json']);
    expect(await store.json('runs', 'latest/looker/loan_par_balances.json')).toMatchObject({
      runId: run.runId,
      asOf: sums.asOf,
    });
  });

  it('gives the KPIs that the book adds up to, to the cent, at the newest date and at every other', async () => {
    const mart = await martOf(store, run);

    expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
    expect(seriesOf(mart.series)).toMatchObject(expectedSeries(sums));
    const newest = sums.parDates.at(-1)?.reportingDate;
    for (const kpi of mart.kpis.filter(({ numerator }) => numerator !== null)) {
      expect(kpi).toMatchObject({ asOf: sums.asOf, reportingDate: newest, dimension: {} });
    }
  });

  it('names the missing dataset where a KPI needs more than this file', async () => {
    const mart = await martOf(store, run);
    const reasons = mart.kpis
      .filter(({ status }) => status === 'not-computable')
      .map(({ id, reason }) => [id, reason]);

    expect(reasons).toContainEqual(['price.weighted_apr', expect.stringContaining('looker/loans')]);
    expect(reasons).toContainEqual(['risk.cash_cover', expect.stringContaining('cascade/loan_tape')]);
  });

  it('is pointed to, and not worked again, when the same bytes come under another name', async () => {
    const again = 'looker/loan_par_balances/the_same_again.csv';
    const martBefore = await store.bytes('marts', `kpis/as_of=${sums.asOf}/${run.runId}.json`);

    await store.drop(again, file);
    await untilQuiet(store, { dropped: [PAR_PATH, again] });

    const { drop, run: pointedTo } = await store.outcomeOf(again);
    expect(drop).toMatchObject({ outcome: 'duplicate', runId: run.runId });
    expect(drop.detail).toMatch(new RegExp(`^the same content as .*run ${run.runId}\\b`, 'i'));
    expect(pointedTo).toMatchObject({ status: 'success', attempt: 1, duplicates: 1 });
    expect(await store.ledger.list()).toHaveLength(1);
    expect((await store.bytes('marts', `kpis/as_of=${sums.asOf}/${run.runId}.json`)).equals(martBefore)).toBe(
      true,
    );
  });
});

describe('the rest of the book, dropped later', () => {
  it('completes the KPIs of the first run as well, each equal to what the book adds up to', async () => {
    const loans = 'looker/loans/loans_2025-12.csv';
    const tape = 'cascade/loan_tape/tape_2025-12.csv';
    await store.drop(loans, await readFile(join(dir, 'looker/loans.csv')));
    await store.drop(tape, await readFile(join(dir, 'cascade/loan_tape.csv')));
    await untilQuiet(store, { dropped: [PAR_PATH, loans, tape] });

    for (const path of [PAR_PATH, loans, tape]) {
      const { run: ended } = await store.outcomeOf(path);
      const mart = await martOf(store, ended);
      expect(ended.status).toBe('success');
      expect(mart.book.map(({ dataset }) => dataset).toSorted()).toEqual([
        'cascade/loan_tape',
        'looker/loan_par_balances',
        'looker/loans',
      ]);
      expect(partsOf(mart.kpis)).toMatchObject(expectedOfBook(sums));
      expect(seriesOf(mart.series)).toMatchObject(expectedSeries(sums));
    }
    expect((await store.outcomeOf(PAR_PATH)).run.attempt).toBeGreaterThan(1);
    expect(host.stagesInHand()).toEqual([]);
  });

  it('keeps what the first attempt had said', async () => {
    const first = KpiMart.parse(await store.json('runs', `${run.runId}/attempts/1/kpis.json`));

    expect(partsOf(first.kpis)).toMatchObject(expectedOfParFile(sums));
  });
});

async function martOf({ json }: Store, { asOf, runId }: RunRecord): Promise<KpiMart> {
  return KpiMart.parse(await json('marts', `kpis/as_of=${asOf}/${runId}.json`));
}

/** Each code once, in the order of the alphabet. */
function codesOf(problems: readonly Problem[]): string[] {
  return [...new Set(problems.map(({ code }) => code))].toSorted();
}

function sha256Of(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
