import { type Html, html } from '../escape-html.ts';
import type { Language } from '../language/language.ts';
import { dimensionName, partName } from '../language/names.ts';
import { type Choice, dashboardPath } from './address.ts';
import type { Dimension } from './part.ts';
import { VIEWS } from './views.ts';

type Surroundings = {
  readonly choice: Choice;
  readonly language: Language;
  readonly link: (path: string) => string;
};

/** A link to each view, which keeps language and part. */
export function viewLinks({ choice, language: { words }, link }: Surroundings): Html {
  const items = VIEWS.map((view) => {
    const target = link(dashboardPath({ ...choice, view }));
    const current = view === choice.view ? html` aria-current="page"` : undefined;
    return html`<li><a href="${target}"${current}>${words.view[view]}</a></li>\n`;
  });
  return html`<nav class="views no-print" aria-label="${words.views}"><ul>
${items}</ul></nav>`;
}

/** The same page in the other language, which is named in that language. */
export function languageLink({ choice, language: { words }, link }: Surroundings): Html {
  const other = choice.language === 'en' ? 'es' : 'en';
  const target = link(dashboardPath({ ...choice, language: other, isLanguageChosen: true }));
  return html`<a class="no-print" href="${target}" hreflang="${other}" lang="${other}">${words.otherLanguage}</a>`;
}

/** A form that works without a script: one part of the book at a time, so there is one list to choose from. */
export function partForm(dimensions: readonly Dimension[], surroundings: Surroundings): Html | undefined {
  const { choice, language, link } = surroundings;
  const { filter } = language.words;
  if (dimensions.length === 0) return undefined;
  const groups = dimensions.map(
    ({ name, values }) => html`<optgroup label="${dimensionName(name, language)}">
${values.map((value) => option(name, value, surroundings))}</optgroup>
`,
  );
  const clear = choice.part
    ? html` <a href="${link(dashboardPath({ ...choice, part: undefined }))}">${filter.clear}</a>`
    : undefined;
  return html`<form class="filter no-print" method="get" action="${pathOf(link('dashboard'))}" aria-label="${filter.title}">
${hiddenFields(surroundings)}<label for="part">${filter.label}</label>
<select id="part" name="part">
<option value="">${filter.whole}</option>
${groups}</select>
<button>${filter.apply}</button>${clear}
</form>`;
}

/** What is shown of the book, also on paper. */
export function partLine({
  choice: { part },
  language,
}: Pick<Surroundings, 'choice' | 'language'>): Html | undefined {
  if (!part) return undefined;
  const { filter } = language.words;
  const shown = filter.now(dimensionName(part.dimension, language), partName(part.value, language));
  return html`<p class="part"><strong>${shown}</strong> ${filter.trendIsWhole}</p>`;
}

function option(dimension: string, value: string, { choice: { part }, language }: Surroundings): Html {
  const selected = part?.dimension === dimension && part.value === value ? html` selected` : undefined;
  return html`<option value="${dimension}:${value}"${selected}>${partName(value, language)}</option>\n`;
}

/** A form replaces the query of its address, so all that must stay goes along as fields. */
function hiddenFields({ choice, link }: Surroundings): Html[] {
  const { searchParams } = new URL(link(dashboardPath({ ...choice, part: undefined })), BASE);
  return [...searchParams].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  );
}

const BASE = 'http://page.invalid';

function pathOf(address: string): string {
  return new URL(address, BASE).pathname;
}
