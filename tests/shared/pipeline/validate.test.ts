import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formatScaled, rational } from '../../../shared/domain/rational.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aLoan, aParRow, csvOf } from '../../support/file-rows.ts';
import { besidesOldAndAlone, codesOf, LOANS_ALONE, PAR_ALONE } from '../../support/old-and-alone.ts';
import { type PortCall, watched } from '../../support/port-faults.ts';
import { parFile, parRows, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
// What files do to each other is told in suites of its own.
beforeEach(() => pipeline.forget());

/** As far as the verdict; what follows stays on the queue and is cleared away. */
async function judged(
  path: string,
  body: string | Uint8Array,
  options: { metadata?: Record<string, string>; deps?: Pipeline['deps'] } = {},
): Promise<RunRecord> {
  await pipeline.drop(path, body, options.metadata);
  const outcome = await pipeline.announce(path);
  await pipeline.deliver(pipeline.next(), options.deps);
  pipeline.queue.length = 0;
  return await pipeline.runOf(outcome);
}

async function attemptReport(run: RunRecord): Promise<unknown> {
  return await pipeline.attemptReport(run);
}

async function quarantined(run: RunRecord): Promise<Record<string, unknown>[]> {
  const lines = (await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`))
    .trimEnd()
    .split('\n');
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

/** A hundred rows or so, so that one bad row is within the tolerance of one in a hundred. */
function manyRows(tag: string, count: number) {
  return Array.from({ length: count }, (_, index) =>
    aParRow({ loan_id_raw: `${tag}-${String(index).padStart(4, '0')}`, outstanding_balance: '100.10' }),
  );
}

describe('the verdict', () => {
  it('is accepted when every row keeps the contract', async () => {
    const run = await judged(`${PAR}/accepted.csv`, parFile('ACCEPTED'));

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
    const rows = [...manyRows('EDGE', 99), aParRow({ loan_id_raw: 'EDGE-BAD', dpd: 'many' })];

    const run = await judged(`${PAR}/edge.csv`, csvOf(rows));

    expect(run).toMatchObject({ stage: 'compute', rows: 100, rejectedRows: 1 });
    expect(await attemptReport(run)).toMatchObject({
      verdict: 'quarantined',
      rows: { read: 100, accepted: 99, rejected: 1 },
      tolerance: { maxRejectedShare: '0.01', rejectedShare: '0.010000' },
      controlTotals: { outstanding_balance_usd: '9909.90' },
      quarantinePath: `${run.runId}/attempts/${run.attempt}/rejected.jsonl`,
    });
  });

  it('rejects the whole file at one row more than the limit', async () => {
    const rows = [...manyRows('OVER', 98), aParRow({ loan_id_raw: 'OVER-BAD', dpd: 'many' })];

    const run = await judged(`${PAR}/over.csv`, csvOf(rows));

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
    const run = await judged(path, body);

    expect(run.status).toBe('rejected');
    const report = await pipeline.validationOf(run);
    expect(report).toMatchObject({ verdict: 'rejected', rows: { read: 0 } });
    if (code !== undefined) expect(report.problems[0]).toMatchObject({ code, severity: 'error' });
  });
});

describe('quarantine', () => {
  it('holds each bad row with its number, what is wrong with it, and no id in clear', async () => {
    const bad = {
      loan_id: 'ABT - SECRET-001',
      customer_id: 'CLI-SECRET',
      outstanding_balance: '-5',
      ratio_paid: '1',
    };
    const rows = Array.from({ length: 150 }, (_, index) =>
      aLoan({ loan_id: `ABT - SEALED-${index}`, company: 'ABT', dpd: '3' }),
    );
    rows[7] = aLoan({ ...bad, company: 'ABT' });

    const run = await judged('looker/loans/sealed.csv', csvOf(rows));

    expect(run).toMatchObject({ rejectedRows: 1 });
    const text = await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`);
    expect(text).not.toMatch(/SECRET|San Salvador/);
    expect(await quarantined(run)).toEqual([
      {
        record: 8,
        offset: Buffer.byteLength(csvOf(rows.slice(0, 7))),
        issues: [
          expect.objectContaining({
            code: 'negative-balance',
            severity: 'error',
            column: 'outstanding_balance',
            message: expect.stringMatching(/^row 8: outstanding_balance "-5" /),
          }),
        ],
        cells: expect.objectContaining({
          loan_id: expect.stringMatching(/^v1:[\w-]{22}$/),
          customer_id: expect.stringMatching(/^v1:[\w-]{22}$/),
          location_state_province: expect.stringMatching(/^v1:/),
          outstanding_balance: '-5',
        }),
      },
    ]);
    expect(run.phases.transformation?.maskedColumns).toEqual(
      expect.arrayContaining(['loan_id', 'customer_id', 'location_state_province']),
    );
    expect(JSON.stringify(await attemptReport(run))).not.toContain('SECRET');
    expect(JSON.stringify(pipeline.logged)).not.toContain('SECRET');
  });

  it('gives the same person the same token in every file', async () => {
    const rowsOf = (tag: string) =>
      csvOf([...manyRows(tag, 100), aParRow({ loan_id_raw: 'THE SAME LOAN', dpd: tag })]);

    const [first, second] = [
      await judged(`${PAR}/token 1.csv`, rowsOf('one')),
      await judged(`${PAR}/token 2.csv`, rowsOf('two')),
    ];

    const [[a], [b]] = [await quarantined(first), await quarantined(second)];
    expect(a?.['cells']).toMatchObject({ dpd: expect.stringMatching(/^v1:/) });
    expect(tokenOf(a)).toBe(tokenOf(b));
  });

  function tokenOf(line: Record<string, unknown> | undefined): unknown {
    return Reflect.get(Object(line?.['cells']), 'loan_id_raw');
  }
});

