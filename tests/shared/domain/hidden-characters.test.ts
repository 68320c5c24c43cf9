import { expect, it } from '@jest/globals';
import { showHiddenCharacters } from '../../../shared/domain/hidden-characters.ts';

it.each([
  ['a mark that turns the direction', 'loans\u202Evsc.exe', 'loans[U+202E]vsc.exe'],
  ['a control character', 'a\u0000b', 'a[U+0000]b'],
  ['a character without width', 'a\u200Bb', 'a[U+200B]b'],
  ['half of a pair', 'a\uD800b', 'a\uFFFDb'],
])('writes out %s', (_, text, shown) => {
  expect(showHiddenCharacters(text)).toBe(shown);
});

it('leaves what people write alone: accents, emoji held together by joiners, line ends', () => {
  const text = 'Cuscatlán \u{1F469}\u200D\u{1F4BB}\r\n\tplain';

  expect(showHiddenCharacters(text)).toBe(text);
});
