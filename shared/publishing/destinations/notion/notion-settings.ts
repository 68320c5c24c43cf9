import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../../setting-kinds.ts';
import type { NotionSettings } from './notion-destination.ts';

const notionId = (meaning: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .regex(
      /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
      'it must be the 32 letters and digits that end its address',
    )
    .optional()
    .describe(meaning);

export const NOTION_ENVIRONMENT = {
  NOTION_BASE_URL: uri('Notion, where it is not the usual one'),
  NOTION_TOKEN: text('Token of an integration in Notion; outside dev it comes from the vault'),
  NOTION_API_KEY: text('Former name of NOTION_TOKEN'),
  NOTION_REPORTS_PAGE_ID: notionId('Page in Notion that reports are put below'),
  NOTION_DATABASE_ID: notionId('Database in Notion for the KPIs of each day'),
};
type NotionGiven = Given<typeof NOTION_ENVIRONMENT>;

/** Undefined without a page for the reports. */
export function notionSettings(
  given: NotionGiven,
  { publicUrl }: Pick<NotionSettings, 'publicUrl'>,
): NotionSettings | undefined {
  if (given.NOTION_REPORTS_PAGE_ID === undefined) return undefined;
  return {
    baseUrl: trimmed(given.NOTION_BASE_URL) ?? 'https://api.notion.com',
    reportsPage: given.NOTION_REPORTS_PAGE_ID,
    database: given.NOTION_DATABASE_ID,
    publicUrl,
  };
}

/** What is missing where Notion is in use. */
export function problemsOfNotion({ NOTION_REPORTS_PAGE_ID: page }: NotionGiven): string[] {
  if (page !== undefined) return [];
  return ['NOTION_REPORTS_PAGE_ID is not set: DESTINATIONS has reports put below that page.'];
}
