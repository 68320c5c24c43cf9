import { LocalDate, REFERENCE_DAY, toEpochDay } from '../domain/local-date.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import type { OpenBreaker } from '../pipeline/data-quality.ts';
import { type Html, html } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** For each dataset that is stopped a word before any number: since when, why, and how old its numbers are. */
export function breakerBanners(
  open: readonly OpenBreaker[],
  mart: KpiMart | undefined,
  at: { readonly today: LocalDate; readonly language?: Language },
): Html[] {
  const { today, language = DOCUMENTS } = at;
  const { breaker } = language.words;
  return open.map(({ dataset, since, reason }) => {
    const day = language.day(LocalDate.parse(since.slice(0, 10)));
    return html`<div class="notice critical" role="status">
<p><strong>${breaker.noNew(dataset, day)}</strong> ${inEnglish(reason, language)}</p>
<p>${standing(dataset, mart, { today, language })} ${breaker.endsWith} <code>docs/runbooks/breaker-open.md</code>.</p>
</div>
`;
  });
}

/** A dataset may have several kinds of file; what it says of the day is what the newest of them says. */
function standing(
  dataset: string,
  mart: KpiMart | undefined,
  { today, language }: { today: LocalDate; language: Language },
): string {
  const { breaker } = language.words;
  if (mart === undefined) return breaker.noNumbers;
  const days = mart.book.filter((entry) => entry.dataset === dataset).map(({ asOf }) => asOf);
  const asOf = days.toSorted().at(-1);
  if (asOf === undefined) return breaker.notUsed;
  if (asOf === REFERENCE_DAY) return breaker.lastGood;
  const age = toEpochDay(today) - toEpochDay(asOf);
  return breaker.stands(language.day(asOf), ageOf(age, language));
}

function ageOf(days: number, { words, count }: Language): string {
  if (days <= 0) return '';
  return days === 1 ? words.breaker.dayAgo : words.breaker.daysAgo(count(days));
}
