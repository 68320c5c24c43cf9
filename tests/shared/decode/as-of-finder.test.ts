import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { loanTapeV1 } from '../../../shared/contracts/loan-tape.v1.ts';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import { metaInsightsV1 } from '../../../shared/contracts/meta-insights.v1.ts';
import { AsOfFinder, asOfInName, asOfVotes } from '../../../shared/decode/as-of-finder.ts';
import { BatchBuilder, type ColumnBatch } from '../../../shared/decode/column-batch.ts';
import { fromEpochDay, LocalDate, parseLocalDate, toEpochDay } from '../../../shared/domain/local-date.ts';

type Cells = Readonly<Record<string, CellValue>>;

const on = (day: string): number => toEpochDay(LocalDate.parse(day));
const parRow = (label: string, due: string | null, dpd: number): Cells => ({
  reporting_date: on(label),
  dpd_date: due === null ? null : on(due),
  dpd,
});
const loanRow = (due: string, dpd: number): Cells => ({ maturity_date: on(due), dpd });

/** They are large, and empty again after each batch. */
const builders = new Map<Contract, BatchBuilder>();

/** Rows numbered on from `first`; cells that are not named are null. */
function batchOf(contract: Contract, rows: readonly Cells[], first: number): ColumnBatch {
  const builder = builders.get(contract) ?? new BatchBuilder(contract);
  builders.set(contract, builder);
  for (const [index, row] of rows.entries()) {
    for (const [at, { name }] of contract.columns.entries()) {
      const cell = row[name] ?? null;
      if (cell === null) builder.columns[at]?.setNull(builder.rows);
      else builder.columns[at]?.set(builder.rows, cell);
    }
    builder.endRow(first + index);
  }
  return builder.take();
}

/** The day, and how many rows say another. */
function findIn(contract: Contract, ...batches: (readonly Cells[])[]) {
  const { asOf, disagreeing } = finderOf(contract, ...batches).find();
  return { asOf, disagreeing };
}

function finderOf(contract: Contract, ...batches: (readonly Cells[])[]): AsOfFinder {
  const finder = new AsOfFinder(contract);
  let first = 1;
  for (const rows of batches) {
    finder.add(asOfVotes(contract, batchOf(contract, rows, first)));
    first += rows.length;
  }
  return finder;
}

describe('the as-of date of PAR balances', () => {
  // The newest label is the end of December; the loans that are late say that it was written on the 10th.
  it('is due date plus days past due, not the label', () => {
    const found = findIn(loanParBalancesV1, [
      parRow('2025-11-30', '2025-11-23', 7),
      parRow('2025-12-31', '2025-12-03', 7),
      parRow('2025-12-31', null, 0),
      parRow('2025-12-31', '2025-09-11', 90),
    ]);

    expect(found).toEqual({ asOf: '2025-12-10', disagreeing: 0 });
  });

  it('is asked of the newest label only, whatever the order of the rows', () => {
    const rows = [
      parRow('2025-12-31', '2025-12-03', 7),
      parRow('2025-10-31', '2025-10-30', 1),
      parRow('2025-11-30', '2025-11-23', 7),
      parRow('2025-10-31', '2025-10-30', 1),
    ];

    expect(findIn(loanParBalancesV1, rows)).toEqual({ asOf: '2025-12-10', disagreeing: 0 });
    expect(findIn(loanParBalancesV1, rows.toReversed())).toEqual({ asOf: '2025-12-10', disagreeing: 0 });
  });

  it('is the label when nobody is late at the newest one', () => {
    const found = findIn(loanParBalancesV1, [
      parRow('2025-11-30', '2025-11-23', 7),
      parRow('2025-12-31', null, 0),
    ]);

    expect(found).toEqual({ asOf: '2025-12-31', disagreeing: 0 });
  });

  it('is what most rows say; the others are counted', () => {
    const found = findIn(loanParBalancesV1, [
      parRow('2025-12-31', '2025-12-03', 7),
      parRow('2025-12-31', '2025-12-02', 7),
      parRow('2025-12-31', '2025-12-03', 8),
      parRow('2025-12-31', '2025-12-09', 1),
    ]);

    expect(found).toEqual({ asOf: '2025-12-10', disagreeing: 2 });
  });

  it('is the later day when as many rows say the one as the other', () => {
    const rows = [parRow('2025-12-31', '2025-12-02', 7), parRow('2025-12-31', '2025-12-03', 7)];

    expect(findIn(loanParBalancesV1, rows)).toEqual({ asOf: '2025-12-10', disagreeing: 1 });
    expect(findIn(loanParBalancesV1, rows.toReversed())).toEqual({ asOf: '2025-12-10', disagreeing: 1 });
  });

  it('does not depend on how the rows are ordered and cut into batches', () => {
    const row = fc
      .record({
        label: fc.constantFrom('2025-10-31', '2025-11-30', '2025-12-31'),
        due: fc.constantFrom('2025-10-01', '2025-10-02', '2025-10-03', null),
        dpd: fc.integer({ min: 0, max: 3 }),
      })
      .map(({ label, due, dpd }) => parRow(label, due, dpd));
    const rows = fc.array(row, { minLength: 1, maxLength: 20 });
    const permuted = rows.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        fc.nat({ max: all.length }),
      ),
    );
    fc.assert(
      fc.property(permuted, ([all, shuffled, cut]) => {
        const found = findIn(loanParBalancesV1, shuffled.slice(0, cut), shuffled.slice(cut));

        expect(found).toEqual(findIn(loanParBalancesV1, all));
      }),
      { seed: 20_251_210, numRuns: 300 },
    );
  });
});

