import { endOfPeriod, type Grain, type Period, startOfPeriod } from './periods.ts';

// The dates that have balances. A label of the PAR file may lie after the true day of its data.

export type BalanceDate = {
  /** The label under which it is reported. */
  readonly reportingDay: number;
  readonly periodStart: number;
  /** The true day of the data. */
  readonly asOf: number;
  /** The date of the period just before, by its place; what lies further back is not compared with. */
  readonly previous: number | undefined;
  /** The label of the PAR file that it is read from; its true day where balances are rebuilt. */
  readonly source: number;
};

export type ParLabel = {
  readonly label: number;
  /** How many late loans imply which true day: due date plus days past due. */
  readonly impliedDays: ReadonlyMap<number, number>;
};

/** Dates of the PAR file that were known on a day; of several in a period the last one stands for it. */
export function parDates(
  labels: readonly ParLabel[],
  { grain, fileAsOf, asOf }: { grain: Grain; fileAsOf: number; asOf: number },
): readonly BalanceDate[] {
  const newest = Math.max(...labels.map(({ label }) => label));
  const known = labels
    .map((entry) => ({
      source: entry.label,
      asOf: entry.label === newest ? fileAsOf : trueDay(entry),
    }))
    .filter((date) => date.asOf <= asOf)
    .toSorted((a, b) => a.source - b.source);
  const byPeriod = new Map(known.map((date) => [startOfPeriod(grain, periodDay(grain, date)), date]));
  const dates = [...byPeriod].map(([periodStart, date]) => ({
    ...date,
    periodStart,
    reportingDay: endOfPeriod(grain, periodStart),
  }));
  return dates.map((date, index) => ({ ...date, previous: previousOf(dates, index, grain) }));
}

/** Every period has balances where they are rebuilt, if only because nothing is owed in it. */
export function rebuiltDates(periods: readonly Period[]): readonly BalanceDate[] {
  return periods.map(({ start, label, asOf }, index) => ({
    reportingDay: label,
    periodStart: start,
    asOf,
    previous: index === 0 ? undefined : index - 1,
    source: asOf,
  }));
}

/** The day that most late loans imply, of several the latest; never after the label, which is all there is without one. */
function trueDay({ label, impliedDays }: ParLabel): number {
  let best: { day: number; loans: number } | undefined;
  for (const [day, loans] of impliedDays) {
    const isBetter = best === undefined || loans > best.loans || (loans === best.loans && day > best.day);
    if (isBetter) best = { day, loans };
  }
  return Math.min(label, best?.day ?? label);
}

/** Of a day or a week the true day decides, of a longer period the label. */
function periodDay(grain: Grain, { source, asOf }: { source: number; asOf: number }): number {
  return grain === 'day' || grain === 'week' ? asOf : source;
}

function previousOf(
  dates: readonly { periodStart: number }[],
  index: number,
  grain: Grain,
): number | undefined {
  const [earlier, date] = [dates[index - 1], dates[index]];
  if (earlier === undefined || date === undefined) return undefined;
  return earlier.periodStart >= startOfPeriod(grain, date.periodStart - 1) ? index - 1 : undefined;
}
