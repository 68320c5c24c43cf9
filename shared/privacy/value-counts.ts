import { isCard, isDui } from './identity-numbers.ts';

/** How many of the values look like what. Plain numbers, so that the parts of a file can be added up. */
export type ValueCounts = {
  /** Values that are not blank. */
  readonly seen: number;
  readonly email: number;
  /** A DUI with its hyphen and the right check digit, among all values of that form. */
  readonly dui: number;
  readonly duiForm: number;
  readonly bareDui: number;
  readonly nit: number;
  /** A card's number with the right check digit, among all values as long. */
  readonly card: number;
  readonly cardForm: number;
  /** With +503 before it. */
  readonly phone: number;
  readonly barePhone: number;
};

export const NOTHING_SEEN: ValueCounts = {
  seen: 0,
  email: 0,
  dui: 0,
  duiForm: 0,
  bareDui: 0,
  nit: 0,
  card: 0,
  cardForm: 0,
  phone: 0,
  barePhone: 0,
};

export function addCounts(one: ValueCounts, other: ValueCounts): ValueCounts {
  return {
    seen: one.seen + other.seen,
    email: one.email + other.email,
    dui: one.dui + other.dui,
    duiForm: one.duiForm + other.duiForm,
    bareDui: one.bareDui + other.bareDui,
    nit: one.nit + other.nit,
    card: one.card + other.card,
    cardForm: one.cardForm + other.cardForm,
    phone: one.phone + other.phone,
    barePhone: one.barePhone + other.barePhone,
  };
}

/** Every count may rise by one. Cheap for what is no person's data: one look at each character, and no pattern. */
export function countValue(text: string, counts: Tally): void {
  const { isBlank, digits, longestRun, hasAt } = lookAt(text);
  if (isBlank) return;
  counts.seen += 1;
  if (hasAt && EMAIL.test(text)) counts.email += 1;
  if (digits < FEWEST_DIGITS) return;
  if (longestRun >= 8) countDui(text, counts);
  if (longestRun >= 6 && NIT.test(text)) counts.nit += 1;
  if (digits >= 13) countCard(text, counts);
  countPhone(text, counts);
}

type Tally = { -readonly [Count in keyof ValueCounts]: number };

/** Telephone numbers have the fewest of all. */
const FEWEST_DIGITS = 8;

type Look = { isBlank: boolean; digits: number; longestRun: number; hasAt: boolean };

function lookAt(text: string): Look {
  const look: Look = { isBlank: true, digits: 0, longestRun: 0, hasAt: false };
  let run = 0;
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 32 && code !== 0xa0) look.isBlank = false;
    if (code === 64) look.hasAt = true;
    if (code >= 48 && code <= 57) {
      run += 1;
      look.digits += 1;
      if (run > look.longestRun) look.longestRun = run;
    } else run = 0;
  }
  return look;
}

/** One character before the @ is enough to tell; a domain has a point and ends in letters. */
const EMAIL = /[\p{L}\d._%+-]@(?:[\p{L}\d][\p{L}\d-]{0,62}\.){1,8}\p{L}{2,24}(?![\p{L}\d@])/u;

// Within a longer code (a UUID, a loan's id, a decimal) such digits mean nothing: none of these may touch a letter or
// another digit. Hyphens are any of those that word processors make.
const DUI = /(?<![\w.-])(\d{8})[-\u2010-\u2013](\d)(?![\w-])/g;
const NIT = /(?<![\w.-])\d{4}([-\u2010-\u2013])\d{6}\1\d{3}\1\d(?![\w-])/;
const BARE_DUI = /^\s*\d{9}\s*$/;

function countDui(text: string, counts: Tally): void {
  const forms = [...text.matchAll(DUI)];
  if (forms.length > 0) counts.duiForm += 1;
  if (forms.some(([, first = '', last = '']) => isDui(first + last))) counts.dui += 1;
  else if (BARE_DUI.test(text) && isDui(text.trim())) counts.bareDui += 1;
}

/** Without separators, or in groups as cards print them: 4-4-4-4, with three more, 4-6-5 and 4-6-4. */
const CARD =
  /(?<![\w.,+-])(?:\d{13,19}|[2-6]\d{3}(?:([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|([ -])\d{6}\2\d{4,5}))(?![\w-]|[.,]\d)/g;
/** Bare numbers of other lengths are more often the ids of campaigns. */
const BARE_LENGTHS: ReadonlySet<number> = new Set([15, 16]);

function countCard(text: string, counts: Tally): void {
  const forms = [...text.matchAll(CARD)].map(([form]) => form);
  if (forms.length > 0) counts.cardForm += 1;
  if (forms.some(isCardForm)) counts.card += 1;
}

function isCardForm(form: string): boolean {
  const digits = form.replaceAll(/\D/g, '');
  return (digits.length < form.length || BARE_LENGTHS.has(digits.length)) && isCard(digits);
}

const PHONE = /(?<!\w)\+503\)?[ .-]?[267]\d{3}[ .-]?\d{4}(?!\d)/;
/** Landlines begin with 21 to 27: what begins with 20 is a year or a day. */
const BARE_PHONE = /^\s*(?:\(?(?:00)?503\)?[ -]?)?(?:2[1-7]|[67]\d)\d{2}[ -]?\d{4}\s*$/;
const FOREIGN_PHONE = /^\s*\(?\+\d(?:[ ()-]{0,2}\d){7,14}\s*$/;

function countPhone(text: string, counts: Tally): void {
  if (PHONE.test(text)) counts.phone += 1;
  else if (BARE_PHONE.test(text) || FOREIGN_PHONE.test(text)) counts.barePhone += 1;
}
