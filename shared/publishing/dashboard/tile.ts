import { type Html, html } from '../escape-html.ts';
import { exactValueOf } from '../exact-value.ts';
import { inEnglish } from '../in-english.ts';
import type { KpiRow } from '../kpi-row.ts';
import { kpiChip } from '../kpi-tone.ts';
import type { Language } from '../language/language.ts';
import { ownerName } from '../language/names.ts';
import { unbroken } from '../show-value.ts';
import { sourcePath } from './address.ts';
import { type Age, ageInWords, ageOf } from './freshness.ts';
import type { Figures } from './page-parts.ts';

/** KPIs as tiles: value, status, change, limits, age, and where the number comes from. */
export function tiles(rows: readonly KpiRow[], figures: Figures): Html {
  return html`<div class="tiles">
${rows.map((row) => tile(row, figures))}</div>`;
}

function tile(row: KpiRow, figures: Figures): Html {
  const { language, now, facts } = figures;
  const { words } = language;
  const age = ageOf(row.asOf, now, facts.get(row.id));
  // A flow of such a period is compared with that of a whole one, which must be said.
  const reason = reasonOf(row, figures);
  const running = row.asOf < row.reportingDate ? ` · ${words.tile.running}` : '';
  return html`<article class="panel tile">
<header><h3>${row.name}</h3>${kpiChip(row)}</header>
${valueOf(row, age, language)}
${changeLine(row, language)}${row.limits && html`<p class="muted">${unbroken(firstUpper(row.limits))}</p>\n`}${reason && html`<p class="muted">${reason}</p>\n`}${restatement(row, figures)}<p class="muted">${words.tile.ownDate(language.day(row.asOf))} · ${ageInWords(age, language)}${running}</p>
${evidence(row, figures)}
</article>
`;
}

/** A number that is too old is struck through, with its age in words: it is what was, not what is. */
export function valueOf(row: KpiRow, age: Age, { words, days }: Language): Html {
  if (row.status === 'not-computable') return html`<p class="value none">${row.shown}</p>`;
  if (!age.isStale) return html`<p class="value">${unbroken(row.shown)}</p>`;
  return html`<p class="value stale"><s>${unbroken(row.shown)}</s></p>
<p class="stale-note">${words.stale(days(age.days))}</p>`;
}

export function changeLine({ change }: Pick<KpiRow, 'change'>, language: Language): Html | undefined {
  const words = changeInWords(change, language);
  return words && html`<p>${words}</p>\n`;
}

/** The arrow says which way, the word whether that is good. */
export function changeInWords(change: KpiRow['change'], { words, day }: Language): Html | undefined {
  if (!change) return undefined;
  const course =
    change.course === 'better' || change.course === 'worse' ? `, ${words.change[change.course]}` : '';
  return html`${arrow(change)}${unbroken(words.change.since(change.shown, day(change.since)))}${course}`;
}

/** Why there is no number, as the engine says it, or as the page does where only the part has none. */
export function reasonOf({ id, reason }: KpiRow, { part, language }: Figures): Html | undefined {
  const ofPart = part?.without.get(id);
  if (ofPart !== undefined) return html`${ofPart}`;
  return reason === undefined ? undefined : inEnglish(reason, language);
}

function arrow({ shown, course }: NonNullable<KpiRow['change']>): Html | undefined {
  if (course === 'unchanged') return undefined;
  return html`<span class="arrow" aria-hidden="true">${shown.startsWith('-') ? '▼' : '▲'}</span> `;
}

/** What an older version of the definition makes of the same data. */
function restatement({ id, version }: KpiRow, { mart, language }: Figures): Html | undefined {
  const former = mart.former.findLast((result) => result.id === id && result.version < version);
  const exact = former && exactValueOf(former);
  if (!former || !exact) return undefined;
  const before = language.value(exact, former.unit, former.precision);
  return html`<p class="restated">${language.words.tile.restated(before, String(former.version))}</p>\n`;
}

/** What the value was divided from, so that it can be checked by hand, and the way to all of it. */
function evidence(row: KpiRow, { choice, facts, language, link, mart, runId }: Figures): Html {
  const { tile } = language.words;
  const source = html`<a href="${link(sourcePath(row.id, mart, choice))}">${tile.source}</a>`;
  const denominator = row.denominator && html`<dt>${tile.denominator}</dt><dd>${row.denominator}</dd>`;
  const parts =
    row.numerator === undefined
      ? undefined
      : html`<dt>${row.denominator ? tile.numerator : tile.sum}</dt><dd>${row.numerator}</dd>${denominator}
<dt>${tile.rows}</dt><dd>${tile.rowsOf(row.rows, row.nulls)}</dd>
`;
  const formula = facts.get(row.id)?.formula;
  return html`<details><summary>${tile.evidence}</summary><dl>
${parts}${formula === undefined ? undefined : html`<dt>${tile.formula}</dt><dd>${inEnglish(formula, language)}</dd>\n`}${row.model === '' ? undefined : html`<dt>${tile.model}</dt><dd>${row.model}</dd>\n`}${row.inputs.length === 0 ? undefined : html`<dt>${tile.inputs}</dt><dd>${row.inputs.join(', ')}</dd>\n`}<dt>${tile.definition}</dt><dd>${row.id} v${row.version}</dd>
${runId === undefined ? undefined : html`<dt>${tile.run}</dt><dd>${runId}</dd>\n`}<dt>${tile.owner}</dt><dd>${ownerName(row.owner, language)}</dd>
</dl></details>
<p class="source no-print">${source}</p>`;
}

function firstUpper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
