import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formatScaled, rational } from '../../../shared/domain/rational.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aParRow, csvOf } from '../../support/file-rows.ts';
import { codesOf, PAR_ALONE } from '../../support/old-and-alone.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import { manyParRows, parFile, parRows, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
// What files do to each other is told in suites of its own.
beforeEach(() => pipeline.forget());

describe('the verdict', () => {
  it('is accepted when every row keeps the contract', async () => {
    const run = await pipeline.judge(`${PAR}/accepted.csv`, parFile('ACCEPTED'));

    expect(run).toMatchObject({
      status: 'running',
      stage: 'compute',
      asOf: '2025-11-30',
      rows: 5,
      rejectedRows: 0,
      stagingPath: expect.stringMatching(
        new RegExp(`^${PAR}/as_of=2025-11-30/${run.runId}-[0-9a-f]{12}[.]parquet$`),
      ),
    });
    expect(codesOf(run)).toEqual(PAR_ALONE);
    expect(run.phases.transformation).toMatchObject({
      rowsAccepted: 5,
      rowsRejected: 0,
      maskedColumns: ['loan_id_raw'],
      qualityScore: (await pipeline.attemptReport(run)).score,
    });
    const { expectations, ...report } = await pipeline.attemptReport(run);
    expect(expectations.filter(({ status }) => status === 'passed').length).toBeGreaterThan(10);
    expect(codesOf({ problems: report.problems })).toEqual(PAR_ALONE);
    expect(report).toEqual({
      runId: run.runId,
      dataset: PAR,
      contract: 'loan_par_balances',
      isReadByKpis: true,
      contractVersion: 1,
      sourceFile: `${PAR}/accepted.csv`,
      inputSha256: run.sha256,
      verdict: 'accepted',
      asOf: '2025-11-30',
      rows: { read: 5, accepted: 5, rejected: 0, orphans: 0, dropped: 0, identicalDuplicates: 0 },
      tolerance: { maxRejectedShare: '0.01', rejectedShare: '0.000000' },
      problems: run.problems,
      columns: { unexpected: [], missingOptional: [], aliases: {} },
      nulls: { dpd_date: 2, writeoff_type: 5 },
      controlTotals: {
        outstanding_balance: '4000.00',
        outstanding_balance_usd: '4000.00',
        writeoff_outstanding_balance: '0.00',
        writeoff_outstanding_balance_usd: '0.00',
        xchg_rate_to_usd: '5.000000',
        par_7_balance_usd: '1000.00',
        par_30_balance_usd: '750.00',
        par_60_balance_usd: '250.00',
        par_90_balance_usd: '250.00',
      },
      expectationsSha256: createHash('sha256').update(JSON.stringify(expectations)).digest('hex'),
      score: expect.stringMatching(/^\d+\.\d$/),
      qualityHistory: [],
    });
    expect(await pipeline.paths('quarantine', run.runId)).toEqual([]);
  });

  it('promotes the rest when one row in a hundred is bad, which is exactly the limit', async () => {
    const rows = [...manyParRows('EDGE', 99), aParRow({ loan_id_raw: 'EDGE-BAD', dpd: 'many' })];

    const run = await pipeline.judge(`${PAR}/edge.csv`, csvOf(rows));

    expect(run).toMatchObject({ stage: 'compute', rows: 100, rejectedRows: 1 });
    expect(await pipeline.attemptReport(run)).toMatchObject({
      verdict: 'quarantined',
      rows: { read: 100, accepted: 99, rejected: 1 },
      tolerance: { maxRejectedShare: '0.01', rejectedShare: '0.010000' },
      controlTotals: { outstanding_balance_usd: '9909.90' },
      quarantinePath: `${run.runId}/attempts/${run.attempt}/rejected.jsonl`,
    });
  });

  it('rejects the whole file at one row more than the limit', async () => {
    const rows = [...manyParRows('OVER', 98), aParRow({ loan_id_raw: 'OVER-BAD', dpd: 'many' })];

    const run = await pipeline.judge(`${PAR}/over.csv`, csvOf(rows));

    expect(run).toMatchObject({ status: 'rejected', stage: 'validate', rows: 99, rejectedRows: 1 });
    expect(run.problems.map(({ code }) => code)).toEqual(['too-many-bad-rows', 'text-in-number']);
    expect(await pipeline.validationOf(run)).toMatchObject({
      verdict: 'rejected',
      rows: { read: 99, accepted: 0, rejected: 1 },
      controlTotals: {},
    });
    expect(await pipeline.paths('staging', `${PAR}/as_of=2025-11-30/${run.runId}`)).toEqual([]);
    expect((await pipeline.deps.registry.all()).map(({ runId }) => runId)).not.toContain(run.runId);
    expect(await pipeline.paths('quarantine', run.runId)).toEqual([
      `${run.runId}/attempts/${run.attempt}/rejected.jsonl`,
    ]);
  });

  it.each([
    ['looker/loan_par_balances/missing column.csv', 'loan_id_raw,dpd\nA,1\n', 'missing-column'],
    ['looker/loan_par_balances/only a header.csv', `${parFile('x').split('\n')[0]}\n`, 'header-only'],
    ['looker/loan_par_balances/binary.csv', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]), undefined],
  ])('is rejected with a report when nothing can be read: %s', async (path, body, code) => {
    const run = await pipeline.judge(path, body);

    expect(run.status).toBe('rejected');
    const report = await pipeline.validationOf(run);
    expect(report).toMatchObject({ verdict: 'rejected', rows: { read: 0 } });
    if (code !== undefined) expect(report.problems[0]).toMatchObject({ code, severity: 'error' });
  });
});

