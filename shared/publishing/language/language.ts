import { type LocalDate, REFERENCE_DAY } from '../../domain/local-date.ts';
import { type Rational, rational, toDecimal } from '../../domain/rational.ts';
import type { KpiUnit } from '../../kpis/kpi-result.ts';
import { ENGLISH_WORDS, type Words } from './english.ts';
import { SPANISH_WORDS } from './spanish.ts';

// How a person reads: the words, and how numbers and days are written. Numbers are rounded here, once, half to even,
// and reach Intl as text, so that no digit goes through a float.

export type LanguageCode = (typeof LANGUAGE_CODES)[number];
export const LANGUAGE_CODES = ['en', 'es'] as const;

export type Language = {
  readonly code: LanguageCode;
  readonly words: Words;
  /** `1,234,567.89`, with exactly `places` digits after the point. */
  readonly number: (value: Rational, places: number) => string;
  readonly count: (count: number) => string;
  /** `USD 1,234,567.89`, `4.32 %`, `1,234`, `0.3712`. */
  readonly value: (value: Rational, unit: KpiUnit, places: number) => string;
  /** A limit as somebody wrote it, without the zeros that say nothing: `5 %`, `1.5 %`. */
  readonly limit: (limit: string, unit: KpiUnit) => string;
  /** `31 Dec 2025`, `31 dic 2025`. */
  readonly day: (day: LocalDate) => string;
  /** `7 Jan 2026, 06:30 UTC`. */
  readonly instant: (iso: string) => string;
  /** `3 days`. */
  readonly days: (count: number) => string;
};

export function languageOf(code: LanguageCode): Language {
  return LANGUAGES[code];
}

function languageWith(code: LanguageCode, words: Words): Language {
  const formats = new Map<number, Intl.NumberFormat>();
  const days = new Intl.DateTimeFormat(words.dateLocale, { dateStyle: 'medium', timeZone: 'UTC' });
  const times = new Intl.DateTimeFormat(words.dateLocale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  });
  const number = (value: Rational, places: number): string => {
    const text = toDecimal(value, places);
    let format = formats.get(places);
    if (format === undefined) {
      format = new Intl.NumberFormat(words.locale, {
        minimumFractionDigits: places,
        maximumFractionDigits: places,
      });
      formats.set(places, format);
    }
    return isNumeric(text) ? format.format(text) : text;
  };
  const value = (exact: Rational, unit: KpiUnit, places: number): string => {
    const shown = number(exact, places);
    return isWorded(unit) ? words.unit[unit](shown) : shown;
  };
  const count = (of: number): string => number(rational(BigInt(of)), 0);
  return {
    code,
    words,
    number,
    count,
    value,
    limit: (limit, unit) => value(rational(limit), unit, limit.split('.')[1]?.replace(/0+$/, '').length ?? 0),
    day: (day) =>
      day === REFERENCE_DAY ? words.quality.reference : days.format(new Date(`${day}T00:00:00Z`)),
    instant: (iso) => `${days.format(new Date(iso))}, ${times.format(new Date(iso))} UTC`,
    days: (of) => words.days(count(of), of === 1),
  };
}

/** Intl reads decimal text exactly; what `toDecimal` writes is always such text. */
function isNumeric(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** Units that are written; the others are a bare number. */
function isWorded(unit: string): unit is keyof Words['unit'] {
  return Object.hasOwn(ENGLISH_WORDS.unit, unit);
}

const LANGUAGES: Readonly<Record<LanguageCode, Language>> = {
  en: languageWith('en', ENGLISH_WORDS),
  es: languageWith('es', SPANISH_WORDS),
};

export const ENGLISH = LANGUAGES.en;

/** Of documents that are kept and sent: days as ISO 8601 has them, so that nobody takes the month for the day. */
export const DOCUMENTS: Language = {
  ...ENGLISH,
  day: (day) => (day === REFERENCE_DAY ? ENGLISH_WORDS.quality.reference : day),
  instant: (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`,
};
