// What a query works with. A date is a Date; a span of time has a class, since it is no number in KQL.

export type Value = Scalar | readonly Value[] | { readonly [key: string]: Value };
export type Scalar = null | boolean | number | string | Date | Span;

export class Span {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export type Row = Readonly<Record<string, Value>>;

/** A query, or this part of KQL, cannot be run here: the compiler may know it all the same. */
export class NotRunnable extends Error {
  override readonly name = 'NotRunnable';
}

/** For comparing and sorting; undefined for what has no order. */
export function orderOf(value: Value): number | string | undefined {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Span) return value.ms;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/** Negative, zero or positive; undefined where one is null or they are of different kinds. */
export function compareValues(a: Value, b: Value): number | undefined {
  const [left, right] = [orderOf(a), orderOf(b)];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left < right ? -1 : Number(left > right);
}

export function textOf(value: Value): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Span) return `${value.ms} ms`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** One text for equal values: what rows are grouped and joined by. */
export function keyOf(value: Value): string {
  return `${value === null ? 'null' : typeof orderOf(value)} ${textOf(value)}`;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `15m`, `1.5h`. */
export function spanOf(text: string): Span {
  const [, amount, unit = ''] = /^([\d.]+)(d|h|ms|m|s)$/.exec(text) ?? [];
  const size = UNITS[unit];
  if (amount === undefined || size === undefined) throw new NotRunnable(`the span ${text}`);
  return new Span(Number(amount) * size);
}
