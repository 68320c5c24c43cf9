import type { KpiMart } from '../../kpis/kpi-result.ts';
import type { LanguageCode } from '../language/language.ts';
import type { Part } from './part.ts';
import type { ViewName } from './views.ts';

/** What a reader chose, as the address of the page has it. */
export type Choice = {
  readonly view: ViewName;
  readonly language: LanguageCode;
  readonly part: Part | undefined;
  readonly refreshes: boolean;
  /** Whether the reader said which language; else the browser says it each time. */
  readonly isLanguageChosen: boolean;
};

/** The path below `/api/` of the dashboard with a choice; what is usual is not said. */
export function dashboardPath(choice: Choice): string {
  const { view, language, part, refreshes, isLanguageChosen } = choice;
  const query = new URLSearchParams();
  if (view !== 'executive') query.set('view', view);
  if (isLanguageChosen) query.set('lang', language);
  if (part) query.set(part.dimension, part.value);
  if (!refreshes) query.set('refresh', 'off');
  const text = query.toString();
  return text === '' ? 'dashboard' : `dashboard?${text}`;
}

/** The path below `/api/` of where a number comes from: of the whole book where the part has no such number. */
export function sourcePath(
  id: string,
  { asOf, breakdowns }: Pick<KpiMart, 'asOf' | 'breakdowns'>,
  { language, isLanguageChosen, part }: Choice,
): string {
  const lang = isLanguageChosen ? `&lang=${language}` : '';
  const isThere =
    part && breakdowns.some((result) => result.id === id && result.dimension[part.dimension] === part.value);
  const of = isThere ? `&dimension=${encodeURIComponent(`${part.dimension}:${part.value}`)}` : '';
  return `kpis/${encodeURIComponent(id)}?asOf=${asOf}${of}${lang}`;
}
