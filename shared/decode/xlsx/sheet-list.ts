import { UnreadableFile } from '../zip/unreadable-file.ts';
import type { DateSystem } from './serial-date.ts';
import { beyondLimit, EXTERNAL_LINKS, NOT_WORKBOOK } from './workbook-problems.ts';
import { readXmlPart } from './xml-part.ts';

export type ListedSheet = {
  readonly name: string;
  readonly isHidden: boolean;
  readonly relationshipId: string;
};

export type SheetList = { readonly sheets: readonly ListedSheet[]; readonly dateSystem: DateSystem };

/** As many as a new workbook may be given in Excel. */
const MOST_SHEETS = 255;

export async function readSheetList(bytes: AsyncIterable<Uint8Array>, part: string): Promise<SheetList> {
  const sheets: ListedSheet[] = [];
  let dateSystem: DateSystem = 1900;
  let isWorkbook = false;
  await readXmlPart(bytes, part, {
    open({ name, attribute }) {
      if (name === 'workbook') isWorkbook = true;
      if (!isWorkbook) throw new UnreadableFile(NOT_WORKBOOK);
      if (name === 'externalReference') throw new UnreadableFile(EXTERNAL_LINKS);
      if (name === 'workbookPr' && /^(?:1|true|on)$/.test(attribute('date1904') ?? '')) dateSystem = 1904;
      if (name !== 'sheet') return;
      if (sheets.length >= MOST_SHEETS) throw beyondLimit(`has more than ${MOST_SHEETS} sheets`);
      sheets.push({
        name: attribute('name') ?? '',
        isHidden: /^(?:hidden|veryHidden)$/.test(attribute('state') ?? ''),
        relationshipId: attribute('id') ?? '',
      });
    },
  });
  return { sheets, dateSystem };
}
