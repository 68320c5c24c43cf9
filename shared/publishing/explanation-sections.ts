import { rational } from '../domain/rational.ts';
import type { KpiExplanation } from '../kpis/explain-kpi.ts';
import type { DimensionMoves } from '../kpis/explain-movers.ts';
import type { KpiResult } from '../kpis/kpi-result.ts';
import { type Html, html } from './escape-html.ts';
import { exactValueOf } from './exact-value.ts';
import type { ExplanationWords } from './explanation-words.ts';
import { inEnglish } from './in-english.ts';
import { shownValue, statusWord } from './kpi-row.ts';
import type { Language } from './language/language.ts';
import { departmentName, dimensionName, ownerName, partName, wordFor } from './language/names.ts';
import { percentOf } from './show-value.ts';

// The parts of the page that explains one number. Amounts are shown in full: they are evidence.

export type Reading = { readonly language: Language; readonly words: ExplanationWords };

const DATES_SHOWN = 13;
const QUARTERS_SHOWN = 8;

export function meaningSection({ definition }: KpiExplanation, { language, words }: Reading): Html {
  const { version, provisional, expression, unavailable } = definition;
  const state = provisional ? `${version}, ${words.provisional}` : String(version);
  return html`<h2>${words.meaning}</h2>
<div class="panel wide"><dl>
<dt>${words.formula}</dt><dd>${inEnglish(definition.formula, language)}</dd>
${expression && html`<dt>${words.expression}</dt><dd><code>${expression}</code></dd>`}${unavailable && html`<dt>${words.expression}</dt><dd>${inEnglish(unavailable, language)}</dd>`}
<dt>${words.version}</dt><dd>${state}</dd>
<dt>${words.owner}</dt><dd>${ownerName(definition.owner, language)}</dd>
<dt>${words.department}</dt><dd>${departmentName(definition.department, language)}</dd>
<dt>${words.cadence}</dt><dd>${wordFor(definition.cadence, language.words.cadence) ?? inEnglish(definition.cadence, language)}</dd>
<dt>${words.freshness}</dt><dd>${words.hours(String(definition.freshness))}</dd>
<dt>${words.grain}</dt><dd>${wordFor(definition.grain, language.words.grain) ?? inEnglish(definition.grain, language)}</dd>
</dl></div>`;
}

export function partsSection({ kpi, definition }: KpiExplanation, reading: Reading): Html {
  const { language, words } = reading;
  const measures = Object.entries(kpi.measures ?? {}).map(
    ([name, amount]) =>
      html`<tr><th scope="row" class="lead"><code>${name}</code></th><td data-label="${words.how}">${inEnglish(definition.measures[name] ?? '', language)}</td>${number(amount, words.amount, language)}</tr>\n`,
  );
  const table =
    measures.length > 0 &&
    html`<table class="stack"><caption>${words.partsCaption}</caption>
<thead><tr><th scope="col">${words.measure}</th><th scope="col">${words.how}</th><th scope="col" class="number">${words.amount}</th></tr></thead><tbody>
${measures}</tbody></table>`;
  return html`<h2>${words.parts}</h2>
<div class="panel wide"><dl>
${kpi.numerator === null ? undefined : html`<dt>${words.numerator}</dt><dd>${inFull(kpi.numerator, language)}</dd>`}${kpi.denominator === null ? undefined : html`<dt>${words.denominator}</dt><dd>${inFull(kpi.denominator, language)}</dd>`}
<dt>${words.rows}</dt><dd>${words.rowsOf(language.count(kpi.rows), language.count(kpi.nulls))}</dd>
<dt>${words.model}</dt><dd><code>${kpi.model}</code></dd>
</dl>
${table || undefined}</div>`;
}

