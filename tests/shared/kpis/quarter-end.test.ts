import { expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { quarterEnd } from '../../../shared/kpis/quarter-end.ts';

it.each([
  ['2025-01-01', '2025-03-31'],
  ['2025-03-31', '2025-03-31'],
  ['2025-04-01', '2025-06-30'],
  ['2025-08-15', '2025-09-30'],
  ['2025-12-10', '2025-12-31'],
])('the quarter of %s ends on %s', (day, end) => {
  expect(quarterEnd(LocalDate.parse(day))).toBe(end);
});
