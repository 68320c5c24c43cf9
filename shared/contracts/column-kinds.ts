import type { Column, MaskDomain } from './contract.ts';

// Kinds of columns that most contracts have. A contract spells out only what is its own.

type Extra = Partial<Omit<Column, 'name' | 'type' | 'description'>>;

/** Words and ids. Required and never empty unless `extra` says otherwise, like all kinds here. */
export function text(name: string, description: string, extra: Extra = {}): Column {
  return { name, type: 'text', description, classification: 'internal', pii: 'none', ...extra };
}

/** A day of this century: a year mistyped by a digit would move the as-of date, and the whole book with it. */
export function day(name: string, description: string, extra: Extra = {}): Column {
  return {
    ...text(name, description),
    type: 'date',
    min: '2000-01-01',
    max: '2100-12-31',
    classification: 'confidential',
    ...extra,
  };
}

export function wholeNumber(name: string, description: string, extra: Extra = {}): Column {
  return { ...text(name, description), type: 'integer', classification: 'confidential', ...extra };
}

export function flag(name: string, description: string, extra: Extra = {}): Column {
  return { ...text(name, description), type: 'boolean', classification: 'confidential', ...extra };
}

/** US dollars to the cent, not below zero; more digits are rounded and counted. */
export function money(name: string, description: string, extra: Extra = {}): Column {
  return {
    ...text(name, description),
    type: 'decimal',
    scale: 2,
    excessScale: 'round',
    min: '0',
    belowMin: 'negative-balance',
    unit: 'USD',
    classification: 'confidential',
    ...extra,
  };
}

/** US dollars to the cent, on either side of zero. */
export function signedMoney(name: string, description: string, extra: Extra = {}): Column {
  return {
    ...text(name, description),
    type: 'decimal',
    scale: 2,
    excessScale: 'round',
    unit: 'USD',
    classification: 'confidential',
    ...extra,
  };
}

/** A share, rate or count with up to six decimals; more digits are rounded and counted. */
export function measure(name: string, description: string, unit: string, extra: Extra = {}): Column {
  return {
    ...text(name, description),
    type: 'decimal',
    scale: 6,
    excessScale: 'round',
    unit,
    classification: 'confidential',
    ...extra,
  };
}

/** An id that stays clear inside, since rows are joined by it. */
export function id(name: string, description: string, extra: Extra = {}): Column {
  return text(name, description, { classification: 'confidential', pii: 'quasi', ...extra });
}

/** What names or describes a person: staged as a token, never as it came. */
export function personal(name: string, description: string, mask: MaskDomain, extra: Extra = {}): Column {
  return text(name, description, {
    nullable: true,
    classification: 'restricted',
    pii: 'direct',
    mask,
    ...extra,
  });
}

/** May be absent from the file, and empty where it is there. */
export const OPTIONAL = { optional: true, nullable: true } as const satisfies Extra;
