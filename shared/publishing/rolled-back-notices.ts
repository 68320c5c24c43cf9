import { localDateOf } from '../domain/local-date.ts';
import type { RolledBackFile } from '../pipeline/rolled-back-files.ts';
import { type Html, html } from './escape-html.ts';
import type { Language } from './language/language.ts';

/** Who took which file out of the numbers, when and why. The reason stands in the words of whoever gave it. */
export function rolledBackSentence(
  { dataset, asOf, by, reason, at, isStillCounted = false }: RolledBackFile,
  { words, day }: Language,
): string {
  const file = words.rolledBack.file(dataset, asOf && day(asOf));
  const told = words.rolledBack.told(file, by, day(localDateOf(new Date(at))), reason.replace(/[.\s]+$/, ''));
  return `${told} ${isStillCounted ? words.rolledBack.stillCounted : words.rolledBack.notCounted}`;
}

/** Before any number that would be another one. */
export function rolledBackBanners(files: readonly RolledBackFile[], language: Language): Html[] {
  return files.map(
    (file) => html`<div class="notice critical" role="status">
<p><strong>${rolledBackSentence(file, language)}</strong></p>
</div>
`,
  );
}
