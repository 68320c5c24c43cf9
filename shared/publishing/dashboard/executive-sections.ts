import { rational } from '../../domain/rational.ts';
import { restatementsOf } from '../../kpis/restatement.ts';
import { type Html, html } from '../escape-html.ts';
import type { KpiRow } from '../kpi-row.ts';
import { headlineItems, kpiChip } from '../kpi-tone.ts';
import { moversOf } from '../movers.ts';
import { statusChip } from '../page.ts';
import { proofOf } from '../proof.ts';
import { headlinesOf } from '../report-model.ts';
import { unbroken } from '../show-value.ts';
import { sourcePath } from './address.ts';
import type { Figures } from './page-parts.ts';
import { changeInWords } from './tile.ts';
import { DEPARTMENT_KPIS } from './views.ts';

const MOST_HEADLINES = 8;

/** What is outside its limits, the critical first. */
export function attentionSection({ rows, language }: Figures): Html {
  const headlines = headlinesOf(rows, language);
  const shown = headlines.slice(0, MOST_HEADLINES);
  const more = headlines.length - shown.length;
  const rest = more > 0 ? html`<li>${language.words.headline.more(language.count(more))}</li>\n` : undefined;
  return html`<ul class="facts">
${headlineItems(shown)}${rest}</ul>`;
}

export function moversTable(figures: Figures): Html {
  const { choice, language, link, mart } = figures;
  const { table } = language.words;
  const movers = moversOf(figures.rows);
  if (movers.length === 0) return html`<p class="muted">${table.nothing}</p>`;
  const lines = movers.map(
    (
      row,
    ) => html`<tr><th scope="row" class="lead"><a href="${link(sourcePath(row.id, mart, choice))}">${row.name}</a></th><td class="number" data-label="${table.before}">${unbroken(row.change?.before ?? '')}</td><td class="number" data-label="${table.now}">${unbroken(row.shown)}</td><td data-label="${table.change}">${changeInWords(row.change, language)}</td><td data-label="${table.status}">${kpiChip(row)}</td></tr>
`,
  );
  return html`<div class="panel wide"><table class="stack">
<caption>${table.moversCaption}</caption>
<thead><tr><th scope="col">${table.kpi}</th><th scope="col" class="number">${table.before}</th><th scope="col" class="number">${table.now}</th><th scope="col">${table.change}</th><th scope="col">${table.status}</th></tr></thead>
<tbody>
${lines}</tbody></table></div>`;
}

/** Numbers whose definition changed, by both versions; nothing where none has. */
export function restatedTable({ choice, mart, rows, language, link }: Figures): Html | undefined {
  const restated = restatementsOf(mart);
  if (restated.length === 0) return undefined;
  const { table, noValue } = language.words;
  const lines = restated.map(({ kpi, name, from, to }) => {
    const value = ({ value, unit, precision }: typeof from): Html =>
      value === null ? html`${noValue}` : unbroken(language.value(rational(value), unit, precision));
    const known = rows.find(({ id }) => id === kpi)?.name ?? name;
    return html`<tr><th scope="row" class="lead"><a href="${link(sourcePath(kpi, mart, choice))}">${known}</a></th><td class="number" data-label="${table.before}">${value(from)} <span class="small muted version">v${from.version}</span></td><td class="number" data-label="${table.now}">${value(to)} <span class="small muted version">v${to.version}</span></td></tr>
`;
  });
  return html`<h2>${language.words.section.restated}</h2>
<div class="panel wide"><table class="stack">
<caption>${table.restatedCaption}</caption>
<thead><tr><th scope="col">${table.kpi}</th><th scope="col" class="number">${table.before}</th><th scope="col" class="number">${table.now}</th></tr></thead>
<tbody>
${lines}</tbody></table></div>`;
}

/** Whether other code came to the same numbers. */
export function proofLine({ mart, language }: Figures): Html {
  const { proof: words } = language.words;
  const proof = proofOf(mart.parity, language);
  const chip = proof.isProved ? statusChip('good', words.proved) : statusChip('warning', words.notProved);
  return html`<h2>${words.title}</h2>
<p>${chip} ${proof.sentence}</p>`;
}

/** For each department what it answers for, then every other number by its group. */
export function departmentGroups({ rows, language }: Figures): [string, readonly KpiRow[]][] {
  return Object.entries(DEPARTMENT_KPIS).flatMap(([department, ids]): [string, readonly KpiRow[]][] => {
    const own = ids.flatMap((id: string) => rows.find((row) => row.id === id) ?? []);
    const name = Object.entries(language.words.view).find(([view]) => view === department)?.[1];
    return own.length === 0 ? [] : [[name ?? department, own]];
  });
}
