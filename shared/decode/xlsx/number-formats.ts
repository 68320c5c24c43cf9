import { damagedPart } from './workbook-problems.ts';
import { readXmlPart, type XmlEvents } from './xml-part.ts';

// A date is a number; only the number format of its cell tells that it is meant as a date.

/** For each cell style by its index: does it show a number as a date or a time? */
export type DateStyles = readonly boolean[];

/** Numbers of formats that every Excel has: dates and times of the West, and of East Asia. */
const BUILT_IN_DATES = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

const MOST_STYLES = 70_000;

export async function readDateStyles(bytes: AsyncIterable<Uint8Array>, part: string): Promise<DateStyles> {
  const custom = new Map<string, boolean>();
  const styles: boolean[] = [];
  let isInCellStyles = false;
  const events: XmlEvents = {
    open({ name, attribute }) {
      if (name === 'numFmt')
        custom.set(attribute('numFmtId') ?? '', isDateFormat(attribute('formatCode') ?? ''));
      if (name === 'cellXfs') isInCellStyles = true;
      if (name === 'xf' && isInCellStyles) {
        const id = attribute('numFmtId') ?? '0';
        // A format of the file's own goes before the one that its number usually means.
        styles.push(custom.get(id) ?? isBuiltInDate(Number(id)));
        if (styles.length > MOST_STYLES) throw damagedPart(part, 'there are more styles than Excel can hold');
      }
    },
    close(name) {
      if (name === 'cellXfs') isInCellStyles = false;
    },
  };
  await readXmlPart(bytes, part, events);
  return styles;
}

function isBuiltInDate(id: number): boolean {
  return BUILT_IN_DATES.some(([first, last]) => id >= first && id <= last);
}

/**
 * Quoted text, characters that are escaped, padding and fill, and what stands in brackets, save elapsed time. A quotation
 * mark or bracket that is never closed goes on to the end: were it skipped, each of many would be looked behind anew.
 */
const NOT_CODE = /"[^"]*"?|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]?/gis;

/** Does a format code write days, months, years, hours, minutes or seconds? `General` and `@` do not. */
export function isDateFormat(code: string): boolean {
  return /[dmyhs]/i.test(code.replace(NOT_CODE, ''));
}