describe('cells that slipped into another column', () => {
  const HEADER = Object.keys(aLoan());
  const loans = (tag: string) =>
    Array.from({ length: 300 }, (_, index) =>
      Object.values(aLoan({ loan_id: `ABT - ${tag}-${index}`, company: 'ABT', dpd: '3' })),
    );
  const fileOf = (rows: readonly (readonly string[])[]): string =>
    [HEADER, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n');

  /** Every document that a person may open, and what was logged. */
  async function written(run: RunRecord): Promise<string> {
    const documents = [
      await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`),
      JSON.stringify(await attemptReport(run)),
      JSON.stringify(run.problems),
      JSON.stringify(pipeline.logged),
    ];
    return documents.join('\n');
  }

  it('leave as tokens and shapes when the row is shifted, while numbers and dates stay', async () => {
    const rows = loans('SHIFTED');
    const id = 'CLISHIFTED77';
    rows[4] = Object.values(aLoan({ loan_id: 'SHIFTEDLOAN', customer_id: id, company: 'ABT' }));
    rows[4].splice(2, 0, '');
    rows[4].pop();

    const run = await judged('looker/loans/shifted.csv', fileOf(rows));

    expect(run).toMatchObject({ rejectedRows: 1 });
    const text = await written(run);
    expect(text).not.toMatch(/CLISHIFTED77|SHIFTEDLOAN|San Salvador|factoring|One-time/);
    expect(text).toContain('row 5: application_date, a text of 12 characters, is not a day');
    const [line] = await quarantined(run);
    expect(line).toMatchObject({
      cells: {
        application_date: expect.stringMatching(/^v1:/),
        maturity_date: '2026-01-02',
        frequency: expect.stringMatching(/^v1:/),
      },
    });
  });

  it('leave as tokens when the row is ragged, numbers and dates among them', async () => {
    const rows = loans('RAGGED');
    rows[4] = Object.values(aLoan({ loan_id: 'RAGGEDLOAN', customer_id: 'CLIRAGGED77', company: 'ABT' }));
    rows[4].splice(1, 1);

    const run = await judged('looker/loans/ragged.csv', fileOf(rows));

    expect(await written(run)).not.toMatch(/RAGGEDLOAN|CLIRAGGED77|San Salvador/);
    const [line] = await quarantined(run);
    const cells = Object.values(Object(line?.['cells'])).filter((cell) => cell !== '');
    expect(cells.length).toBeGreaterThan(15);
    for (const cell of cells) expect(cell).toMatch(/^v1:[\w-]{22}$/);
  });

  it('leave as a shape when somebody wrote a name where a number belongs', async () => {
    const name = 'Juan Perez, DUI 01234567-8';
    const rows = [...manyRows('NAMED', 150), aParRow({ loan_id_raw: 'NAMED-BAD', dpd: name })];

    const run = await judged(`${PAR}/named.csv`, csvOf(rows));

    const text = await written(run);
    expect(text).not.toMatch(/Juan|Perez|01234567/);
    expect(text).toContain('row 151: dpd, a text of 26 characters, is not a whole number');
  });

  it('are named as a shape in a remark too, with the row and what became of it', async () => {
    const rows = loans('REMARK').map((cells) =>
      cells.map((cell, index) => (HEADER[index] === 'loan_status' ? 'Ana Gomez' : cell)),
    );

    const run = await judged('looker/loans/remark.csv', fileOf(rows));

    expect(codesOf(run).toSorted()).toEqual([...LOANS_ALONE, 'unknown-value'].toSorted());
    expect(besidesOldAndAlone(run)).toEqual([
      expect.objectContaining({
        code: 'unknown-value',
        severity: 'warning',
        count: 300,
        message:
          'row 1: loan_status, a text of 9 characters, is not one of Complete, Current, Default and was kept as it is',
      }),
    ]);
  });
});

describe('columns that the contract does not know', () => {
  it('are named in the report as far as the twentieth, cut short, with a count of the rest', async () => {
    const extra = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index}-${'x'.repeat(500)}`, '']),
    );

    const run = await judged(`${PAR}/wide.csv`, csvOf(parRows('WIDE').map((row) => ({ ...row, ...extra }))));

    const report = (await attemptReport(run)) as { columns: { unexpected: string[] } };
    expect(report.columns.unexpected).toHaveLength(21);
    expect(report.columns.unexpected.at(-1)).toBe('and 10 more');
    for (const name of report.columns.unexpected) expect(name.length).toBeLessThanOrEqual(60);
  });
});

