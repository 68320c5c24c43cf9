import { type Html, html } from './escape-html.ts';
import type { Language } from './language/language.ts';

/** Sentences of the engine, of contracts and of definitions are in English wherever they stand, and say so. */
export function inEnglish(text: string, { code }: Pick<Language, 'code'>): Html {
  return code === 'en' ? html`${text}` : html`<span lang="en">${text}</span>`;
}
