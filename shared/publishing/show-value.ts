import type { LocalDate } from '../domain/local-date.ts';
import { multiply, type Rational, rational, toDecimal } from '../domain/rational.ts';
import type { KpiUnit } from '../kpis/kpi-result.ts';
import { type Html, html } from './escape-html.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

// How values are written in documents that are kept: in English, with days as ISO 8601 has them.

/** `1,234,567.89`, with exactly `places` digits after the point. */
export function showNumber(value: Rational, places: number): string {
  return DOCUMENTS.number(value, places);
}

export function showCount(count: number): string {
  return DOCUMENTS.count(count);
}

/** `USD 1,234,567.89`, `4.32 %`, `1,234`, `0.3712`. */
export function showValue(value: Rational, unit: KpiUnit, places: number): string {
  return DOCUMENTS.value(value, unit, places);
}

/** As a person says it: `0.8 s`, `3 min 5 s`, `2 h 14 min`. */
export function showDuration(milliseconds: number): string {
  const tenths = Math.round(Math.max(0, milliseconds) / 100);
  if (tenths < 600) return `${toDecimal({ numerator: BigInt(tenths), denominator: 10n }, 1)} s`;
  const seconds = Math.floor(tenths / 10);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `2026-01-05 06:30 UTC`. */
export function showInstant(instant: string): string {
  return DOCUMENTS.instant(instant);
}

/** The day of a snapshot. That of reference data stands for none, and is only a sign. */
export function showDay(asOf: LocalDate): string {
  return DOCUMENTS.day(asOf);
}

/** A share of one as a person says it: `5.40 %`. */
export function percentOf(share: string, language: Language): string {
  return language.value(multiply(rational(share), HUNDRED), 'percent', 2);
}

const HUNDRED = rational(100);

/** For a page: a number and its unit stay on one line, and so does a day, which browsers break at its hyphens. */
export function unbroken(text: string): Html {
  const joined = text.replaceAll(' %', '\u00a0%').replaceAll('USD ', 'USD\u00a0');
  const parts = joined.split(/\b(\d{4}-\d{2}-\d{2})\b/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<span class="date">${part}</span>` : html`${part}`))}`;
}