export function movedSection(explanation: KpiExplanation, reading: Reading): Html {
  const { previous, change, kpi, moves } = explanation;
  const { language, words } = reading;
  if (previous === undefined) return html`<h2>${words.moved}</h2><p>${words.noPrevious}</p>`;
  const movedCell = (amount: string, label: string): Html =>
    html`<td class="number" data-label="${label}">${moved(amount, kpi, language)}</td>`;
  const split =
    change &&
    html`<table class="stack"><caption>${words.splitCaption}</caption>
<thead><tr><th scope="col">${words.measure}</th><th scope="col" class="number">${words.before}</th><th scope="col" class="number">${words.now}</th><th scope="col" class="number">${words.change}</th></tr></thead><tbody>
<tr><th scope="row" class="lead">${words.numerator}</th>${sides(change.numerator, reading)}</tr>
${change.denominator === null ? undefined : html`<tr><th scope="row" class="lead">${words.denominator}</th>${sides(change.denominator, reading)}</tr>`}
<tr><th scope="row" class="lead">${words.value}</th><td class="number" data-label="${words.before}">${shown(previous, language)}</td><td class="number" data-label="${words.now}">${shown(kpi, language)}</td>${movedCell(change.change, words.change)}</tr>
<tr><th scope="row" class="lead" colspan="3">${words.fromNumerator}</th>${movedCell(change.fromNumerator, words.change)}</tr>
<tr><th scope="row" class="lead" colspan="3">${words.fromDenominator}</th>${movedCell(change.fromDenominator, words.change)}</tr>
</tbody></table>
<p class="small muted">${words.method}: ${inEnglish(change.method, language)}</p>`;
  return html`<h2>${words.moved} <span class="muted">${words.since(language.day(previous.reportingDate))}</span></h2>
<div class="panel wide">${kpi.ripens && html`<p>${words.ripens}</p>\n`}${split ?? html`<p>${words.notSplit}</p>`}
${moves.filter(isDivided).map((dimension) => dimensionTable(dimension, kpi, reading))}</div>`;
}

function sides(
  { before, now, change }: NonNullable<KpiExplanation['change']>['numerator'],
  { language, words }: Reading,
): Html {
  return html`${number(before, words.before, language)}${number(now, words.now, language)}${number(change, words.change, language)}`;
}

/** A dimension with one value says nothing that the whole does not say. */
function isDivided({ values }: DimensionMoves): boolean {
  return values.length > 1;
}

function dimensionTable(moves: DimensionMoves, kpi: KpiResult, { language, words }: Reading): Html {
  const part = (figures: { value: string | null } | null, label: string): Html =>
    html`<td class="number" data-label="${label}">${figures?.value == null ? words.none : language.value(rational(figures.value), kpi.unit, kpi.precision)}</td>`;
  const contribution = (amount: string | null): Html =>
    amount === null
      ? html`<td></td>`
      : html`<td class="number" data-label="${words.contribution}">${moved(amount, kpi, language)}</td>`;
  const rows = moves.values.map(
    ({ of, before, now, contribution: amount }) =>
      html`<tr><th scope="row" class="lead"><bdi>${partName(of, language)}</bdi></th>${part(before, words.before)}${part(now, words.now)}${contribution(amount)}</tr>\n`,
  );
  const { count, contribution: rest } = moves.others;
  const others =
    count > 0 &&
    html`<tr><th scope="row" class="lead" colspan="3">${words.others(language.count(count))}</th>${contribution(rest)}</tr>\n`;
  return html`<h3 class="spaced">${words.byDimension(dimensionName(moves.dimension, language).toLowerCase())}</h3>
<table class="stack"><caption>${words.dimensionCaption}${moves.isAdditive ? undefined : ` ${words.notAdditive}`}</caption>
<thead><tr><th scope="col">${words.part}</th><th scope="col" class="number">${words.before}</th><th scope="col" class="number">${words.now}</th><th scope="col" class="number">${words.contribution}</th></tr></thead><tbody>
${rows}${others || undefined}</tbody></table>
`;
}

export function contributorsSection(
  { contributors }: KpiExplanation,
  { language, words }: Reading,
): Html | undefined {
  if (contributors.length === 0) return undefined;
  const rows = contributors.map(
    ({ token, value, share }) =>
      html`<tr><th scope="row" class="lead"><code>${token}</code></th>${number(value, words.amount, language)}<td class="number" data-label="${words.share}">${percentOf(share, language)}</td></tr>\n`,
  );
  return html`<h2>${words.contributors}</h2>
<div class="panel wide"><table class="stack"><caption>${words.contributorsCaption}</caption>
<thead><tr><th scope="col">${words.pseudonym}</th><th scope="col" class="number">${words.amount}</th><th scope="col" class="number">${words.share}</th></tr></thead><tbody>
${rows}</tbody></table></div>`;
}

export function versionsSection({ versions, kpi }: KpiExplanation, reading: Reading): Html | undefined {
  if (versions.length < 2) return undefined;
  const { words } = reading;
  const rows = versions.map(
    (result) =>
      html`<tr><th scope="row" class="lead">${words.version} ${result.version}${result.version === kpi.version ? html` (${words.inForce})` : undefined}</th>${valueCells(result, reading)}</tr>\n`,
  );
  return html`<h2>${words.versions}</h2>
<div class="panel wide"><table class="stack"><caption>${words.restated}</caption>
${valueHead(words.version, words)}<tbody>
${rows}</tbody></table></div>`;
}

