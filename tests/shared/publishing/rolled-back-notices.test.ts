import { expect, it } from '@jest/globals';
import { RunId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { languageOf } from '../../../shared/publishing/language/language.ts';
import { rolledBackSentence } from '../../../shared/publishing/rolled-back-notices.ts';

const FILE = {
  runId: RunId.parse('run_000000000001'),
  dataset: 'looker/loans',
  asOf: LocalDate.parse('2025-12-10'),
  by: 'ana',
  reason: 'wrong balances.',
  at: '2025-12-11T09:00:00.000Z',
};

it.each([
  [{}, 'en', 'None of its rows is in the numbers.'],
  [{ isStillCounted: true }, 'en', 'Its rows are in these numbers until they have been computed again.'],
  [{ isStillCounted: true }, 'es', 'Sus filas siguen en estas cifras hasta que se calculen de nuevo.'],
] as const)('a notice says whether the numbers have rows of the file: %j in %s', (counted, code, end) => {
  const sentence = rolledBackSentence({ ...FILE, ...counted }, languageOf(code));

  expect(sentence).toContain('wrong balances. ');
  expect(sentence).toMatch(new RegExp(`${end}$`));
});
