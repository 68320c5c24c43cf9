import {
  BROAD_ROLES,
  FILLERS,
  MEASURES,
  NAMED_THINGS,
  PERSON_WORDS,
  ROLE_PROPERTIES,
  ROLES,
} from './person-words.ts';
import { countValue, NOTHING_SEEN, type ValueCounts } from './value-counts.ts';

// Does a column hold people's data, though nobody has said so? Its name is asked, and its values.

/** The words in a column's name that say so: `apellido`, `tax id`. Whole words only, for `rating` is no `tin`. */
export function namesPerson(columnName: string): string | undefined {
  const words = wordsOf(columnName).filter((word) => !FILLERS.has(word));
  if (words.some((word) => MEASURES.has(word))) return undefined;
  for (const [place, word] of words.entries()) {
    const pair = `${word} ${words[place + 1] ?? ''}`;
    if (PERSON_WORDS.has(pair)) return pair;
    if (PERSON_WORDS.has(word) && !isNameOfThing(words, place)) return word;
    if (ROLES.has(word) && !words.some((other) => ROLE_PROPERTIES.has(other))) return word;
    if (BROAD_ROLES.has(word) && words.length === 1) return word;
  }
  return undefined;
}

/** In lower case without accents, parted at blanks, punctuation, digits and camel humps. */
function wordsOf(columnName: string): string[] {
  return columnName
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

function isNameOfThing(words: readonly string[], place: number): boolean {
  const [before = '', word = '', after = ''] = [words[place - 1], words[place], words[place + 1]];
  if (word === 'name' || word === 'names') return NAMED_THINGS.has(before);
  return (word === 'nombre' || word === 'nombres') && (NAMED_THINGS.has(before) || NAMED_THINGS.has(after));
}

export type PersonalKind = 'email' | 'dui' | 'nit' | 'card' | 'phone';

export type Verdict = { readonly kind: PersonalKind; readonly hits: number; readonly seen: number };

export type ValueDetector = {
  see(text: string): void;
  counts(): ValueCounts;
  verdict(): Verdict | undefined;
};

/** Looks at the values of one column, each distinct one once. */
export function valueDetector(): ValueDetector {
  const counts = { ...NOTHING_SEEN };
  return {
    see: (text) => countValue(text, counts),
    counts: () => ({ ...counts }),
    verdict: () => verdictOf(counts),
  };
}

/**
 * The kind with the most hits. What only people's data looks like counts from the first value on; what other numbers
 * look like too, only when most values do. One number in ten has the right check digit by chance: hits among a crowd of
 * the same form without it are no hits.
 */
export function verdictOf(counts: ValueCounts): Verdict | undefined {
  const { seen } = counts;
  const isMost = (hits: number): boolean => hits * 2 > seen;
  const isNoChance = (hits: number, form: number): boolean => hits > 0 && hits * 2 >= form;
  const dui = counts.dui + counts.bareDui;
  const phone = counts.phone + counts.barePhone;
  const found: Verdict[] = [];
  if (counts.email > 0) found.push({ kind: 'email', hits: counts.email, seen });
  if (isNoChance(counts.dui, counts.duiForm) || isMost(dui)) found.push({ kind: 'dui', hits: dui, seen });
  if (counts.nit > 0) found.push({ kind: 'nit', hits: counts.nit, seen });
  if (isNoChance(counts.card, counts.cardForm)) found.push({ kind: 'card', hits: counts.card, seen });
  if (counts.phone > 0 || isMost(phone)) found.push({ kind: 'phone', hits: phone, seen });
  return found.toSorted((a, b) => b.hits - a.hits)[0];
}
