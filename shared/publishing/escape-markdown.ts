import { showHiddenCharacters } from '../domain/hidden-characters.ts';

// Markdown that data cannot shape: no markup, no link, no second table cell, no second line. An underscore within
// a word means nothing in CommonMark and stays as it is, so that file names can be read in the source too.

const SPECIAL = /[\\`|*[\]~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** Text for a table cell, a list item or the middle of a line. */
export function escapeMarkdown(text: string): string {
  return showHiddenCharacters(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(SPECIAL, (character) => `\\${character}`)
    .replace(/^[-+#=]/, (opener) => `\\${opener}`)
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}
