import { describe, expect, it } from '@jest/globals';
import { readSharedStrings, SharedStrings } from '../../../../shared/decode/xlsx/shared-strings.ts';
import { inChunks } from '../../../support/byte-chunks.ts';
import { stringsXml } from './a-workbook.ts';

describe('the shared texts of a workbook', () => {
  it('are given back by their index, however many they are', () => {
    const strings = new SharedStrings();
    // Well over a million bytes, so that they lie on several pages, in letters of one to four bytes.
    const text = (index: number): string =>
      `${index} ${['plain', 'ñandú', '東京', '🦜'][index % 4]} ${'x'.repeat(index % 90)}`;

    for (let index = 0; index < 40_000; index += 1) strings.add(text(index));

    const wrong = Array.from({ length: 40_000 }, (_, index) => index).filter(
      (index) => strings.get(index) !== text(index),
    );
    expect(wrong).toEqual([]);
    expect(strings.count).toBe(40_000);
  });

  it('are nothing outside of the list', () => {
    const strings = new SharedStrings();
    for (let index = 0; index < 20_000; index += 1) strings.add('');

    expect([-1, 0.5, Number.NaN, 20_000].map((index) => strings.get(index))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([0, 19_999].map((index) => strings.get(index))).toEqual(['', '']);
  });

  it('are read from wherever the pieces are cut', async () => {
    const xml = stringsXml(
      '<si><t>a &amp; b</t></si><si/><si><t xml:space="preserve"> ñ </t><extLst><t>no</t></extLst></si>',
    );

    const strings = await readSharedStrings(
      inChunks(xml, [600, ...Array.from({ length: 300 }, () => 1)]),
      'xl/sharedStrings.xml',
    );

    expect([strings.count, strings.get(0), strings.get(1), strings.get(2)]).toEqual([3, 'a & b', '', ' ñ ']);
  });
});
