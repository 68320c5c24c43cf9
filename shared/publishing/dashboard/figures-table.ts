import { type Html, html } from '../escape-html.ts';
import type { KpiRow } from '../kpi-row.ts';
import { kpiChip } from '../kpi-tone.ts';
import { unbroken } from '../show-value.ts';
import { sourcePath } from './address.ts';
import { ageOf } from './freshness.ts';
import type { Figures } from './page-parts.ts';
import { changeInWords, reasonOf } from './tile.ts';

/** KPIs in rows, one body for each group; the name of each leads to where its number comes from. */
export function figuresTable(
  groups: readonly (readonly [string, readonly KpiRow[]])[],
  figures: Figures,
): Html {
  const { table } = figures.language.words;
  const bodies = groups.map(
    ([group, rows]) => html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="5" class="lead">${group}</th></tr>
${rows.map((row) => line(row, figures))}</tbody>
`,
  );
  return html`<div class="panel wide"><table class="kpis">
<caption>${table.figuresCaption}</caption>
<thead><tr><th scope="col">${table.kpi}</th><th scope="col" class="number">${table.value}</th><th scope="col">${table.status}</th><th scope="col">${table.limits}</th><th scope="col">${table.change}</th></tr></thead>
${bodies}</table></div>`;
}

function line(row: KpiRow, figures: Figures): Html {
  const { choice, facts, language, link, mart, now } = figures;
  const { words, day, days } = language;
  const age = ageOf(row.asOf, now, facts.get(row.id));
  const isStale = age.isStale && row.status !== 'not-computable';
  const shown = unbroken(row.shown);
  const value = isStale
    ? html`<s>${shown}</s><span class="small stale-note">${words.stale(days(age.days))}</span>`
    : shown;
  const ownDate = row.asOf === mart.asOf ? undefined : note(html`${words.tile.ownDate(day(row.asOf))}`);
  const why = reasonOf(row, figures);
  const reason = why && note(why);
  return html`<tr><th scope="row" class="lead"><a href="${link(sourcePath(row.id, mart, choice))}">${row.name}</a>${ownDate}${reason}</th><td class="number value">${value}</td><td class="status">${kpiChip(row)}</td><td class="limits">${row.limits && unbroken(row.limits)}</td><td class="change">${changeInWords(row.change, language)}</td></tr>
`;
}

function note(text: Html): Html {
  return html`<span class="small muted">${text}</span>`;
}
