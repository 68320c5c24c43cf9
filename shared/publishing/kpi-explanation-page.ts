import { unreachable } from '../domain/unreachable.ts';
import type { KpiExplanation } from '../kpis/explain-kpi.ts';
import { type Html, html } from './escape-html.ts';
import {
  contributorsSection,
  inputsSection,
  meaningSection,
  movedSection,
  partsSection,
  type Reading,
  seriesSection,
  versionsSection,
} from './explanation-sections.ts';
import { explanationWords } from './explanation-words.ts';
import { inEnglish } from './in-english.ts';
import { kpiRow } from './kpi-row.ts';
import { type LanguageCode, languageOf } from './language/language.ts';
import { dimensionName, partName } from './language/names.ts';
import { renderPage, statusChip, type Tone } from './page.ts';
import { unbroken } from './show-value.ts';

export type ExplanationPage = {
  readonly explanation: KpiExplanation;
  /** The parts of the book that the KPI can be asked for. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** Absent when the number was computed for the asking. */
  readonly runId?: string;
  readonly recomputed: boolean;
  readonly language: LanguageCode;
  /** Makes a path below `/api/` into a link that carries the reader's key. */
  readonly link: (path: string) => string;
};

const PARTS_LINKED = 12;

/** One number with everything behind it, on one page. */
export function kpiExplanationPage(page: ExplanationPage): string {
  const { explanation, language: code } = page;
  const language = languageOf(code);
  const reading: Reading = { language, words: explanationWords(code) };
  const { words } = reading;
  const body = html`<main>
${heading(page, reading)}
${meaningSection(explanation, reading)}
${partsSection(explanation, reading)}
${movedSection(explanation, reading)}
${versionsSection(explanation, reading)}
${contributorsSection(explanation, reading)}
${seriesSection(words.series, explanation.series, reading)}
${seriesSection(words.quarters, explanation.quarters, reading)}
${partLinks(page, reading)}
${inputsSection(explanation, page.runId, reading)}
</main>`;
  return renderPage({ title: `${nameOf(page)}, ${explanation.asOf}`, body, language: code });
}

function heading(page: ExplanationPage, { language, words }: Reading): Html {
  const { explanation, recomputed, link } = page;
  const { kpi, series, isOfOtherCatalog } = explanation;
  const row = kpiRow({ ...kpi, name: nameOf(page) }, series, language);
  const days =
    kpi.asOf === kpi.reportingDate
      ? words.asOf(language.day(kpi.asOf))
      : words.labelled(language.day(kpi.reportingDate), language.day(kpi.asOf));
  const other = language.code === 'en' ? 'es' : 'en';
  const [part = words.whole] = Object.entries(kpi.dimension).map(
    ([name, value]) => `${dimensionName(name, language)}: ${partName(value, language)}`,
  );
  return html`<header>
<div class="bar"><p class="brand">${language.words.product}</p>${statusChip(toneOf(row.status, kpi.thresholds !== undefined), row.statusWord)}</div>
<h1>${nameOf(page)}: ${unbroken(row.shown)}</h1>
<p class="muted"><code>${kpi.id}</code> · <bdi>${part}</bdi> · ${days}</p>
<p>${unbroken(row.sentence)}${row.reason && html`: ${inEnglish(row.reason, language)}`}.</p>
${recomputed ? html`<div class="notice"><p>${words.recomputed}</p></div>` : undefined}${isOfOtherCatalog ? html`<div class="notice warning"><p>${words.otherCatalog}</p></div>` : undefined}
<p class="no-print"><a href="${link(`dashboard?lang=${language.code}`)}">${words.toDashboard}</a> · <a href="${link(`catalog?format=html&lang=${language.code}`)}">${words.toCatalog}</a> · <a href="${link(ownPath(page, 'format=json'))}">${words.toJson}</a> · <a href="${link(ownPath(page, `format=html&lang=${other}`))}" hreflang="${other}" lang="${other}">${words.otherLanguage}</a></p>
</header>`;
}

function partLinks(page: ExplanationPage, { language, words }: Reading): Html | undefined {
  if (page.parts.size === 0) return undefined;
  const lines = [...page.parts].map(([name, values]) => {
    const more = values.length - PARTS_LINKED;
    const links = values.slice(0, PARTS_LINKED).map((value) => {
      const query = `format=html&lang=${language.code}&dimension=${encodeURIComponent(`${name}:${value}`.toWellFormed())}`;
      return html`<a href="${page.link(ownPath(page, query, {}))}"><bdi>${partName(value, language)}</bdi></a> `;
    });
    return html`<dt>${dimensionName(name, language)}</dt><dd>${links}${more > 0 ? words.moreParts(language.count(more)) : undefined}</dd>\n`;
  });
  return html`<h2>${words.otherParts}</h2>
<div class="panel wide"><dl>
${lines}</dl></div>`;
}

/** The address of this very number, in another form. */
function ownPath(
  { explanation: { kpi, asOf, grain } }: ExplanationPage,
  more: string,
  dimension: Readonly<Record<string, string>> = kpi.dimension,
): string {
  const [part] = Object.entries(dimension).map(
    (pair) => `&dimension=${encodeURIComponent(pair.join(':').toWellFormed())}`,
  );
  return `kpis/${encodeURIComponent(kpi.id)}?asOf=${asOf}&grain=${grain}&${more}${part ?? ''}`;
}

function nameOf({ explanation: { definition }, language }: ExplanationPage): string {
  return language === 'es' ? definition.nameEs : definition.name;
}

function toneOf(status: KpiExplanation['kpi']['status'], hasLimits: boolean): Tone {
  switch (status) {
    case 'ok':
      return hasLimits ? 'good' : 'quiet';
    case 'warning':
    case 'critical':
      return status;
    case 'not-computable':
      return 'quiet';
    default:
      return unreachable(status);
  }
}
