import type { ParLabel } from './balance-dates.ts';
import { DateTotals } from './date-totals.ts';
import type { LoanTable } from './loan-table.ts';
import type { AtRisk, Standing } from './standing.ts';
import { StandingRows } from './standing-rows.ts';
import { amounts, cells, type RowBatch, type TwinRows } from './twin-rows.ts';

// The lender's own snapshots (looker.loan_par_balances). What the rows of a label add up to is folded while they are
// read; what a loan goes through from label to label is kept.

export type ParFile = {
  readonly labels: readonly LabelTotals[];
  /** Dated by the place of the label in `labels`. */
  readonly standings: StandingRows;
};

export type LabelTotals = ParLabel & { readonly totals: DateTotals };

export async function readParFile(rows: TwinRows, loans: LoanTable): Promise<ParFile> {
  const labels = new Labels(rows.customers);
  const standings = new StandingRows(rows.loans, await rows.count('looker_loan_par_balances'));
  for await (const batch of rows.read('looker_loan_par_balances')) {
    for (const { loan, label, impliedDay, standing, atRisk } of parRows(batch)) {
      const { place, totals } = labels.of(label, impliedDay);
      totals.add(standing, atRisk, loans.facts(loan));
      standings.add(loan, place, standing);
    }
  }
  return { labels: labels.all, standings };
}

class Labels {
  readonly all: (LabelTotals & { readonly place: number; readonly impliedDays: Map<number, number> })[] = [];
  readonly #byDay = new Map<number, (typeof this.all)[number]>();
  readonly #customers: number;

  constructor(customers: number) {
    this.#customers = customers;
  }

  /** Counts the day that a late loan implies. */
  of(label: number, impliedDay: number | undefined): (typeof this.all)[number] {
    const known = this.#byDay.get(label) ?? this.#begin(label);
    if (impliedDay !== undefined)
      known.impliedDays.set(impliedDay, (known.impliedDays.get(impliedDay) ?? 0) + 1);
    return known;
  }

  #begin(label: number): (typeof this.all)[number] {
    const begun = {
      place: this.all.length,
      label,
      impliedDays: new Map<number, number>(),
      totals: new DateTotals(this.#customers),
    };
    this.all.push(begun);
    this.#byDay.set(label, begun);
    return begun;
  }
}

type ParRow = {
  readonly loan: number;
  readonly label: number;
  readonly impliedDay: number | undefined;
  readonly standing: Standing;
  readonly atRisk: AtRisk;
};

function* parRows(batch: RowBatch): Generator<ParRow> {
  const [loan, label, dpdDate] = [
    cells(batch, 'loan'),
    cells(batch, 'reporting_date'),
    cells(batch, 'dpd_date'),
  ];
  const [dpd, isWrittenOff] = [amounts(batch, 'dpd'), amounts(batch, 'is_writeoff')];
  const outstanding = amounts(batch, 'outstanding_balance_usd');
  const writtenOff = amounts(batch, 'writeoff_outstanding_balance_usd');
  const [par7, par30] = [amounts(batch, 'par_7_balance_usd'), amounts(batch, 'par_30_balance_usd')];
  const [par60, par90] = [amounts(batch, 'par_60_balance_usd'), amounts(batch, 'par_90_balance_usd')];
  for (let row = 0; row < batch.rows; row += 1) {
    const isLate = dpd(row) > 0 && !Number.isNaN(dpdDate(row));
    yield {
      loan: loan(row),
      label: label(row),
      impliedDay: isLate ? dpdDate(row) + dpd(row) : undefined,
      standing: {
        dpd: dpd(row),
        isWrittenOff: isWrittenOff(row) === 1,
        outstanding: outstanding(row),
        writtenOff: writtenOff(row),
      },
      atRisk: { 7: par7(row), 30: par30(row), 60: par60(row), 90: par90(row) },
    };
  }
}
