import type { KpiMart } from '../kpis/kpi-result.ts';
import { restatementsOf } from '../kpis/restatement.ts';
import { type Html, html } from './escape-html.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { exactValueOf } from './exact-value.ts';
import { DOCUMENTS } from './language/language.ts';

// A KPI whose definition has changed is told by both versions, over the same data: the reader who has last month's
// report in hand sees how much of the difference is the definition.

export type ReportRestatement = {
  readonly id: string;
  readonly name: string;
  readonly before: { readonly version: number; readonly shown: string };
  readonly now: { readonly version: number; readonly shown: string };
};

export function reportRestatements(mart: Pick<KpiMart, 'kpis' | 'former'>): ReportRestatement[] {
  return restatementsOf(mart).map(({ kpi, name, from, to }) => ({
    id: kpi,
    name,
    before: { version: from.version, shown: shownBy(from) },
    now: { version: to.version, shown: shownBy(to) },
  }));
}

function shownBy({ value, unit, precision }: ReturnType<typeof restatementsOf>[number]['from']): string {
  const exact = exactValueOf({ value, numerator: null, denominator: null });
  return exact ? DOCUMENTS.value(exact, unit, precision) : DOCUMENTS.words.noValue;
}

const TITLE = 'Restated';
const NOTE = 'The definition has changed; both versions are over the same data.';
const COLUMNS = ['KPI', 'Former version', 'Version in force'];

/** Blocks of Markdown; none when nothing is restated. */
export function restatementMarkdown(restatements: readonly ReportRestatement[]): string[] {
  if (restatements.length === 0) return [];
  const rows = restatements.map(({ name, before, now }) => [
    escapeMarkdown(name),
    `${before.shown} (version ${before.version})`,
    `${now.shown} (version ${now.version})`,
  ]);
  const lines = [COLUMNS, COLUMNS.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return [`## ${TITLE}`, NOTE, lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')];
}

export function restatementSection(restatements: readonly ReportRestatement[]): Html | undefined {
  if (restatements.length === 0) return undefined;
  const rows = restatements.map(
    ({ name, before, now }) =>
      html`<tr><td class="lead">${name}</td><td class="number">${before.shown} <span class="small muted">version ${before.version}</span></td><td class="number">${now.shown} <span class="small muted">version ${now.version}</span></td></tr>\n`,
  );
  return html`<h2>${TITLE}</h2>
<div class="panel wide"><table><caption>${NOTE}</caption><thead><tr>${COLUMNS.map((column, index) => html`<th scope="col"${index > 0 ? html` class="number"` : undefined}>${column}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>`;
}
