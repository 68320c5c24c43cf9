import type { HttpResponseInit } from '@azure/functions';
import type { Deps } from '../../shared/app.ts';
import { type LocalDate, toEpochDay } from '../../shared/domain/local-date.ts';
import type { KpiMart, PeriodGrain } from '../../shared/kpis/kpi-result.ts';
import { hasNumbers, newestMart } from '../../shared/pipeline/newest-mart.ts';
import { TwinDisagrees } from '../../shared/pipeline/prove-mart.ts';
import { type Recomputed, type RecomputeInput, recomputeDay } from '../../shared/pipeline/recompute-day.ts';
import { describeError } from '../../shared/pipeline/work-stage.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { notFound, problem } from './problem-details.ts';

type Found = NonNullable<Awaited<ReturnType<typeof newestMart>>>;

/** The numbers that were asked for; those of a run, or computed for the asking. */
export type Numbers = { readonly mart: KpiMart; readonly run?: RunRecord; readonly recomputed: boolean };

/** A month's book is cut off some weeks before or after the day that it is labelled with. */
const LABEL_WITHIN_DAYS = 62;
const DAYS_NAMED = 5;

/**
 * The numbers of any day: those that a run left, or, for a day without a run and for periods other than months, computed
 * from the files that are there. The answer is a problem when there is nothing to compute from.
 */
export async function numbersOf(
  { asOf, grain }: { readonly asOf?: LocalDate | undefined; readonly grain: PeriodGrain },
  deps: Deps,
): Promise<Numbers | HttpResponseInit> {
  const found = await martOfDay(asOf, deps);
  if (found !== undefined && grain === 'month') return { ...found, recomputed: false };
  const day = found?.mart.asOf ?? asOf;
  if (day === undefined) return notFound('A number', NOTHING_YET);
  const book = found?.mart.book;
  const computed = await provedDay({ asOf: day, grain, ...(book && { book }) }, deps);
  if (!('kind' in computed)) return computed;
  if (computed.kind === 'computed') return { mart: computed.mart, recomputed: true };
  return problem({
    status: 404,
    code: 'no-data-for-day',
    title: 'No numbers for that day',
    detail: [computed.reason, await daysInWords(deps)].filter(Boolean).join(' '),
  });
}

/** Numbers that two computations do not agree on are answered with that, and never shown. */
async function provedDay(input: RecomputeInput, deps: Deps): Promise<Recomputed | HttpResponseInit> {
  try {
    return await recomputeDay(input, deps);
  } catch (error) {
    if (!(error instanceof TwinDisagrees)) throw error;
    deps.log.error('stage.failed', { stage: 'http', error: describeError(error) });
    return problem({
      status: 500,
      code: 'parity-mismatch',
      title: 'The numbers of that day could not be proved',
      detail: `${error.message}. Nothing is shown. Numbers that a run published stand: ask for another day.`,
    });
  }
}

/**
 * The numbers that a run left for a day: of that as-of date, else the newest ones that are reported under that day.
 * Without a day the newest of all.
 */
export async function martOfDay(day: LocalDate | undefined, deps: Deps): Promise<Found | undefined> {
  const exact = await newestMart({ asOf: day }, deps);
  if (exact !== undefined || day === undefined) return exact;
  for (const asOf of await daysWithNumbers(deps)) {
    if (Math.abs(toEpochDay(asOf) - toEpochDay(day)) > LABEL_WITHIN_DAYS) continue;
    const found = await newestMart({ asOf }, deps);
    if (found?.mart.kpis.some(({ reportingDate }) => reportingDate === day) === true) return found;
  }
  return undefined;
}

/** The answer when there is nothing for a day: it names days for which there is something. */
export async function nothingFor(what: string, deps: Deps): Promise<HttpResponseInit> {
  return notFound(what, (await daysInWords(deps)) ?? NOTHING_YET);
}

const NOTHING_YET =
  'Nothing has been computed yet. Drop a file into landing, or look at GET runs for what became of the last one.';

async function daysInWords(deps: Deps): Promise<string | undefined> {
  const days = (await daysWithNumbers(deps)).slice(0, DAYS_NAMED);
  return days.length === 0 ? undefined : `There are numbers as of ${days.join(', ')}.`;
}

/** As-of dates for which KPIs were computed, newest first. */
async function daysWithNumbers({ ledger }: Deps): Promise<LocalDate[]> {
  const days = (await ledger.list())
    .filter(hasNumbers)
    .flatMap(({ asOf }) => (asOf === undefined ? [] : [asOf]));
  return [...new Set(days)].toSorted().toReversed();
}
