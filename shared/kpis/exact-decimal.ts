import { formatScaled, type Rational } from '../domain/rational.ts';

// Exact decimals that remember their scale. A measure comes out of SQL as decimal text; a metric adds and
// multiplies measures, and the sum is shown at the scale it has, without a rounding or a lost zero.

/** units / 10^scale: 12.50 is 1250 at scale 2. */
export type ExactDecimal = { readonly units: bigint; readonly scale: number };

const DECIMAL = /^(-?\d+)(?:\.(\d+))?$/;

/** Throws RangeError on anything but plain decimal text. */
export function exactDecimal(text: string): ExactDecimal {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a plain decimal number: ${JSON.stringify(text)}`);
  const [, whole = '', fraction = ''] = match;
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

export function addExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function subtractExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  return addExact(a, { units: -b.units, scale: b.scale });
}

export function multiplyExact(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Negative, zero or positive, as a is below, equal to or above b. */
export function compareExact(a: ExactDecimal, b: ExactDecimal): number {
  const { units } = subtractExact(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** `base` to a whole power, without rounding. */
export function powerExact({ units, scale }: ExactDecimal, exponent: number): ExactDecimal {
  return { units: units ** BigInt(exponent), scale: scale * exponent };
}

export function exactDecimalText(value: ExactDecimal): string {
  return formatScaled(value.units, value.scale);
}

export function asRational(value: ExactDecimal): Rational {
  return { numerator: value.units, denominator: 10n ** BigInt(value.scale) };
}

function unitsAt(value: ExactDecimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}
