// One spelling for each value, so that the same person gets the same token wherever and however they were typed.

/** The form of a value that its token is made from, by the domain it belongs to: any case, any blanks, and more below. */
export function normalForm(domain: string, value: string): string {
  const plain = plainForm(value);
  // What a domain has no form for (a telephone cell with words in it) keeps its text: were it emptied as well, people
  // who have nothing in common would share a token.
  return FORMS.get(domain)?.(plain) || plain;
}

/** Most ids are printable ASCII, which has one form already. */
const ONE_FORM = /^[!-~]+$/;

function plainForm(value: string): string {
  if (ONE_FORM.test(value)) return value.toLowerCase();
  return value.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

const FORMS: ReadonlyMap<string, (plain: string) => string> = new Map([
  ['name', nameForm],
  ['phone', phoneForm],
  ['dui', digitsOnly],
  ['nit', digitsOnly],
  ['trait', amountForm],
]);

/**
 * Accents fall away (ñ becomes n: exports drop it as often as not), full stops and apostrophes vanish, all other
 * punctuation parts words. The order of the words stays: `Pérez, Juan` is not `Juan Pérez`.
 */
function nameForm(plain: string): string {
  return foldCase(plain)
    .normalize('NFKD')
    .replaceAll(/[\p{M}.'’‘ʼ`´]/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Upper case first, so that ß agrees with SS; one sigma, since the last one of a word has a form of its own. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

const COUNTRY_CODE = /^(?:00)?503(?=\d{8}$)/;

function phoneForm(plain: string): string {
  return /^[\d+()./ -]*$/.test(plain) ? plain.replaceAll(/\D/g, '').replace(COUNTRY_CODE, '') : '';
}

function digitsOnly(plain: string): string {
  return /^[\d. -]*$/.test(plain) ? plain.replaceAll(/\D/g, '') : '';
}

/** An income is `43500` in one format of a file and `43500.00` in another. */
function amountForm(plain: string): string {
  if (!/^-?\d+\.\d+$/.test(plain)) return '';
  // Not by a pattern: one that ends in `0+$` tries again from each zero of a long row of them.
  let end = plain.length;
  while (plain.charAt(end - 1) === '0') end -= 1;
  return plain.slice(0, plain.charAt(end - 1) === '.' ? end - 1 : end);
}
