import type { LocalDate } from '../domain/local-date.ts';
import { REFERENCE_DAY, toEpochDay } from '../domain/local-date.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import type { OpenBreaker } from '../pipeline/data-quality.ts';
import { type Html, html } from './escape-html.ts';

/** For each dataset that is stopped a word before any number: since when, why, and how old its numbers are. */
export function breakerBanners(
  open: readonly OpenBreaker[],
  mart: KpiMart | undefined,
  today: LocalDate,
): Html[] {
  return open.map(
    ({ dataset, since, reason }) => html`<div class="notice critical" role="status">
<p><strong>No new numbers from ${dataset} since ${since.slice(0, 10)}:</strong> ${reason}</p>
<p>${standing(dataset, mart, today)} The first good file ends this. What to do: <code>docs/runbooks/breaker-open.md</code>.</p>
</div>
`,
  );
}

/** A dataset may have several kinds of file; what it says of the day is what the newest of them says. */
function standing(dataset: string, mart: KpiMart | undefined, today: LocalDate): string {
  if (mart === undefined) return 'There are no numbers yet.';
  const days = mart.book.filter((entry) => entry.dataset === dataset).map(({ asOf }) => asOf);
  const asOf = days.toSorted().at(-1);
  if (asOf === undefined) return 'None of the numbers below comes from it.';
  if (asOf === REFERENCE_DAY) return 'The numbers below use its last good file.';
  return `The numbers below that come from it stand as of ${asOf}${ageOf(toEpochDay(today) - toEpochDay(asOf))}.`;
}

function ageOf(days: number): string {
  if (days <= 0) return '';
  return days === 1 ? ', a day ago' : `, ${days} days ago`;
}