describe('the as-of date of loans', () => {
  it('is maturity plus days past due of the loans that are late', () => {
    const found = findIn(loansV1, [
      loanRow('2026-03-30', 0),
      loanRow('2025-12-03', 7),
      loanRow('2023-03-15', 1_001),
    ]);

    expect(found).toEqual({ asOf: '2025-12-10', disagreeing: 0 });
  });

  it('is not known when no loan is late: maturity alone says nothing', () => {
    expect(findIn(loansV1, [loanRow('2026-03-30', 0)])).toEqual({ asOf: undefined, disagreeing: 0 });
    expect(findIn(loansV1)).toEqual({ asOf: undefined, disagreeing: 0 });
  });

  it('is not taken from a row without a date or without days', () => {
    const found = findIn(loansV1, [
      { maturity_date: null, dpd: 7 },
      { maturity_date: on('2025-12-03'), dpd: null },
      { maturity_date: on('2025-12-03'), dpd: -1 },
    ]);

    expect(found).toEqual({ asOf: undefined, disagreeing: 0 });
  });

  it('is never a day beyond the calendar, which is what a due date of 9999-12-31 leads to', () => {
    const never = loanRow('9999-12-31', 5);

    expect(findIn(loansV1, [never])).toEqual({ asOf: undefined, disagreeing: 0 });
    expect(findIn(loansV1, [never, never, loanRow('2025-12-03', 7)])).toEqual({
      asOf: '2025-12-10',
      disagreeing: 2,
    });
  });
});

describe('the as-of date of a tape', () => {
  it('is its newest measurement', () => {
    const found = findIn(
      loanTapeV1,
      [{ measurement_date: on('2025-09-30') }, { measurement_date: on('2025-12-02') }],
      [{ measurement_date: on('2025-06-30') }],
    );

    expect(found).toEqual({ asOf: '2025-12-02', disagreeing: 0 });
  });

  it('is not known of no rows', () => {
    expect(findIn(loanTapeV1)).toEqual({ asOf: undefined, disagreeing: 0 });
  });
});

describe('the place of the day', () => {
  const ROWS = [
    parRow('2025-11-30', '2025-11-23', 7),
    parRow('2025-12-31', null, 0),
    parRow('2025-12-31', '2025-12-02', 7),
    parRow('2025-12-31', '2025-12-03', 7),
    parRow('2025-12-31', '2025-09-11', 90),
  ];

  it('is the first row that says it, beside the two newest snapshots', () => {
    expect(finderOf(loanParBalancesV1, ROWS).find()).toEqual({
      asOf: '2025-12-10',
      disagreeing: 1,
      told: { record: 4, rows: 2 },
      newest: { date: '2025-12-31', record: 2, rows: 4 },
      before: { date: '2025-11-30', record: 1, rows: 1 },
    });
  });

  it('is that of the label where no row is late, and unknown where there is no label', () => {
    const label = { date: '2025-12-31', record: 2, rows: 1 };

    expect(finderOf(loanParBalancesV1, ROWS.slice(0, 2)).find()).toMatchObject({
      told: label,
      newest: label,
    });
    expect(finderOf(loansV1, [loanRow('2025-12-03', 7)]).find()).toMatchObject({
      told: { record: 1, rows: 1 },
      newest: undefined,
      before: undefined,
    });
  });

  it('does not depend on where the file is cut', () => {
    for (let cut = 0; cut <= ROWS.length; cut += 1) {
      const found = finderOf(loanParBalancesV1, ROWS.slice(0, cut), ROWS.slice(cut)).find();

      expect(found).toEqual(finderOf(loanParBalancesV1, ROWS).find());
    }
  });
});