describe('columns that the contract does not know', () => {
  it('are named in the report as far as the twentieth, cut short, with a count of the rest', async () => {
    const extra = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index}-${'x'.repeat(500)}`, '']),
    );

    const run = await pipeline.judge(
      `${PAR}/wide.csv`,
      csvOf(parRows('WIDE').map((row) => ({ ...row, ...extra }))),
    );

    const report = (await pipeline.attemptReport(run)) as { columns: { unexpected: string[] } };
    expect(report.columns.unexpected).toHaveLength(21);
    expect(report.columns.unexpected.at(-1)).toBe('and 10 more');
    for (const name of report.columns.unexpected) expect(name.length).toBeLessThanOrEqual(60);
  });
});

describe('rows that come twice', () => {
  it('are dropped and counted when they say the same', async () => {
    const rows = parRows('IDENTICAL');

    const run = await pipeline.judge(`${PAR}/identical.csv`, csvOf([...rows, rows[1] ?? {}, rows[1] ?? {}]));

    expect(await pipeline.attemptReport(run)).toMatchObject({
      verdict: 'accepted',
      rows: { read: 7, accepted: 5, rejected: 0, identicalDuplicates: 2 },
      controlTotals: { outstanding_balance_usd: '4000.00' },
      problems: expect.arrayContaining([
        expect.objectContaining({
          code: 'identical-duplicate',
          severity: 'notice',
          count: 2,
          firstRecords: [6, 7],
          message: 'row 6 repeats row 2 exactly and was dropped',
        }),
      ]),
    });
    expect(codesOf(run)).toEqual([...PAR_ALONE, 'identical-duplicate']);
    expect(run.phases.transformation).toMatchObject({ rowsDropped: 2 });
  });

  it('are both taken out when they contradict each other, and the totals follow to the cent', async () => {
    const rows = manyParRows('CONFLICT', 199);
    const contradiction = aParRow({ loan_id_raw: 'CONFLICT-0003', outstanding_balance: '7.77' });

    const run = await pipeline.judge(`${PAR}/conflict.csv`, csvOf([...rows, contradiction]));

    expect(await pipeline.attemptReport(run)).toMatchObject({
      verdict: 'quarantined',
      rows: { read: 200, accepted: 198, rejected: 2 },
      // 198 x 100.10
      controlTotals: { outstanding_balance_usd: '19819.80' },
      nulls: { writeoff_type: 198, dpd_date: 198 },
    });
    const lines = await pipeline.quarantined(run);
    expect(lines.map(({ record }) => record)).toEqual([4, 200]);
    expect(lines.map(({ cells }) => Reflect.get(Object(cells), 'outstanding_balance_usd'))).toEqual([
      '100.10',
      '7.77',
    ]);
  });

  it('agree with the staged file whatever is bad, repeated or contradicted', async () => {
    // Nothing random: each row is derived from its number.
    const rows = manyParRows('MIX', 400).map((row, index) => ({
      ...row,
      outstanding_balance: `${index}.${String((index * 37) % 100).padStart(2, '0')}`,
      outstanding_balance_usd: `${index}.${String((index * 37) % 100).padStart(2, '0')}`,
    }));
    const cents = rows
      .filter((_, index) => index !== 10 && index !== 20)
      .reduce((sum, row) => sum + rational(row.outstanding_balance_usd).numerator, 0n);
    const contradicted = { ...rows[10], outstanding_balance_usd: '1.00', outstanding_balance: '1.00' };
    const bad = { ...rows[20], dpd: '-1' };
    const body = csvOf([...rows.filter((_, index) => index !== 20), contradicted, bad, rows[30] ?? {}]);

    const run = await pipeline.judge(`${PAR}/mix.csv`, body);

    expect(await pipeline.attemptReport(run)).toMatchObject({
      rows: { read: 402, accepted: 398, rejected: 3, identicalDuplicates: 1 },
      controlTotals: { outstanding_balance_usd: formatScaled(cents, 2) },
    });
  });

  it('stop the run when decoder and staged file disagree about a sum', async () => {
    await pipeline.drop(`${PAR}/differing.csv`, parFile('DIFFERING'));
    const outcome = await pipeline.announce(`${PAR}/differing.csv`);
    const message = pipeline.next();
    // A reader that loses a row and a cent on the way to its sums.
    const falsified: Pipeline['deps'] = {
      ...pipeline.deps,
      reader: {
        readHeaders: (file) => pipeline.deps.reader.readHeaders(file),
        read: (file, contract, sink, setAside) =>
          pipeline.deps.reader.read(
            file,
            contract,
            {
              take: (part) => {
                const par7 = (part.totals['par_7_balance_usd'] ?? 0n) - 1n;
                const totals = { ...part.totals, par_7_balance_usd: par7 };
                return sink.take({ ...part, accepted: part.accepted - 1, totals });
              },
            },
            setAside,
          ),
      },
    };

    const attempt = pipeline.deliver(message, falsified);

    await expect(attempt).rejects.toMatchObject({
      name: 'ControlTotalsDiffer',
      message:
        'control totals differ: par_7_balance_usd: decoded 999.99, staged 1000.00; rows: decoded 4, staged 5',
    });
    const run = await pipeline.runOf(outcome);
    expect(run).toMatchObject({ status: 'running', stage: 'validate' });
    expect(run.lastError).toMatchObject({
      stage: 'validate',
      message: expect.stringContaining('ControlTotalsDiffer'),
    });
    expect(await pipeline.paths('staging', `${PAR}/as_of=2025-11-30/${run.runId}`)).toEqual([]);
  });
});

describe('the same input', () => {
  it('gives the same bytes of staging and report in another account', async () => {
    const other = await Pipeline.open();
    const rows = [...manyParRows('BYTES', 300), aParRow({ loan_id_raw: 'BYTES-BAD', dpd: 'x' })];
    const body = csvOf(rows);
    const run = await pipeline.judge(`${PAR}/bytes.csv`, body);

    await other.drop(`${PAR}/bytes.csv`, body);
    await other.announce(`${PAR}/bytes.csv`);
    await other.deliver(other.next());

    const staged = run.stagingPath ?? '';
    const report = `${run.runId}/attempts/1/validation_report.json`;
    expect((await other.bytes('staging', staged)).equals(await pipeline.bytes('staging', staged))).toBe(true);
    expect(await other.text('runs', report)).toBe(await pipeline.text('runs', report));
    const kept = `${run.runId}/attempts/${run.attempt}/rejected.jsonl`;
    expect(await other.text('quarantine', kept)).toBe(await pipeline.text('quarantine', kept));
  });
});

describe('a delivery', () => {
  it('sends what follows again when the work was done before, and does nothing else', async () => {
    const calm = await Pipeline.open();
    await calm.takeThrough('cascade/loan_tape/there before.csv', tapeFile('1'));
    await calm.drop(`${PAR}/redelivered.csv`, parFile('REDELIVERED'));
    const outcome = await calm.announce(`${PAR}/redelivered.csv`);
    const message = calm.next();
    const first = await calm.deliver(message);
    const second = await calm.deliver(message);
    await calm.runDry();
    const run = await calm.runOf(outcome);
    const calls: PortCall[] = [];

    const third = await calm.deliver(
      message,
      watched(calm.deps, (call) => void calls.push(call)),
    );
    await calm.runDry();

    expect([first.kind, second.kind, third.kind]).toEqual(['done', 'repeated', 'repeated']);
    expect(first.next).toHaveLength(2);
    expect(second.next.map(({ runId, stage }) => [runId, stage])).toEqual(
      first.next.map(({ runId, stage }) => [runId, stage]),
    );
    // All has been worked since then: nothing is asked for again.
    expect(third.next).toEqual([]);
    expect(await calm.runOf(outcome)).toEqual(run);
    expect(calls.filter(({ method }) => /write|upload|register|save/.test(method))).toEqual([]);
  });

  it('is a repeated one when the run was rejected, and stale when another attempt has begun', async () => {
    const run = await pipeline.judge(`${PAR}/stale.csv`, 'nothing,of,use\n1,2,3\n');
    const message = { v: 1, runId: run.runId, stage: 'validate', attempt: 1 } as const;

    expect(await pipeline.deliver(message)).toEqual({ kind: 'repeated', next: [] });
    expect(await pipeline.deliver({ ...message, attempt: 2 })).toEqual({ kind: 'stale', next: [] });
  });

  it('throws when the run is not in the ledger, so that the message ends as poison', async () => {
    const { run } = { run: await pipeline.judge(`${PAR}/lost.csv`, parFile('LOST')) };
    const runId = run.runId.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) as typeof run.runId;

    const attempt = pipeline.deliver({ v: 1, runId, stage: 'validate', attempt: 1 });

    await expect(attempt).rejects.toMatchObject({ name: 'RunUnknown' });
  });

  it('throws when raw is gone, and the run remembers why', async () => {
    await pipeline.drop(`${PAR}/rawless.csv`, parFile('RAWLESS'));
    const outcome = await pipeline.announce(`${PAR}/rawless.csv`);
    await pipeline.remove('raw', (await pipeline.runOf(outcome)).rawPath ?? '');

    const attempt = pipeline.deliver(pipeline.next());

    await expect(attempt).rejects.toMatchObject({ name: 'FileMissing' });
    expect((await pipeline.runOf(outcome)).lastError?.message).toMatch(/^FileMissing: raw\/.* is not there$/);
  });

  it('fails closed when there is no key for pseudonyms, and leaves no file open', async () => {
    await pipeline.drop(`${PAR}/keyless.csv`, parFile('KEYLESS'));
    const outcome = await pipeline.announce(`${PAR}/keyless.csv`);
    const keyless = watched(pipeline.deps, ({ port }) => {
      if (port === 'secrets') throw new Error('the vault is locked');
    });

    const attempt = pipeline.deliver(pipeline.next(), keyless);

    await expect(attempt).rejects.toThrow('the vault is locked');
    expect(await pipeline.runOf(outcome)).toMatchObject({ status: 'running', stage: 'validate' });
  });

  it('closes its local files when the reader breaks off', async () => {
    await pipeline.drop(`${PAR}/broken off.csv`, parFile('BROKEN OFF'));
    await pipeline.announce(`${PAR}/broken off.csv`);
    const broken = watched(pipeline.deps, ({ port }) => {
      if (port === 'reader') throw new Error('the connection broke');
    });

    await expect(pipeline.deliver(pipeline.next(), broken)).rejects.toThrow('the connection broke');
  });
});
