import { multiply, type Rational, rational } from '../../domain/rational.ts';
import { datesIn, type MentionedDate } from './date-mentions.ts';
import { NUMBER_IN_WORDS, numberInWords, ROMAN_NUMBER, VAGUE_NUMBER } from './number-words.ts';
import { BLOT, readEach } from './read-each.ts';

// Every number that a sentence mentions, however it is written. What looks like one and cannot be read for certain is a
// mention that can never be right: better a sentence too few than a number that is wrong.

export type Mention = MentionedNumber | MentionedDate | Unreadable;

export type MentionedNumber = {
  readonly kind: 'number';
  readonly text: string;
  readonly value: Rational;
  /** How far the number that it stands for may be away: half of its last digit, and nothing for words. */
  readonly rounding: Rational;
  /** Digits that say something: two of `5.4`, none of `0.0`. */
  readonly digits: number;
  readonly isSigned: boolean;
  readonly unit: MentionUnit | undefined;
};
export type Unreadable = { readonly kind: 'unreadable'; readonly text: string };
export type MentionUnit =
  | 'percent'
  | 'points'
  | 'basis-points'
  | 'usd'
  | 'times'
  | 'days'
  | 'months'
  | 'count'
  /** Weeks, years and the like, which no KPI is in. */
  | 'other-time';

/** `labels` are names with digits of their own, such as `PAR 90`: they are no numbers. */
export function mentionsIn(sentence: string, labels: readonly string[] = []): readonly Mention[] {
  const named = labels.reduce(
    (rest, label) => rest.replaceAll(labelPattern(label), (said) => NAME.repeat(said.length)),
    sentence,
  );
  const dated = datesIn(named);
  const counted = readEach(dated.rest, NUMBER, readNumber);
  const odd = readEach(counted.rest, /\S*\p{N}\S*/gu, unreadable);
  const vague = readEach(odd.rest, VAGUE_NUMBER, unreadable);
  const roman = readEach(vague.rest, ROMAN_NUMBER, unreadable);
  const worded = readEach(roman.rest, IN_WORDS, readWords);
  return [dated.dates, counted.found, odd.found, vague.found, roman.found, worded.found].flat();
}

/** Stands for a name: unlike a number it may have one beside it. */
const NAME = '\u25a1';

/** Any spelling with blanks or hyphens; neither within a word nor within a number. */
function labelPattern(label: string): RegExp {
  const words = label.split(/[\s-]+/).map((word) => RegExp.escape(word));
  return new RegExp(
    String.raw`(?<![\p{L}\p{N}_.,])${words.join('[\\s-]*')}(?![\p{L}\p{N}_]|[.,]\p{N})`,
    'giu',
  );
}

const SCALES: Readonly<Record<string, bigint>> = {
  k: 1_000n,
  thousand: 1_000n,
  m: 1_000_000n,
  mm: 1_000_000n,
  million: 1_000_000n,
  bn: 1_000_000_000n,
  b: 1_000_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};
const SCALE = `(?<scale>${Object.keys(SCALES).join('|')})`;
/** What is counted; an adjective may stand before it. */
const COUNTED =
  'days?|weeks?|months?|quarters?|years?|hours?|minutes?|loans?|clients?|customers?|borrowers?|payers?|accounts?|' +
  'payments?|contracts?|companies|branches|people|persons?|campaigns?|rows?|kpis?|figures?|indicators?|metrics?';
const UNIT =
  '(?<unit>%|percentage[\\s-]points?|percent|per cent|pp|points?|basis[\\s-]points?|bps|times|x|USD|dollars|' +
  `(?:\\p{L}+[\\s-])?(?:${COUNTED}))`;

const NUMBER = new RegExp(
  String.raw`(?<sign>[+-])?(?<currency>(?:US\$|USD|\$)\s?)?(?<digits>\d[\d.,]*)` +
    String.raw`(?:\s?${SCALE}(?!\p{L}))?(?:[\s-]?${UNIT}(?![\p{L}\p{N}]))?`,
  'giu',
);
const IN_WORDS = new RegExp(String.raw`${NUMBER_IN_WORDS.source}(?:[\s-]?${UNIT}(?![\p{L}\p{N}]))?`, 'giu');