describe('a file of many snapshots', () => {
  it('is kept as its two newest labels and the votes of the newest', () => {
    const day = on('2020-01-01');
    const rows = Array.from({ length: 500 }, (_, index) => ({
      reporting_date: day + ((index * 7) % 100),
      dpd_date: day,
      dpd: 1 + (index % 30),
    }));

    const votes = asOfVotes(loanParBalancesV1, batchOf(loanParBalancesV1, rows, 1));

    expect([...votes.keys()].sort((a, b) => a - b)).toEqual([day + 98, day + 99]);
    expect(votes.get(day + 98)).toMatchObject({ rows: 5, votes: new Map() });
    expect(votes.get(day + 99)?.votes.size).toBeGreaterThan(0);
  });

  it('counts the days that cannot be written as one', () => {
    const rows = Array.from({ length: 50 }, (_, index) => loanRow('9999-12-31', 1 + index));

    const votes = asOfVotes(loansV1, batchOf(loansV1, [...rows, loanRow('2025-12-03', 7)], 1));

    expect([...votes.values()].map((snapshot) => snapshot.votes.size)).toEqual([2]);
  });

  it('gives what is found by looking at all rows at once, however it is cut and whatever order it has', () => {
    const row = fc.record({
      label: fc.integer({ min: 0, max: 8 }),
      due: fc.option(fc.integer({ min: 0, max: 3 })),
      dpd: fc.integer({ min: 0, max: 3 }),
    });
    const parts = fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 6 });
    const base = on('2025-12-01');
    fc.assert(
      fc.property(parts, (batches) => {
        const rows = batches.flat();
        const found = finderOf(
          loanParBalancesV1,
          ...batches.map((batch) =>
            batch.map(({ label, due, dpd }) => ({
              reporting_date: base + label,
              dpd_date: due === null ? null : base + due,
              dpd,
            })),
          ),
        ).find();

        const labels = [...new Set(rows.map(({ label }) => label))].sort((a, b) => b - a);
        const [newest, before] = labels.map((label) => ({
          date: fromEpochDay(base + label),
          rows: rows.filter((it) => it.label === label).length,
          record: rows.findIndex((it) => it.label === label) + 1,
        }));
        const days = rows.map(({ label, due, dpd }) =>
          label === labels[0] && due !== null && dpd > 0 ? due + dpd : undefined,
        );
        const votesFor = (day: number): number => days.filter((it) => it === day).length;
        const most = days
          .filter((day) => day !== undefined)
          .sort((a, b) => votesFor(b) - votesFor(a) || b - a)[0];
        const told = most === undefined ? newest : { rows: votesFor(most), record: days.indexOf(most) + 1 };
        expect(found).toEqual({
          asOf: most === undefined ? newest?.date : fromEpochDay(base + most),
          disagreeing:
            most === undefined ? 0 : days.filter((day) => day !== undefined).length - votesFor(most),
          told,
          newest,
          before,
        });
      }),
      { seed: 20_251_210, numRuns: 1_000 },
    );
  });
});

describe('the as-of date of figures about days', () => {
  const figures = (start: string, stop: string | null): Cells => ({
    date_start: on(start),
    date_stop: stop === null ? null : on(stop),
  });

  it('is the newest last day; where a row has none, its first day counts', () => {
    const week = figures('2025-12-01', '2025-12-07');

    expect(findIn(metaInsightsV1, [week, figures('2025-12-05', null)])).toEqual({
      asOf: '2025-12-07',
      disagreeing: 0,
    });
    expect(findIn(metaInsightsV1, [week, figures('2025-12-08', null)])).toEqual({
      asOf: '2025-12-08',
      disagreeing: 0,
    });
  });

  it('makes nothing of it when the last day has few rows', () => {
    const found = finderOf(metaInsightsV1, [
      ...Array.from({ length: 20 }, () => figures('2025-12-01', '2025-12-07')),
      figures('2025-12-08', '2025-12-08'),
    ]).find();

    expect(found).toEqual({
      asOf: '2025-12-08',
      disagreeing: 0,
      told: { date: '2025-12-08', record: 21, rows: 1 },
      newest: undefined,
      before: undefined,
    });
  });
});

describe('a day in the name of a file', () => {
  it.each([
    ['looker/loans/loans_2025-12-10.csv', '2025-12-10'],
    ['loans-20251210.csv', '2025-12-10'],
    ['loans_2025_12_10_final.csv', '2025-12-10'],
    ['2025-12-10', '2025-12-10'],
    ['2025-11-30/loans_2025-12-10.csv', '2025-12-10'],
    ['loans_2025-11-30_2025-12-10.csv', '2025-11-30'],
    ['batch-20259999_2025-12-10.csv', '2025-12-10'],
  ])('of %j is %s', (path, day) => {
    expect(asOfInName(path, parseLocalDate)).toBe(day);
  });

  it.each([
    'loans.csv',
    '2025-12-10/loans.csv',
    'loans_2025-02-30.csv',
    'loans_2025-12.csv',
    'loans_120251210.csv',
    'loans_2025121012.csv',
    '',
  ])('is not there in %j', (path) => {
    expect(asOfInName(path, parseLocalDate)).toBeUndefined();
  });
});
