import { parseLocalDate } from '../domain/local-date.ts';

// What people write in their own words, as the reason for what they do, without what tells who a customer is. Names cannot
// be told from other words: that none stands there is asked of whoever writes.

const WITHHELD = '[withheld]';
const MAIL = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/gu;
/**
 * Identity, card and telephone numbers, however they are grouped, also right behind the word for them. Not within a code,
 * such as the id of a run.
 */
const LONG_NUMBER =
  /(?:(?<!\w)|(?<=\b(?:dui|nit|nup|isss|tel|cel)))\+?\(?\d(?:[ ().\u2010-\u2013-]{0,2}\d){6,}(?!\w)/gi;
const DAY = /(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)/;

/** Mail addresses and numbers of seven or more digits are withheld; days are not such numbers. */
export function withoutPersonalValues(text: string): string {
  return text
    .replaceAll(MAIL, WITHHELD)
    .split(DAY)
    .map((part) => (parseLocalDate(part) === undefined ? part.replaceAll(LONG_NUMBER, WITHHELD) : part))
    .join('');
}
