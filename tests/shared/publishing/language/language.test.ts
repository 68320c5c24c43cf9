import { describe, expect, it } from '@jest/globals';
import { LocalDate, REFERENCE_DAY } from '../../../../shared/domain/local-date.ts';
import { rational } from '../../../../shared/domain/rational.ts';
import { ENGLISH_WORDS } from '../../../../shared/publishing/language/english.ts';
import { languageOf } from '../../../../shared/publishing/language/language.ts';
import { partName } from '../../../../shared/publishing/language/names.ts';
import { SPANISH_WORDS } from '../../../../shared/publishing/language/spanish.ts';

const [english, spanish] = [languageOf('en'), languageOf('es')];

/** Every word by its place: `chart.parTitle`. */
function wordsIn(words: object, place = ''): [string, unknown][] {
  return Object.entries(words).flatMap(([name, word]: [string, unknown]) =>
    typeof word === 'object' && word !== null
      ? wordsIn(word, `${place}${name}.`)
      : [[`${place}${name}`, word]],
  );
}

describe('numbers and days', () => {
  it.each([
    ['usd', '1234567.885', 2, 'USD 1,234,567.88', 'USD 1,234,567.88'],
    ['percent', '-4.325', 2, '-4.32 %', '-4.32 %'],
    ['percent-per-day', '2.5', 2, '2.50 % a day', '2.50 % por día'],
    ['days', '12.3', 1, '12.3 days', '12.3 días'],
    ['months', '8', 0, '8 months', '8 meses'],
    ['times', '7.42', 2, '7.42 times', '7.42 veces'],
    ['score', '6.5', 1, '6.5', '6.5'],
    ['count', '1310', 0, '1,310', '1,310'],
  ] as const)('%s %s with %i digits', (unit, value, places, inEnglish, inSpanish) => {
    expect(english.value(rational(value), unit, places)).toBe(inEnglish);
    expect(spanish.value(rational(value), unit, places)).toBe(inSpanish);
  });

  it('keeps every digit, also of what no float holds', () => {
    expect(spanish.number(rational('12345678901234567890.12'), 2)).toBe('12,345,678,901,234,567,890.12');
  });

  it('are written as each language writes them', () => {
    const day = LocalDate.parse('2025-12-31');

    expect([english.day(day), spanish.day(day)]).toEqual(['31 Dec 2025', '31 dic 2025']);
    expect(spanish.instant('2026-01-07T06:30:00.000Z')).toBe('7 ene 2026, 06:30 UTC');
    expect([english.days(1), english.days(1_000), spanish.days(1)]).toEqual(['1 day', '1,000 days', '1 día']);
    expect(spanish.day(REFERENCE_DAY)).toBe('datos de referencia');
  });
});

describe('the words', () => {
  it('are there in both languages, and none is empty', () => {
    const [inEnglish, inSpanish] = [wordsIn(ENGLISH_WORDS), wordsIn(SPANISH_WORDS)];

    expect(inSpanish.map(([place]) => place)).toEqual(inEnglish.map(([place]) => place));
    expect([...inEnglish, ...inSpanish].filter(([, word]) => word === '')).toEqual([]);
  });

  it('are translated: sentences of both are not the same', () => {
    const inSpanish = new Map(wordsIn(SPANISH_WORDS));
    const sentences = wordsIn(ENGLISH_WORDS).filter(
      ([, word]) => typeof word === 'string' && word.split(' ').length > 3,
    );

    expect(sentences.length).toBeGreaterThan(30);
    expect(sentences.filter(([place, word]) => inSpanish.get(place) === word)).toEqual([]);
  });
});

describe('parts of the book', () => {
  it.each([
    ['unknown', 'unknown', 'desconocido'],
    ['both', 'both', 'ambas'],
    ['Recovered', 'Recovered', 'Recuperado'],
    ['ABF', 'ABF', 'ABF'],
    ['toString', 'toString', 'toString'],
  ])('%s is called %s and %s', (value, inEnglish, inSpanish) => {
    expect(partName(value, english)).toBe(inEnglish);
    expect(partName(value, spanish)).toBe(inSpanish);
  });
});