/** English: commas between thousands, a point before decimals. */
const WELL_WRITTEN = /^(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)(?:\.\d+)?$/;
/** What may stand before a number: of anything else it is a part. */
const MAY_PRECEDE = /(?:^|[\s([“"'‘–—~≈>=<])$/u;
/** A range, from one number to another. */
const RANGE_BEFORE = /[\d%█]$/u;
const MAY_FOLLOW = /^(?:$|[\s)\]"'’”;!?…–—]|[,.:](?!\p{N})|-[\p{L}\p{N}])/u;
/** `5 hundred`, `1 234`, and other money. */
const GOES_ON = new RegExp(
  String.raw`^(?:[\s-]*(?:hundred|thousand|million|billion|trillion|dozen)|\s\p{N}|\s?(?:€|£|¥|EUR|GBP|JPY|COP|CRC|HNL|GTQ|MXN|PEN|BRL|CLP)(?!\p{L}))`,
  'iu',
);

function readNumber({ 0: said, index, input, groups = {} }: RegExpExecArray): Mention {
  const { sign, currency, digits: written = '', scale, unit } = groups;
  const isBare = scale === undefined && unit === undefined;
  const digits = written.replace(/[.,]+$/, '');
  // The full stop of the sentence is none of the number's.
  const text = isBare ? said.slice(0, said.length - (written.length - digits.length)) : said;
  const before = input.slice(0, index);
  const after = input.slice(index + text.length);
  const isRange = sign === '-' && RANGE_BEFORE.test(before);
  const isWhole =
    (isRange || MAY_PRECEDE.test(before)) &&
    MAY_FOLLOW.test(after) &&
    !GOES_ON.test(after) &&
    !/\p{N}\s$/u.test(before) &&
    (isBare || written === digits);
  if (!isWhole || !WELL_WRITTEN.test(digits)) return { kind: 'unreadable', text: said };
  const plain = digits.replaceAll(',', '');
  const by = rational(SCALES[scale?.toLowerCase() ?? ''] ?? 1n);
  const decimals = plain.split('.')[1]?.length ?? 0;
  const lastDigit = multiply({ numerator: 1n, denominator: 10n ** BigInt(decimals) }, by);
  const size = multiply(rational(plain), by);
  const isSigned = sign !== undefined && !isRange;
  return {
    kind: 'number',
    text,
    value: isSigned && sign === '-' ? multiply(size, rational(-1n)) : size,
    rounding: multiply(lastDigit, { numerator: 1n, denominator: 2n }),
    digits: plain.replace('.', '').replace(/^0+/, '').length,
    isSigned,
    unit: unitOf(unit ?? currency),
  };
}

function readWords({ 0: text, index, input, groups = {} }: RegExpExecArray): Mention {
  const unit = groups['unit'];
  const words = unit === undefined ? text : text.slice(0, -unit.length);
  const value = numberInWords(words.trim().replace(/-$/, ''));
  const hasNeighbour =
    new RegExp(`${BLOT}[\\s-]*$`).test(input.slice(0, index)) ||
    new RegExp(`^[\\s-]*${BLOT}`).test(input.slice(index + text.length));
  if (value === undefined || hasNeighbour) return { kind: 'unreadable', text };
  return {
    kind: 'number',
    text,
    value: rational(value),
    rounding: rational(0n),
    digits: 0,
    isSigned: false,
    unit: unitOf(unit),
  };
}

function unitOf(text: string | undefined): MentionUnit | undefined {
  if (text === undefined) return undefined;
  const plain = text.trim().toLowerCase();
  if (plain === '%' || plain === 'percent' || plain === 'per cent') return 'percent';
  if (plain.startsWith('basis') || plain === 'bps') return 'basis-points';
  if (plain === 'pp' || /points?$/.test(plain)) return 'points';
  if (plain === 'times' || plain === 'x') return 'times';
  if (/^(?:us\$|usd|\$|dollars)$/.test(plain)) return 'usd';
  if (/days?$/.test(plain)) return 'days';
  if (/months?$/.test(plain)) return 'months';
  return /(?:weeks?|quarters?|years?|hours?|minutes?)$/.test(plain) ? 'other-time' : 'count';
}

function unreadable({ 0: text }: RegExpExecArray): Unreadable {
  return { kind: 'unreadable', text };
}
