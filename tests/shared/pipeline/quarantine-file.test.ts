import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aLoan, aParRow, csvOf } from '../../support/file-rows.ts';
import { besidesOldAndAlone, codesOf, LOANS_ALONE } from '../../support/old-and-alone.ts';
import { manyParRows } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
// What files do to each other is told in suites of its own.
beforeEach(() => pipeline.forget());

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

    const run = await pipeline.judge('looker/loans/sealed.csv', csvOf(rows));

    expect(run).toMatchObject({ rejectedRows: 1 });
    const text = await pipeline.text('quarantine', `${run.runId}/attempts/${run.attempt}/rejected.jsonl`);
    expect(text).not.toMatch(/SECRET|San Salvador/);
    expect(await pipeline.quarantined(run)).toEqual([
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
    expect(JSON.stringify(await pipeline.attemptReport(run))).not.toContain('SECRET');
    expect(JSON.stringify(pipeline.logged)).not.toContain('SECRET');
  });

  it('gives the same person the same token in every file', async () => {
    const rowsOf = (tag: string) =>
      csvOf([...manyParRows(tag, 100), aParRow({ loan_id_raw: 'THE SAME LOAN', dpd: tag })]);

    const [first, second] = [
      await pipeline.judge(`${PAR}/token 1.csv`, rowsOf('one')),
      await pipeline.judge(`${PAR}/token 2.csv`, rowsOf('two')),
    ];

    const [[a], [b]] = [await pipeline.quarantined(first), await pipeline.quarantined(second)];
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
      JSON.stringify(await pipeline.attemptReport(run)),
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

    const run = await pipeline.judge('looker/loans/shifted.csv', fileOf(rows));

    expect(run).toMatchObject({ rejectedRows: 1 });
    const text = await written(run);
    expect(text).not.toMatch(/CLISHIFTED77|SHIFTEDLOAN|San Salvador|factoring|One-time/);
    expect(text).toContain('row 5: application_date, a text of 12 characters, is not a day');
    const [line] = await pipeline.quarantined(run);
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

    const run = await pipeline.judge('looker/loans/ragged.csv', fileOf(rows));

    expect(await written(run)).not.toMatch(/RAGGEDLOAN|CLIRAGGED77|San Salvador/);
    const [line] = await pipeline.quarantined(run);
    const cells = Object.values(Object(line?.['cells'])).filter((cell) => cell !== '');
    expect(cells.length).toBeGreaterThan(15);
    for (const cell of cells) expect(cell).toMatch(/^v1:[\w-]{22}$/);
  });

  it('leave as a shape when somebody wrote a name where a number belongs', async () => {
    const name = 'Juan Perez, DUI 01234567-8';
    const rows = [...manyParRows('NAMED', 150), aParRow({ loan_id_raw: 'NAMED-BAD', dpd: name })];

    const run = await pipeline.judge(`${PAR}/named.csv`, csvOf(rows));

    const text = await written(run);
    expect(text).not.toMatch(/Juan|Perez|01234567/);
    expect(text).toContain('row 151: dpd, a text of 26 characters, is not a whole number');
  });

  it('are named as a shape in a remark too, with the row and what became of it', async () => {
    const rows = loans('REMARK').map((cells) =>
      cells.map((cell, index) => (HEADER[index] === 'loan_status' ? 'Ana Gomez' : cell)),
    );

    const run = await pipeline.judge('looker/loans/remark.csv', fileOf(rows));

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
