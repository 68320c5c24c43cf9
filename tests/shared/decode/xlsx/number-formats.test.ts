import { describe, expect, it } from '@jest/globals';
import { isDateFormat, readDateStyles } from '../../../../shared/decode/xlsx/number-formats.ts';
import { inOneChunk } from '../../../support/byte-chunks.ts';
import { stylesXml } from './a-workbook.ts';

describe('a number format', () => {
  it.each([
    'yyyy-mm-dd',
    'd/m/yy',
    'DD-MMM-YYYY',
    '[$-409]d\\-mmm\\-yyyy;@',
    'h:mm AM/PM',
    'mm:ss.0',
    '[h]:mm:ss',
    '[mm]',
    '[$-F800]dddd\\,\\ mmmm\\ dd',
    'yyyy"年"m"月"d"日"',
  ])('is one of dates and times: %s', (code) => {
    expect(isDateFormat(code)).toBe(true);
  });

  it.each([
    'General',
    '0',
    '#,##0.00',
    '@',
    '0.00E+00',
    '0.00 "days"',
    '[Red]0',
    '[$USD] #,##0',
    '\\d0',
    '_d0',
    '*d0',
    '"unclosed d',
    '# ??/??',
    '[>100]0;[Magenta]0',
    '',
  ])('is none of dates: %s', (code) => {
    expect(isDateFormat(code)).toBe(false);
  });
});

describe('a number format of a million characters', () => {
  // In work that grows with its length alone: as its square, it would never end.
  it.each(['[', '"', '\\', '[h', '_*', '[]'])('is judged when it is nothing but %s', (piece) => {
    expect(isDateFormat(piece.repeat(1_000_000 / piece.length))).toBe(false);
    expect(isDateFormat(`d${piece.repeat(1_000_000 / piece.length)}`)).toBe(true);
  });
});

describe('the styles of cells', () => {
  it('know the formats that every Excel has', async () => {
    const dates = [14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 36, 45, 46, 47, 50, 58];
    const others = [0, 1, 4, 9, 10, 11, 12, 13, 23, 26, 37, 44, 48, 49, 59, 163];

    const styles = await readDateStyles(inOneChunk(stylesXml([...dates, ...others])), 'xl/styles.xml');

    expect(styles).toEqual([...dates.map(() => true), ...others.map(() => false)]);
  });

  it('follow the formats of the file before those that every Excel has', async () => {
    const xml = stylesXml([164, 14, 4], { 164: 'yyyy', 14: '0.00', 4: 'hh:mm' });

    expect(await readDateStyles(inOneChunk(xml), 'xl/styles.xml')).toEqual([true, false, true]);
  });

  it('are refused when there are more than Excel can hold', async () => {
    const xml = stylesXml(Array.from({ length: 70_001 }, () => 0));

    await expect(readDateStyles(inOneChunk(xml), 'xl/styles.xml')).rejects.toThrow(
      'more styles than Excel can hold',
    );
  });
});
