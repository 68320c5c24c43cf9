import type { Random } from './random.ts';

// How the source systems write amounts. Every style parses back to the same cents.

/** `0`, `440.2`, `440.21`: no decimals where there are none. */
export function plainMoney(cents: number): string {
  const magnitude = Math.abs(cents);
  const fraction = magnitude % 100;
  const whole = `${cents < 0 ? '-' : ''}${(magnitude - fraction) / 100}`;
  if (fraction === 0) return whole;
  if (fraction % 10 === 0) return `${whole}.${fraction / 10}`;
  return fraction < 10 ? `${whole}.0${fraction}` : `${whole}.${fraction}`;
}

/** `0.0`, `440.2`, `440.21`: a column of floats always shows a point. */
export function floatMoney(cents: number): string {
  return cents % 100 === 0 ? `${plainMoney(cents)}.0` : plainMoney(cents);
}

/** Decimal text of `units` of 10^-places without trailing zeros, with at least one digit after the point. */
export function floatUnits(units: number, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${digits.slice(0, -places)}.${fraction === '' ? '0' : fraction}`;
}

/**
 * The amount with the residue that binary subtraction leaves: `181.67999999999984`, `5.6843418860808015E-14`.
 * Far below half a cent, so rounding to cents restores it.
 */
export function noisyMoney(cents: number, random: Random): string {
  const steps = random.int(1, 8);
  if (cents === 0) return String(steps * 2 ** -44).replace('e', 'E');
  const amount = cents / 100;
  const spacing = 2 ** (Math.floor(Math.log2(Math.abs(amount))) - 52);
  return String(amount - steps * Math.max(spacing, 2 ** -41));
}

/** A cell of a CSV file: quoted only where the bytes demand it. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? quotedCell(text) : text;
}

export function quotedCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
