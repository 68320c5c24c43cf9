import { CONTRACTS } from '../../shared/contracts/registry.ts';
import type { Catalog } from '../../shared/kpis/catalog.ts';
import { ENGLISH_WORDS } from '../../shared/publishing/language/english.ts';
import { SPANISH_WORDS } from '../../shared/publishing/language/spanish.ts';

// Which words of a Spanish page are in the other language than the page says. Words are known by where they stand:
// in the words of the pages, and in the names and formulas of the catalogue. What both languages have tells nothing.

const WORD = /\p{L}{3,}/gu;
/** Names of things, which no language changes: `looker/loans`, `risk.par_90`, `table_vintages`. */
const IDENTIFIER = /[\w-]*(?:[/_.@][\w-]+)+/g;
const MARKED = /<(\w+)[^>]*\blang="en"[^>]*>([\s\S]*?)<\/\1>/g;
const SILENT = /<style[\s\S]*?<\/style>|<code>[\s\S]*?<\/code>|<bdi>[\s\S]*?<\/bdi>/g;
/** The product, and how each page calls the way to the other language. */
const NAMES = ['Abaco Loans Analytics', 'English', 'Español'];
const SPOKEN_ATTRIBUTE = /\b(?:aria-label|title|alt)="([^"]*)"/g;

const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Date(2025, month, 15).toLocaleDateString(SPANISH_WORDS.dateLocale, { month: 'short' }),
);

export type OtherWords = { readonly english: readonly string[]; readonly spanish: readonly string[] };

/** Judges pages in Spanish by the words of the pages and of a catalogue. */
export function languageJudge({ kpis }: Pick<Catalog, 'kpis'>): (page: string) => OtherWords {
  const inEnglish = kpis.flatMap(({ name, formula, owner, grain, cadence }) =>
    wordsOf([name, formula, owner, grain, cadence].join(' ')),
  );
  const english = new Set([...wordsIn(ENGLISH_WORDS), ...inEnglish]);
  const spanish = new Set([
    ...wordsIn(SPANISH_WORDS),
    ...MONTHS,
    ...kpis.flatMap(({ nameEs }) => wordsOf(nameEs)),
  ]);
  const names = new Set(wordsOf([...NAMES, ...CONTRACTS.map(({ name }) => name)].join(' ')));
  return (page) => {
    const marked = [...page.matchAll(MARKED)].map(([, , text = '']) => text);
    // What the page itself says to be English tells more English words.
    const known = new Set([...english, ...wordsOf(textOf(marked.join(' ')))]);
    const rest = wordsOf(textOf(page.replace(MARKED, ' ').replace(SILENT, ' ')));
    return {
      english: unique(rest.filter((word) => known.has(word) && !spanish.has(word) && !names.has(word))),
      spanish: unique(
        wordsOf(textOf(marked.join(' '))).filter(
          (word) => spanish.has(word) && !english.has(word) && !names.has(word),
        ),
      ),
    };
  };
}

/** What a page says, also to those who hear it. */
function textOf(markup: string): string {
  const attributes = [...markup.matchAll(SPOKEN_ATTRIBUTE)].map(([, text = '']) => text);
  return [markup.replace(/<[^>]*>/g, ' '), ...attributes].join(' ');
}

function wordsOf(text: string): string[] {
  return text.replace(IDENTIFIER, ' ').toLowerCase().match(WORD) ?? [];
}

/** Sentences are asked for with nothing in their gaps. */
function wordsIn(words: object): string[] {
  return Object.values(words).flatMap((word: unknown): string[] => {
    if (typeof word === 'function') return wordsOf(String(word('', '', '', '', '')));
    return typeof word === 'object' && word !== null ? wordsIn(word) : wordsOf(String(word));
  });
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
