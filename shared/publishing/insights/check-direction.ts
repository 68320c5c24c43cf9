import type { KpiFacts } from './insight-facts.ts';

// A right number in a wrong direction is as wrong: a sentence about one KPI that says it rose must be about one that did.

const BEFORE = String.raw`(?<![\p{L}\p{N}])`;
const AFTER = String.raw`(?![\p{L}\p{N}])`;
const UP = new RegExp(
  String.raw`${BEFORE}(?:rose|risen|ris(?:es?|ing)|increas\p{L}*|gr[eo]wn?|growing|grows|climb\p{L}*|jump\p{L}*|gain(?:ed|s|ing)|up (?:by|from)|went up|uptick)${AFTER}`,
  'iu',
);
const DOWN = new RegExp(
  String.raw`${BEFORE}(?:fell|fallen|fall(?:s|ing)?|declin\p{L}*|decreas\p{L}*|drop(?:s|ped|ping)?|shr[aiu]nk\p{L}*|los(?:t|es|ing)|down (?:by|from)|went down|downtick)${AFTER}`,
  'iu',
);

/** The word that says the opposite of what the KPI did; undefined where none does, or it cannot be told. */
export function contradictedDirection(sentence: string, about: readonly KpiFacts[]): string | undefined {
  const [kpi, ...others] = about;
  const change = kpi?.before?.change;
  if (change === undefined || others.length > 0) return undefined;
  const up = UP.exec(sentence)?.[0];
  const down = DOWN.exec(sentence)?.[0];
  if (up !== undefined && down !== undefined) return undefined;
  const isZero = /^-?0*\.?0*$/.test(change);
  const wrong = isZero ? (up ?? down) : change.startsWith('-') ? up : down;
  return wrong;
}
