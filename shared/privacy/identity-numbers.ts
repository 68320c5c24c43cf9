// What tells an identity number or a card from any other number of the same length: its check digit.

/** Nine digits of a DUI, El Salvador's identity card: the last one makes the weighted sum a multiple of ten. */
export function isDui(nineDigits: string): boolean {
  if (nineDigits.length !== 9 || nineDigits === '000000000') return false;
  let sum = digitAt(nineDigits, 8);
  for (let place = 0; place < 8; place += 1) sum += digitAt(nineDigits, place) * (9 - place);
  return sum % 10 === 0;
}

/** Digits that a payment card may have: a known issuer, as many digits as it gives out, and Luhn's check digit. */
export function isCard(digits: string): boolean {
  return ISSUERS.some((issuer) => issuer.test(digits)) && hasLuhnDigit(digits);
}

const ISSUERS = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^5[1-5]\d{14}$/, // Mastercard
  /^2(?:22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)\d{12}$/, // Mastercard since 2017
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|[68]\d)\d{11}$/, // Diners Club
  /^6(?:011|4[4-9]\d|5\d{2})\d{12}$/, // Discover
  /^35(?:2[89]|[3-8]\d)\d{12}$/, // JCB
  /^62\d{14,17}$/, // UnionPay
  /^(?:50|5[6-8])\d{10,17}$/, // Maestro
];

function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place += 1) {
    const digit = digitAt(digits, digits.length - place);
    const doubled = place % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function digitAt(digits: string, place: number): number {
  return digits.charCodeAt(place) - 48;
}
