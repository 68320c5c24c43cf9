import { describe, expect, it } from '@jest/globals';
import { isCard, isDui } from '../../../shared/privacy/identity-numbers.ts';

describe('the check digit of a DUI', () => {
  it('makes the sum of its digits, weighted 9 to 2 and 1, a multiple of ten', () => {
    // 0*9 + 1*8 + 2*7 + 3*6 + 4*5 + 5*4 + 6*3 + 7*2 = 112, and 112 + 8 = 120.
    expect(isDui('012345678')).toBe(true);
    // 1*9 = 9, and 9 + 1 = 10.
    expect(isDui('100000001')).toBe(true);
  });

  it('is one of ten', () => {
    const right = Array.from({ length: 10 }, (_, digit) => `01234567${digit}`).filter(isDui);

    expect(right).toEqual(['012345678']);
  });

  it.each(['000000000', '01234567', '0123456780'])('is not there: %s', (digits) => {
    expect(isDui(digits)).toBe(false);
  });
});

describe('the number of a card', () => {
  // Test numbers that the issuers publish.
  it.each([
    '4111111111111111',
    '4222222222222',
    '5555555555554444',
    '2223003122003222',
    '378282246310005',
    '38520000023237',
    '6011111111111117',
    '3530111333300000',
    '6200000000000005',
  ])('is known by issuer, length and check digit: %s', (digits) => {
    expect(isCard(digits)).toBe(true);
  });

  it.each([
    ['4111111111111112', 'the wrong check digit'],
    ['1111111111111117', 'no issuer'],
    ['555555555555444', 'too few digits for its issuer'],
    ['', 'no digits'],
  ])('is not %s: %s', (digits) => {
    expect(isCard(digits)).toBe(false);
  });
});
