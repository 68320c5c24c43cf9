// Numbers that are written as words. What says how many without saying it plainly (twice, dozens, a third) is a number
// that cannot be checked.

const SMALL: Readonly<Record<string, bigint>> = {
  zero: 0n,
  one: 1n,
  two: 2n,
  three: 3n,
  four: 4n,
  five: 5n,
  six: 6n,
  seven: 7n,
  eight: 8n,
  nine: 9n,
  ten: 10n,
  eleven: 11n,
  twelve: 12n,
  thirteen: 13n,
  fourteen: 14n,
  fifteen: 15n,
  sixteen: 16n,
  seventeen: 17n,
  eighteen: 18n,
  nineteen: 19n,
  twenty: 20n,
  thirty: 30n,
  forty: 40n,
  fifty: 50n,
  sixty: 60n,
  seventy: 70n,
  eighty: 80n,
  ninety: 90n,
};
const LARGE: Readonly<Record<string, bigint>> = {
  thousand: 1_000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};

const WORD = [...Object.keys(SMALL), 'hundred', ...Object.keys(LARGE), 'dozen'].join('|');
/** `twelve`, `twenty-one`, `one hundred and five thousand`. */
export const NUMBER_IN_WORDS = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:a[\s-]+)?(?:${WORD})(?:[\s-]+(?:and[\s-]+)?(?:${WORD}))*(?![\p{L}\p{N}])`,
  'giu',
);

/** Undefined where the words do not make one number. */
export function numberInWords(text: string): bigint | undefined {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => word !== 'and' && word !== 'a');
  let whole = 0n;
  let part: bigint | undefined;
  let lastLarge: bigint | undefined;
  /** What may still follow in this part must be smaller. */
  let below = 1_000n;
  for (const word of words) {
    const small = SMALL[word];
    const large = LARGE[word];
    if (small !== undefined) {
      if (small >= below || (part !== undefined && small === 0n)) return undefined;
      part = (part ?? 0n) + small;
      below = small >= 20n ? 10n : 0n;
    } else if (word === 'hundred') {
      if ((part ?? 1n) >= 100n || part === 0n) return undefined;
      part = (part ?? 1n) * 100n;
      below = 100n;
    } else if (word === 'dozen') {
      if (words.length > 2 || (part ?? 1n) >= 10n) return undefined;
      part = (part ?? 1n) * 12n;
      below = 0n;
    } else if (large !== undefined) {
      if (lastLarge !== undefined && large >= lastLarge) return undefined;
      whole += (part ?? 1n) * large;
      lastLarge = large;
      part = undefined;
      below = 1_000n;
    }
  }
  return whole + (part ?? 0n);
}

const VAGUE = [
  // How often, and how much of it.
  'half|halves|halved|halving|third|thirds|fourth|fourths|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?',
  '(?:a|one|two|three|the)[\\s-]+quarters?|quarters[\\s-]+of|hundredths?|thousandths?',
  'once|twice|thrice|double[ds]?|doubling|triple[ds]?|tripling|trebled?|quadrupled?|single|couple|pair|both',
  '\\w*fold|percentile|quartile|decile|quintile',
  'dozens|hundreds|thousands|millions|billions|trillions|scores[\\s-]+of|umpteen|myriad',
  // How many of them.
  'all|none|every|everything|nothing|neither|majority|minority',
  // Which one.
  'first|second|last[\\s-]+but|eleventh|twelfth|\\w+teenth|twentieth|thirtieth|\\w+tieth|hundredth|thousandth',
  // The lender's own language.
  'uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diecis[eé]is|diecisiete',
  'dieciocho|diecinueve|veinte|veinti\\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento',
  'cientos|\\w+cientos|quinientos|mil|miles|mill[oó]n|millones|mitad|doble|triple|tercio|tercios|docena|docenas',
  // What makes another number of the one beside it.
  'minus|negative|per[\\s-]+mill?e?|thousandths?|squared|cubed|power|square|cubic',
  // Between numbers.
  `point[\\s-]+(?:\\d|${WORD})`,
].join('|');
export const VAGUE_NUMBER = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${VAGUE})(?![\p{L}\p{N}])`, 'giu');
/** `XII`. */
export const ROMAN_NUMBER = /(?<![\p{L}\p{N}])[IVXLCDM]{2,}(?![\p{L}\p{N}])/gu;
