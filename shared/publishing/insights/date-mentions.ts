import { readEach } from './read-each.ts';

// Days, months and quarters that a sentence mentions, in the ways of English. A year by itself is a number like others:
// `2025 loans` is not a year.

export type MentionedDate = {
  readonly kind: 'date';
  readonly text: string;
  /** Each as ISO 8601 writes it, where it is said. */
  readonly year: string | undefined;
  readonly month: string | undefined;
  readonly day: string | undefined;
  readonly quarter: string | undefined;
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(?<month>January|February|March|April|May|June|July|August|September|October|November|December|' +
  'Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)';
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?`;
const YEAR = String.raw`(?<year>\d{4})`;

const FORMS = [
  String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`,
  String.raw`(?<year>\d{4})-(?<month>\d{2})(?!-)`,
  String.raw`${DAY} (?:of )?${MONTH}\.?(?:,? ${YEAR})?`,
  String.raw`${MONTH}\.? ${DAY}(?:,? ${YEAR})?`,
  String.raw`${MONTH}\.?(?: of)?,? ${YEAR}`,
  String.raw`Q(?<quarter>[1-4])(?:(?: of)? ${YEAR})?`,
  String.raw`${YEAR}[ -]?Q(?<quarter>[1-4])`,
  MONTH,
].map(
  (form) =>
    new RegExp(String.raw`(?<![\p{L}\p{N}.,_/#^:$+-])(?:${form})(?![\p{L}\p{N}_/^%]|[.,:-]\p{N})`, 'gu'),
);

export function datesIn(text: string): { readonly dates: readonly MentionedDate[]; readonly rest: string } {
  const dates: MentionedDate[] = [];
  let rest = text;
  for (const form of FORMS) {
    const outcome = readEach(rest, form, ({ 0: said, groups = {} }) => dateOf(said, groups));
    dates.push(...outcome.found);
    rest = outcome.rest;
  }
  return { dates, rest };
}

function dateOf(text: string, groups: Readonly<Record<string, string | undefined>>): MentionedDate {
  const { year, month, day, quarter } = groups;
  return { kind: 'date', text, year, month: month && monthOf(month), day: day?.padStart(2, '0'), quarter };
}

function monthOf(text: string): string {
  const place = MONTHS.indexOf(text.slice(0, 3).toLowerCase());
  return place === -1 ? text : String(place + 1).padStart(2, '0');
}

/** Whether it can be said of one of these days. */
export function isOneOf(days: readonly string[], { year, month, day, quarter }: MentionedDate): boolean {
  return days.some((of) => {
    const [itsYear = '', itsMonth = '', itsDay = ''] = of.split('-');
    const itsQuarter = String(Math.ceil(Number(itsMonth) / 3));
    return (
      (year ?? itsYear) === itsYear &&
      (month ?? itsMonth) === itsMonth &&
      (day ?? itsDay) === itsDay &&
      (quarter ?? itsQuarter) === itsQuarter
    );
  });
}
