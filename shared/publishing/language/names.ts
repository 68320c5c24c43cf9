import type { Language } from './language.ts';

// What the catalogue names, in the words of a page; what no language knows is called as the catalogue calls it.

export function departmentName(name: string, { words }: Language): string {
  return wordFor(name, words.view) ?? name;
}

export function dimensionName(name: string, { words }: Language): string {
  return wordFor(name, words.dimension) ?? name;
}

export function partName(value: string, { words }: Language): string {
  return wordFor(value, words.part) ?? value;
}

export function ownerName(name: string, { words }: Language): string {
  return wordFor(name, words.owner) ?? name;
}

export function wordFor(name: string, words: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
