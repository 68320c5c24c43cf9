// Exact fractions of integers. KPIs are sums (exact decimals) that are divided once; until a value is shown it
// stays a fraction, so no rounding happens on the way and a comparison with a limit is exact.

/** numerator / denominator; the denominator is positive and the fraction is not necessarily reduced. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** The exact value of decimal text such as `-12.50`. Throws RangeError on anything else (`1e3`, ``, `NaN`). */
export function rational(text: string | bigint | number): Rational {
  if (typeof text === 'bigint') return { numerator: text, denominator: 1n };
  const match = DECIMAL.exec(String(text));
  if (!match) throw new RangeError(`not a plain decimal number: ${JSON.stringify(text)}`);
  const [, sign = '', whole = '', fraction = ''] = match;
  const magnitude = BigInt(whole + fraction);
  return { numerator: sign === '-' ? -magnitude : magnitude, denominator: 10n ** BigInt(fraction.length) };
}

export function add(a: Rational, b: Rational): Rational {
  return reduce(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function multiply(a: Rational, b: Rational): Rational {
  return reduce(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** a / b, or undefined when b is zero: a ratio with an empty denominator has no value. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  if (b.numerator === 0n) return undefined;
  const sign = b.numerator < 0n ? -1n : 1n;
  return reduce(sign * a.numerator * b.denominator, sign * a.denominator * b.numerator);
}

/** Negative, zero or positive, as a is below, equal to or above b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Decimal text with exactly `places` digits after the point, rounded half to even. */
export function toDecimal(value: Rational, places: number): string {
  const scaled = roundHalfEven(value.numerator * 10n ** BigInt(places), value.denominator);
  return formatScaled(scaled, places);
}

/** Decimal text of an integer count of 10^-places units: formatScaled(-1250n, 2) is `-12.50`. */
export function formatScaled(units: bigint | number, places: number): string {
  const amount = BigInt(units);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0');
  const sign = amount < 0n ? '-' : '';
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function reduce(numerator: bigint, denominator: bigint): Rational {
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return divisor > 1n
    ? { numerator: numerator / divisor, denominator: denominator / divisor }
    : { numerator, denominator };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twiceRest = (magnitude % denominator) * 2n;
  const roundsUp = twiceRest > denominator || (twiceRest === denominator && quotient % 2n === 1n);
  const rounded = roundsUp ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}