describe('rows that come twice', () => {
  it('are dropped and counted when they say the same', async () => {
    const rows = parRows('IDENTICAL');

    const run = await judged(`${PAR}/identical.csv`, csvOf([...rows, rows[1] ?? {}, rows[1] ?? {}]));

    expect(await attemptReport(run)).toMatchObject({
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
    const rows = manyRows('CONFLICT', 199);
    const contradiction = aParRow({ loan_id_raw: 'CONFLICT-0003', outstanding_balance: '7.77' });

    const run = await judged(`${PAR}/conflict.csv`, csvOf([...rows, contradiction]));

    expect(await attemptReport(run)).toMatchObject({
      verdict: 'quarantined',
      rows: { read: 200, accepted: 198, rejected: 2 },
      // 198 x 100.10
      controlTotals: { outstanding_balance_usd: '19819.80' },
      nulls: { writeoff_type: 198, dpd_date: 198 },
    });
    const lines = await quarantined(run);
    expect(lines.map(({ record }) => record)).toEqual([4, 200]);
    expect(lines.map(({ cells }) => Reflect.get(Object(cells), 'outstanding_balance_usd'))).toEqual([
      '100.10',
      '7.77',
    ]);
  });

  it('agree with the staged file whatever is bad, repeated or contradicted', async () => {
    // Nothing random: each row is derived from its number.
    const rows = manyRows('MIX', 400).map((row, index) => ({
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

    const run = await judged(`${PAR}/mix.csv`, body);

    expect(await attemptReport(run)).toMatchObject({
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

describe('the as-of date', () => {
  it('comes from the data, whatever metadata and name say', async () => {
    const run = await judged(`${PAR}/par_2025-01-01.csv`, parFile('FROM DATA'), {
      metadata: { asof: '2025-02-02' },
    });

    expect(run.asOf).toBe('2025-11-30');
    expect(besidesOldAndAlone(run)).toEqual([
      expect.objectContaining({
        code: 'as-of-conflict',
        severity: 'warning',
        message:
          'The file was dropped with asof=2025-02-02, but its rows say 2025-11-30 (first row 3, column dpd_date). The rows count: the file stands for 2025-11-30. If 2025-02-02 is right, correct the dates of the export and drop the file again; otherwise nothing is to be done.',
      }),
    ]);
  });

  it('comes from the metadata, whatever the name says, when the data has none', async () => {
    const body = csvOf([aLoan({ loan_id: 'FROM METADATA' })]);

    const run = await judged('looker/loans/loans_2025-01-01.csv', body, {
      metadata: { as_of: '2025-12-24' },
    });

    expect(run.asOf).toBe('2025-12-24');
  });

  it('comes from the name when there is nothing else', async () => {
    const body = csvOf([aLoan({ loan_id: 'FROM NAME' })]);

    const run = await judged('looker/loans/v12345678/loans-20251225 (2).csv', body);

    expect(run.asOf).toBe('2025-12-25');
  });

  it('is never taken from the clock: without one the file is rejected', async () => {
    const run = await judged('looker/loans/loans.csv', csvOf([aLoan({ loan_id: 'NO DATE' })]));

    expect(run).toMatchObject({ status: 'rejected', problems: [{ code: 'no-as-of' }, {}] });
    expect(run.problems[0]?.message).toContain('maturity_date and dpd');
  });

  it('may be tomorrow, since the day begins elsewhere first, but not the day after', async () => {
    const day = (ahead: number): string =>
      new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

    const [tomorrow, later] = [
      await judged('cascade/loan_tape/tomorrow.csv', tapeFile('1', day(1))),
      await judged('cascade/loan_tape/later.csv', tapeFile('1', day(2))),
    ];

    expect(tomorrow).toMatchObject({ stage: 'compute', asOf: day(1) });
    expect(later).toMatchObject({ status: 'rejected', problems: [{ code: 'future-as-of' }] });
  });

  it('is what most rows say when they disagree, with a warning', async () => {
    const rows = parRows('DISAGREEING');
    rows[4] = aParRow({ loan_id_raw: 'DISAGREEING-X', dpd: '95', dpd_date: '2025-08-20' });

    const run = await judged(`${PAR}/disagreeing.csv`, csvOf(rows));

    expect(run.asOf).toBe('2025-11-30');
    expect(besidesOldAndAlone(run)).toEqual([expect.objectContaining({ code: 'as-of-conflict', count: 1 })]);
  });
});

describe('a snapshot date that few rows have', () => {
  const NEXT = '2025-12-31';
  const later = (tag: string, count: number) =>
    manyRows(`${tag}-NEXT`, count).map((row) => ({ ...row, reporting_date: NEXT }));

  it('rejects the file when a slip would make one row the whole portfolio', async () => {
    const rows = manyRows('SLIP', 120);
    rows.splice(40, 0, ...later('SLIP', 1));

    const run = await judged(`${PAR}/slip.csv`, csvOf(rows));

    expect(run).toMatchObject({ status: 'rejected', stage: 'validate' });
    expect(run.problems).toEqual([
      expect.objectContaining({
        code: 'as-of-conflict',
        severity: 'error',
        column: 'reporting_date',
        record: 41,
        message: expect.stringMatching(
          /^Only 1 row is dated 2025-12-31 \(row 41, column reporting_date\), while 2025-11-30 before it has 120: .* Nothing was promoted\. If the date is a slip, correct it and drop the whole file again/,
        ),
      }),
    ]);
    expect((await pipeline.deps.registry.all()).map(({ runId }) => runId)).not.toContain(run.runId);
  });

  it.each([
    ['two rows are above one in a hundred', 120, 2],
    ['six rows are too many for a slip', 700, 6],
    ['four of ten are fewer than half', 10, 4],
  ])('warns of it otherwise: %s', async (tag, before, newest) => {
    const rows = [...manyRows(tag, before), ...later(tag, newest)];

    const run = await judged(`${PAR}/thin ${before}.csv`, csvOf(rows));

    expect(run).toMatchObject({ stage: 'compute', asOf: NEXT });
    expect(besidesOldAndAlone(run)).toEqual([
      expect.objectContaining({
        code: 'as-of-conflict',
        severity: 'warning',
        record: before + 1,
        message: `The newest date, ${NEXT}, has ${newest} rows (first row ${before + 1}, column reporting_date), while 2025-11-30 before it has ${before}. The newest date was taken for the whole portfolio. If the date is a slip, correct it and drop the whole file again.`,
      }),
    ]);
  });

  it.each([
    ['half of the rows are enough', 10, 5],
    ['nine rows before are too few to compare with', 9, 1],
  ])('says nothing: %s', async (tag, before, newest) => {
    const run = await judged(
      `${PAR}/thick ${before}.csv`,
      csvOf([...manyRows(tag, before), ...later(tag, newest)]),
    );

    expect(run).toMatchObject({ stage: 'compute', asOf: NEXT });
    expect(codesOf(run)).toEqual(PAR_ALONE);
  });

  it('does not count when its only rows contradict each other', async () => {
    const [row] = later('TORN', 1);
    const rows = [...manyRows('TORN', 300), row ?? {}, { ...row, outstanding_balance: '1' }];

    const run = await judged(`${PAR}/torn date.csv`, csvOf(rows));

    expect(run).toMatchObject({ stage: 'compute', asOf: '2025-11-30', rejectedRows: 2 });
  });
});

describe('a day that has not come', () => {
  it('is led back to the rows that say it', async () => {
    const run = await judged(
      `${PAR}/ahead.csv`,
      csvOf([...parRows('NOW'), ...parRows('AHEAD', '2099-12-31')]),
    );

    expect(run.problems).toEqual([
      expect.objectContaining({
        code: 'future-as-of',
        column: 'reporting_date',
        record: 6,
        count: 3,
        message: expect.stringMatching(
          /^The file stands for 2099-12-31, which is after today \(\d{4}-\d\d-\d\d\)\. 3 rows say so, the first of them: row 8, column dpd_date\. They belong to the newest reporting_date, 2099-12-31, which begins at row 6\. Nothing was promoted\./,
        ),
      }),
    ]);
  });

  it('is led back to a label, to the metadata or to the name', async () => {
    const ontime = (tag: string) => csvOf([aLoan({ loan_id: tag })]);
    const tape = await judged('cascade/loan_tape/ahead.csv', tapeFile('1', '2099-12-31'));
    const late = await judged(
      'looker/loans/ahead.csv',
      csvOf([aLoan({ loan_id: 'AHEAD', disburse_date: '2099-01-01', dpd: '3' })]),
    );
    const told = await judged('looker/loans/told.csv', ontime('TOLD'), { metadata: { asof: '2099-01-01' } });
    const named = await judged('looker/loans/loans_2099-01-01.csv', ontime('NAMED'));

    expect(tape.problems[0]?.message).toContain('One row says so: row 1, column measurement_date. Nothing');
    expect(late.problems[0]).toMatchObject({ record: 1, column: 'maturity_date' });
    expect(told.problems[0]?.message).toContain('says the blob metadata asof. Nothing');
    expect(named.problems[0]?.message).toContain("says the file's name. Nothing");
  });
});

describe('the same input', () => {
  it('gives the same bytes of staging and report in another account', async () => {
    const other = await Pipeline.open();
    const rows = [...manyRows('BYTES', 300), aParRow({ loan_id_raw: 'BYTES-BAD', dpd: 'x' })];
    const body = csvOf(rows);
    const run = await judged(`${PAR}/bytes.csv`, body);

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
    const run = await judged(`${PAR}/stale.csv`, 'nothing,of,use\n1,2,3\n');
    const message = { v: 1, runId: run.runId, stage: 'validate', attempt: 1 } as const;

    expect(await pipeline.deliver(message)).toEqual({ kind: 'repeated', next: [] });
    expect(await pipeline.deliver({ ...message, attempt: 2 })).toEqual({ kind: 'stale', next: [] });
  });

  it('throws when the run is not in the ledger, so that the message ends as poison', async () => {
    const { run } = { run: await judged(`${PAR}/lost.csv`, parFile('LOST')) };
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
