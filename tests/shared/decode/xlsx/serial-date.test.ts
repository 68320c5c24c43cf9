import { describe, expect, it } from '@jest/globals';
import { serialDateWriter } from '../../../../shared/decode/xlsx/serial-date.ts';

describe('a date that is stored as a number', () => {
  it.each([
    ['1', '1900-01-01'],
    ['59', '1900-02-28'],
    // The day that never was, and the first one after it.
    ['60', '1900-02-29'],
    ['61', '1900-03-01'],
    ['25569', '1970-01-01'],
    ['44957', '2023-01-31'],
    ['45351', '2024-02-29'],
    ['2958465', '9999-12-31'],
    ['44957.0', '2023-01-31'],
    ['44957.5', '2023-01-31 12:00:00'],
    ['44957.604166666664', '2023-01-31 14:30:00'],
    ['44957.999988425923', '2023-01-31 23:59:59'],
    // A hair below midnight is midnight: the fraction cannot be stored any nearer.
    ['44956.999999999993', '2023-01-31'],
    ['44957.000011579', '2023-01-31 00:00:01'],
    ['44957.00000578704', '2023-01-31 00:00:00.500'],
    ['0.25', '06:00:00'],
    ['0', '1900-01-00'],
  ])('reads %s as %s in the system of 1900', (stored, written) => {
    expect(serialDateWriter(1900)(stored)).toBe(written);
  });

  it.each([
    ['0', '1904-01-01'],
    ['43495', '2023-01-31'],
    ['60', '1904-03-01'],
    ['0.5', '1904-01-01 12:00:00'],
    ['2957003', '9999-12-31'],
  ])('reads %s as %s in the system of 1904', (stored, written) => {
    expect(serialDateWriter(1904)(stored)).toBe(written);
  });

  it.each(['-1', '2958466', '1E9', 'NaN', 'soon', '', ' ', 'Infinity'])(
    'leaves %j as it is stored, since it is no date',
    (stored) => {
      expect(serialDateWriter(1900)(stored)).toBe(stored);
    },
  );

  it('follows the calendar day by day from March 1900 to the last day', () => {
    const write = serialDateWriter(1900);
    const wrong: string[] = [];

    for (let day = 61; day <= 2_958_465; day += 97) {
      const expected = new Date(Date.UTC(1970, 0, 1) + (day - 25_569) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      if (write(String(day)) !== expected) wrong.push(`${day}`);
    }

    expect(wrong).toEqual([]);
  });
});
