import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aLoan, aParRow, csvOf } from '../../support/file-rows.ts';
import { besidesOldAndAlone, codesOf, PAR_ALONE } from '../../support/old-and-alone.ts';
import { manyParRows, parFile, parRows, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
// What files do to each other is told in suites of its own.
beforeEach(() => pipeline.forget());

const dayProblems = (run: RunRecord): string[] =>
  run.problems.filter(({ code }) => code === 'as-of-conflict').map(({ message }) => message);

describe('the as-of date', () => {
  it('comes from the data, whatever metadata and name say', async () => {
    const run = await pipeline.judge(`${PAR}/par_2025-01-01.csv`, parFile('FROM DATA'), {
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

    const run = await pipeline.judge('looker/loans/loans_2025-01-01.csv', body, {
      metadata: { as_of: '2025-12-24' },
    });

    expect(run.asOf).toBe('2025-12-24');
    expect(dayProblems(run)).toEqual([
      'No row tells the day. The file stands for 2025-12-24, as was asked for when it was dropped (blob metadata asof, or an earlier drop of the same content), but its name says 2025-01-01. If 2025-01-01 is right, drop the file again with asof=2025-01-01; otherwise nothing is to be done.',
    ]);
  });

  it('is not looked for in the name when the metadata hold no day, until they do', async () => {
    const [path, body] = ['looker/loans/loans_2025-12-24.csv', csvOf([aLoan({ loan_id: 'UNREAD' })])];

    const refused = await pipeline.judge(path, body, { metadata: { asof: '31/12/2025' } });
    const mended = await pipeline.judge(path, body, { metadata: { asof: '2025-12-31' } });

    expect(refused).toMatchObject({ status: 'rejected', problems: [{ code: 'no-as-of' }, {}] });
    expect(refused.problems[0]?.message).toContain(
      'It was dropped with asof="31/12/2025", which is no day, and 2025-12-24 in its name was not taken, since another may be meant. Nothing was promoted. Drop it again with the day in the form asof=2025-12-10, or without asof and with the day in its name.',
    );
    expect(mended).toMatchObject({ runId: refused.runId, attempt: 2, status: 'running', asOf: '2025-12-31' });
  });

  it('that has not come rejects the file, until it is dropped with another', async () => {
    const [path, body] = ['looker/loans/loans.csv', csvOf([aLoan({ loan_id: 'AHEAD' })])];

    const refused = await pipeline.judge(path, body, { metadata: { asof: '2125-12-10' } });
    const mended = await pipeline.judge('looker/loans/loans_2025-12-10.csv', body);

    expect(refused).toMatchObject({ status: 'rejected', problems: [{ code: 'future-as-of' }, {}] });
    expect(refused.problems[0]?.message).toContain('says the blob metadata asof');
    expect(mended).toMatchObject({ runId: refused.runId, attempt: 2, asOf: '2025-12-10' });
  });

  it('comes from the data with a word on metadata that are no day', async () => {
    const run = await pipeline.judge(`${PAR}/par_2025-01-01.csv`, parFile('UNREAD'), {
      metadata: { asof: 'last November' },
    });

    expect(run.asOf).toBe('2025-11-30');
    expect(dayProblems(run)).toEqual([
      'The file was dropped with asof="last November", which is no day. Its rows say 2025-11-30 (first row 3, column dpd_date), which counts: the file stands for 2025-11-30. If that is right, nothing is to be done but to write asof as 2025-12-10, or to leave it out, next time.',
    ]);
  });

  it('comes from the name when there is nothing else', async () => {
    const body = csvOf([aLoan({ loan_id: 'FROM NAME' })]);

    const run = await pipeline.judge('looker/loans/v12345678/loans-20251225 (2).csv', body);

    expect(run.asOf).toBe('2025-12-25');
  });

  it('is never taken from the clock: without one the file is rejected', async () => {
    const run = await pipeline.judge('looker/loans/loans.csv', csvOf([aLoan({ loan_id: 'NO DATE' })]));

    expect(run).toMatchObject({ status: 'rejected', problems: [{ code: 'no-as-of' }, {}] });
    expect(run.problems[0]?.message).toContain('maturity_date and dpd');
  });

  it('may be tomorrow, since the day begins elsewhere first, but not the day after', async () => {
    const day = (ahead: number): string =>
      new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

    const [tomorrow, later] = [
      await pipeline.judge('cascade/loan_tape/tomorrow.csv', tapeFile('1', day(1))),
      await pipeline.judge('cascade/loan_tape/later.csv', tapeFile('1', day(2))),
    ];

    expect(tomorrow).toMatchObject({ stage: 'compute', asOf: day(1) });
    expect(later).toMatchObject({ status: 'rejected', problems: [{ code: 'future-as-of' }] });
  });

  it('is what most rows say when they disagree, with a warning', async () => {
    const rows = parRows('DISAGREEING');
    rows[4] = aParRow({ loan_id_raw: 'DISAGREEING-X', dpd: '95', dpd_date: '2025-08-20' });

    const run = await pipeline.judge(`${PAR}/disagreeing.csv`, csvOf(rows));

    expect(run.asOf).toBe('2025-11-30');
    expect(besidesOldAndAlone(run)).toEqual([expect.objectContaining({ code: 'as-of-conflict', count: 1 })]);
  });
});

describe('a snapshot date that few rows have', () => {
  const NEXT = '2025-12-31';
  const later = (tag: string, count: number) =>
    manyParRows(`${tag}-NEXT`, count).map((row) => ({ ...row, reporting_date: NEXT }));

  it('rejects the file when a slip would make one row the whole portfolio', async () => {
    const rows = manyParRows('SLIP', 120);
    rows.splice(40, 0, ...later('SLIP', 1));

    const run = await pipeline.judge(`${PAR}/slip.csv`, csvOf(rows));

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
    const rows = [...manyParRows(tag, before), ...later(tag, newest)];

    const run = await pipeline.judge(`${PAR}/thin ${before}.csv`, csvOf(rows));

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
    const run = await pipeline.judge(
      `${PAR}/thick ${before}.csv`,
      csvOf([...manyParRows(tag, before), ...later(tag, newest)]),
    );

    expect(run).toMatchObject({ stage: 'compute', asOf: NEXT });
    expect(codesOf(run)).toEqual(PAR_ALONE);
  });

  it('does not count when its only rows contradict each other', async () => {
    const [row] = later('TORN', 1);
    const rows = [...manyParRows('TORN', 300), row ?? {}, { ...row, outstanding_balance: '1' }];

    const run = await pipeline.judge(`${PAR}/torn date.csv`, csvOf(rows));

    expect(run).toMatchObject({ stage: 'compute', asOf: '2025-11-30', rejectedRows: 2 });
  });
});

describe('a day that has not come', () => {
  it('is led back to the rows that say it', async () => {
    const run = await pipeline.judge(
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
    const tape = await pipeline.judge('cascade/loan_tape/ahead.csv', tapeFile('1', '2099-12-31'));
    const late = await pipeline.judge(
      'looker/loans/ahead.csv',
      csvOf([aLoan({ loan_id: 'AHEAD', disburse_date: '2099-01-01', dpd: '3' })]),
    );
    const told = await pipeline.judge('looker/loans/told.csv', ontime('TOLD'), {
      metadata: { asof: '2099-01-01' },
    });
    const named = await pipeline.judge('looker/loans/loans_2099-01-01.csv', ontime('NAMED'));

    expect(tape.problems[0]?.message).toContain('One row says so: row 1, column measurement_date. Nothing');
    expect(late.problems[0]).toMatchObject({ record: 1, column: 'maturity_date' });
    expect(told.problems[0]?.message).toContain('says the blob metadata asof. Nothing');
    expect(named.problems[0]?.message).toContain("says the file's name. Nothing");
  });
});
