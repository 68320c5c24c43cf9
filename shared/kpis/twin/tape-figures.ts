import { CentSum } from './cent-sum.ts';
import { cents, percent, sum, type TwinFigure } from './figure.ts';
import { amounts, cells, type RowBatch, type TwinRows } from './twin-rows.ts';

// PAR from aggregates, where there is nothing of single loans: from the PAR balances of a date (domain.md 1.1, second
// variant), else from the buckets of the tape (3.2: PARn is the buckets from n days up, over total receivable).

type Tape = {
  readonly relation: 'cascade_loan_tape_par' | 'cascade_loan_tape';
  readonly day: string;
  readonly outstanding: string;
  /** Columns that add up to each. */
  readonly par: Readonly<Record<'7' | '30' | '60' | '90', readonly string[]>>;
};

const TAPES: readonly Tape[] = [
  {
    relation: 'cascade_loan_tape_par',
    day: 'reporting_date',
    outstanding: 'outstanding_balance_usd',
    par: {
      7: ['par_7_balance_usd'],
      30: ['par_30_balance_usd'],
      60: ['par_60_balance_usd'],
      90: ['par_90_balance_usd'],
    },
  },
  {
    relation: 'cascade_loan_tape',
    day: 'measurement_date',
    outstanding: 'total_receivable_usd',
    par: {
      7: ['dpd_7_30_usd', 'dpd_30_60_usd', 'dpd_60_90_usd', 'dpd_90_plus_usd'],
      30: ['dpd_30_60_usd', 'dpd_60_90_usd', 'dpd_90_plus_usd'],
      60: ['dpd_60_90_usd', 'dpd_90_plus_usd'],
      90: ['dpd_90_plus_usd'],
    },
  },
];

export async function tapeFigures(rows: TwinRows, asOf: number): Promise<readonly TwinFigure[]> {
  const tape = TAPES.find(({ relation }) => rows.asOf.has(relation));
  if (tape === undefined) return [];
  const days = new Map<number, TapeSums>();
  for await (const batch of rows.read(tape.relation)) addBatch(days, tape, batch, asOf);
  return [...days].flatMap(([reportingDay, { outstanding, par }]) =>
    [
      ...(['7', '30', '60', '90'] as const).map((n) =>
        percent(`risk.par_${n}`, cents(par[n].total), cents(outstanding.total)),
      ),
      sum('port.outstanding', cents(outstanding.total)),
    ].map((formula) => ({ ...formula, reportingDay })),
  );
}

type TapeSums = {
  readonly outstanding: CentSum;
  readonly par: Readonly<Record<'7' | '30' | '60' | '90', CentSum>>;
};

function addBatch(days: Map<number, TapeSums>, tape: Tape, batch: RowBatch, asOf: number): void {
  const [day, outstanding] = [cells(batch, tape.day), amounts(batch, tape.outstanding)];
  const buckets = (['7', '30', '60', '90'] as const).map((n) => ({
    n,
    columns: tape.par[n].map((name) => amounts(batch, name)),
  }));
  for (let row = 0; row < batch.rows; row += 1) {
    if (day(row) > asOf) continue;
    const sums = days.get(day(row)) ?? noSums();
    days.set(day(row), sums);
    sums.outstanding.add(outstanding(row));
    for (const { n, columns } of buckets) for (const cell of columns) sums.par[n].add(cell(row));
  }
}

function noSums(): TapeSums {
  return {
    outstanding: new CentSum(),
    par: { 7: new CentSum(), 30: new CentSum(), 60: new CentSum(), 90: new CentSum() },
  };
}
