import type { LocalDate } from '../domain/local-date.ts';
import { type Html, html } from './escape-html.ts';
import { byGroup, type KpiRow } from './kpi-row.ts';
import { kpiChip } from './kpi-tone.ts';
import { unbroken } from './show-value.ts';

/** The KPIs as tiles, one section for each group. */
export function tileGroups(rows: readonly KpiRow[], asOf: LocalDate): Html[] {
  return byGroup(rows).map(
    ([group, kpis]) => html`<h2>${group}</h2>
<div class="tiles">
${kpis.map((kpi) => tile(kpi, asOf))}</div>
`,
  );
}

function tile(kpi: KpiRow, asOf: LocalDate): Html {
  const value = kpi.status === 'not-computable' ? 'value none' : 'value';
  const ownDate = kpi.asOf === asOf ? undefined : html`<p class="muted">As of ${kpi.asOf}</p>`;
  return html`<article class="panel tile">
<header><h3>${kpi.name}</h3>${kpiChip(kpi)}</header>
<p class="${value}">${kpi.shown}</p>
${changeLine(kpi)}${kpi.limits && html`<p class="muted">${unbroken(firstUpper(kpi.limits))}</p>`}${kpi.reason && html`<p class="muted">${kpi.reason}</p>`}${ownDate}${evidence(kpi)}
</article>
`;
}

function changeLine({ change }: KpiRow): Html | undefined {
  if (!change) return undefined;
  const course = change.course === 'better' || change.course === 'worse' ? `, ${change.course}` : '';
  return html`<p>${change.shown} since ${change.since}${course}</p>`;
}

/** What the value was divided from, so that it can be checked by hand. */
function evidence(kpi: KpiRow): Html | undefined {
  if (kpi.numerator === undefined) return undefined;
  const denominator = kpi.denominator && html`<dt>Denominator</dt><dd>${kpi.denominator}</dd>`;
  return html`<details><summary>How it is made up</summary><dl>
<dt>${kpi.denominator ? 'Numerator' : 'Sum'}</dt><dd>${kpi.numerator}</dd>${denominator}
<dt>Rows</dt><dd>${kpi.rows} (${kpi.nulls} empty)</dd>
<dt>Model</dt><dd>${kpi.model}</dd>
<dt>Definition</dt><dd>${kpi.id} v${kpi.version}</dd>
<dt>Owner</dt><dd>${kpi.owner}</dd>
</dl></details>`;
}

function firstUpper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
