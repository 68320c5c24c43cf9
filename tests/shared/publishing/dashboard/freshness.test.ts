import { expect, it } from '@jest/globals';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import { ageInWords, ageOf } from '../../../../shared/publishing/dashboard/freshness.ts';
import { languageOf } from '../../../../shared/publishing/language/language.ts';

// The day 2025-12-31 is complete at 2026-01-01T00:00Z; with 24 hours it is fresh until 2026-01-02T00:00Z.

const DAY = LocalDate.parse('2025-12-31');

it.each([
  ['2025-12-31T10:00:00Z', 24, 0, false],
  ['2026-01-02T00:00:00Z', 24, 2, false],
  ['2026-01-02T00:00:01Z', 24, 2, true],
  ['2026-01-02T00:00:01Z', 48, 2, false],
  ['2025-12-30T00:00:00Z', 24, 0, false],
])('at %s a number that may be %i hours old is %i days old; stale: %s', (now, freshness, days, isStale) => {
  expect(ageOf(DAY, now, { freshness })).toEqual({ days, isStale });
});

it('calls nothing stale of which nobody said how old it may be', () => {
  expect(ageOf(DAY, '2036-01-01T00:00:00Z', undefined).isStale).toBe(false);
});

it('says the age in words', () => {
  const [english, spanish] = [languageOf('en'), languageOf('es')];

  expect(ageInWords({ days: 0, isStale: false }, english)).toBe('today');
  expect(ageInWords({ days: 1, isStale: false }, english)).toBe('1 day old');
  expect(ageInWords({ days: 3, isStale: true }, spanish)).toBe('hace 3 días');
});
