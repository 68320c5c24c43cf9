import { showHiddenCharacters } from '../domain/hidden-characters.ts';

// The one door through which text gets into a page. A page is written with the `html` tag, which escapes every
// value that is not itself made by the tag: forgetting to escape is not possible, only asking for it twice.

/** Markup that is known to be safe, because only `html` and `trustedMarkup` make it. */
export type Html = { readonly markup: string };

export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/** A template whose values are escaped, in text and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = strings.map((literal, index) => literal + markupOf(values[index]));
  return { markup: parts.join('') };
}

/** Markup from a source that has escaped its own text, such as the chart library. */
export function trustedMarkup(markup: string): Html {
  return { markup };
}

/** Text that is inert in an element and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return showHiddenCharacters(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('markup' in value) return value.markup;
  return value.map((part) => part.markup).join('');
}