export function seriesSection(
  title: string,
  results: readonly KpiResult[],
  reading: Reading,
): Html | undefined {
  if (results.length === 0) return undefined;
  const { language, words } = reading;
  const most = title === words.quarters ? QUARTERS_SHOWN : DATES_SHOWN;
  const rows = results
    .slice(-most)
    .toReversed()
    .map(
      (result) =>
        html`<tr><th scope="row" class="lead">${language.day(result.reportingDate)}</th>${valueCells(result, reading)}</tr>\n`,
    );
  const caption = results.length > most ? words.lastDates(language.count(most)) : words.newestFirst;
  return html`<h2>${title}</h2>
<div class="panel wide"><table class="stack"><caption>${caption}</caption>
${valueHead(words.date, words)}<tbody>
${rows}</tbody></table></div>`;
}

export function inputsSection(
  explanation: KpiExplanation,
  runId: string | undefined,
  { language, words }: Reading,
): Html {
  const { inputs, bookId, catalogSha256 } = explanation;
  const rows = inputs.map(
    (entry) =>
      html`<tr><th scope="row" class="lead">${entry.dataset}</th><td data-label="${words.day}" class="date">${language.day(entry.asOf)}</td><td data-label="${words.contract}">${entry.contractVersion}</td><td class="number" data-label="${words.rows}">${language.count(entry.rows)}</td><td data-label="${words.run}"><code>${entry.runId}</code></td><td data-label="sha256"><code>${entry.sha256}</code></td></tr>\n`,
  );
  const table = html`<table class="stack"><caption>${words.inputsCaption}</caption>
<thead><tr><th scope="col">${words.dataset}</th><th scope="col">${words.day}</th><th scope="col">${words.contract}</th><th scope="col" class="number">${words.rows}</th><th scope="col">${words.run}</th><th scope="col">sha256</th></tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<h2>${words.inputs}</h2>
<div class="panel wide"><dl>
${runId && html`<dt>${words.run}</dt><dd><code>${runId}</code></dd>`}
<dt>${words.book}</dt><dd><code>${bookId}</code></dd>
<dt>${words.catalog}</dt><dd><code>${catalogSha256}</code></dd>
</dl>
${rows.length === 0 ? undefined : table}</div>`;
}

function valueHead(first: string, words: ExplanationWords): Html {
  return html`<thead><tr><th scope="col">${first}</th><th scope="col" class="number">${words.value}</th><th scope="col" class="number">${words.numerator}</th><th scope="col" class="number">${words.denominator}</th><th scope="col">${words.status}</th></tr></thead>`;
}

function valueCells(result: KpiResult, { language, words }: Reading): Html {
  const { numerator, denominator, reason } = result;
  const status = reason === undefined ? statusWord(result, language) : inEnglish(reason, language);
  const amount = (side: string | null, label: string): Html =>
    side === null ? html`<td></td>` : number(side, label, language);
  return html`<td class="number" data-label="${words.value}">${shown(result, language)}</td>${amount(numerator, words.numerator)}${amount(denominator, words.denominator)}<td data-label="${words.status}">${status}</td>`;
}

export function shown(result: KpiResult, language: Language): string {
  const exact = exactValueOf(result);
  return exact ? shownValue(result, exact, language) : language.words.noValue;
}

function number(amount: string, label: string, language: Language): Html {
  return html`<td class="number" data-label="${label}">${inFull(amount, language)}</td>`;
}

/** A change in the KPI's own unit, with two digits more than its value so that parts can be told apart. */
function moved(amount: string, { unit, precision }: KpiResult, language: Language): string {
  const exact = rational(amount);
  const places = precision + 2;
  const isPoints = unit === 'percent';
  const size = isPoints ? language.number(exact, places) : language.value(exact, unit, places);
  const signed = exact.numerator > 0n ? `+${size}` : size;
  return isPoints ? language.words.change.points(signed) : signed;
}

/** Sides of an annual rate are powers: nobody reads their hundred digits, which the JSON has. */
const MOST_DIGITS = 21;
const MOST_DECIMALS = 10;
/** Zeros after these say nothing. */
const CENTS = 2;

function inFull(amount: string, language: Language): string {
  const [whole = '', decimals = ''] = amount.split('.');
  const digits = whole.replace('-', '');
  if (digits.length <= MOST_DIGITS) {
    const telling = decimals.slice(0, MOST_DECIMALS).replace(/0+$/, '').length;
    return language.number(rational(amount), Math.max(telling, Math.min(decimals.length, CENTS)));
  }
  const sign = amount.startsWith('-') ? '-' : '';
  return `${sign}${digits.slice(0, 1)}.${digits.slice(1, 7)} × 10^${digits.length - 1}`;
}
