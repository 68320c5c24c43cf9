import { type BalanceDate, parDates, rebuiltDates } from './balance-dates.ts';
import type { ParFile } from './par-file.ts';
import type { Grain, Period } from './periods.ts';
import { type RebuiltFrom, rebuiltHistory, recordOf } from './rebuilt-balances.ts';
import type { DatedStanding } from './standing.ts';

// What each loan was at the dates that are reported, and at the month ends, at which defaults are seen. The lender's own
// snapshots stand where there are any; days and weeks, which it does not publish, are rebuilt.

export type LoanPast = {
  readonly history: readonly DatedStanding[];
  readonly months: readonly DatedStanding[];
};

export type LoanPasts = {
  readonly dates: readonly BalanceDate[];
  readonly months: readonly BalanceDate[];
  of(loan: number): LoanPast;
};

export type ParSource = { readonly file: ParFile; readonly fileAsOf: number; readonly asOf: number };

/** Months, quarters and whatever cannot be rebuilt. */
export function publishedPasts(par: ParSource, grain: Grain): LoanPasts {
  const dates = parDates(par.file.labels, { ...par, grain });
  const months = grain === 'month' ? dates : parDates(par.file.labels, { ...par, grain: 'month' });
  const [datePlace, monthPlace] = [placesOf(par.file, dates), placesOf(par.file, months)];
  return {
    dates,
    months,
    of: (loan) => {
      const history = par.file.standings.of(loan, datePlace);
      return { history, months: months === dates ? history : par.file.standings.of(loan, monthPlace) };
    },
  };
}

export type RebuiltPeriods = { readonly reported: readonly Period[]; readonly months: readonly Period[] };

/** Month ends are the lender's own where it has published them. */
export function rebuiltPasts(
  book: RebuiltFrom,
  periods: RebuiltPeriods,
  par: ParSource | undefined,
): LoanPasts {
  const dates = rebuiltDates(periods.reported);
  const published = par && publishedPasts(par, 'month');
  const months = published?.dates ?? rebuiltDates(periods.months);
  return {
    dates,
    months,
    of: (loan) => {
      const record = recordOf(book, loan);
      const history = record === undefined ? [] : rebuiltHistory(record, dates);
      if (published) return { history, months: published.of(loan).months };
      return { history, months: record === undefined ? [] : rebuiltHistory(record, months) };
    },
  };
}

function placesOf(file: ParFile, dates: readonly BalanceDate[]): (label: number) => number | undefined {
  const dateOfLabel = new Map(dates.map(({ source }, date) => [source, date]));
  const places = file.labels.map(({ label }) => dateOfLabel.get(label));
  return (label) => places[label];
}
