import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import { type Rational, rational, toDecimal } from '../domain/rational.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { KpiUnit } from '../kpis/kpi-result.ts';

// How an exact number is written for a person: rounded once, half to even, with thousands separators.

/** `1,234,567.89`, with exactly `places` digits after the point. */
export function showNumber(value: Rational, places: number): string {
  const [whole = '', fraction] = toDecimal(value, places).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function showCount(count: number): string {
  return showNumber(rational(BigInt(count)), 0);
}

/** `USD 1,234,567.89`, `4.32 %`, `1,234`, `0.3712`. */
export function showValue(value: Rational, unit: KpiUnit, places: number): string {
  return withUnit(showNumber(value, places), unit);
}

/** A limit as somebody wrote it, without the zeros that say nothing: `5 %`, `1.5 %`. */
export function showLimit(limit: string, unit: KpiUnit): string {
  const exact = rational(limit);
  const places = limit.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  return showValue(exact, unit, places);
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
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** The day of a snapshot. That of reference data stands for none, and is only a sign. */
export function showDay(asOf: LocalDate): string {
  return asOf === REFERENCE_DAY ? 'reference data' : asOf;
}

/** For a page: a number and its unit stay on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(' %', '\u00a0%').replaceAll('USD ', 'USD\u00a0');
}

function withUnit(number: string, unit: KpiUnit): string {
  switch (unit) {
    case 'percent':
      return `${number} %`;
    case 'usd':
      return `USD ${number}`;
    case 'count':
    case 'fraction':
    case 'index':
      return number;
    default:
      return unreachable(unit);
  }
}
