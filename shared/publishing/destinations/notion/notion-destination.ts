import type { Lake } from '../../../ports/lake.ts';
import { type Destination, jsonContent } from '../destination.ts';
import { type NumbersDeps, toldOfDay } from '../told-of-day.ts';
import { NotionApi, type NotionDeps } from './notion-api.ts';
import { notionBlock } from './notion-blocks.ts';
import { pageOfDay, writeBlocks } from './notion-page.ts';
import { NotionReport, notionReport } from './notion-report.ts';
import { writeRows } from './notion-rows.ts';

// The report of the day as a page in Notion, and its KPIs as rows of a database where there is one. A day is one page:
// told again, it is written over, from wherever the last try got to.

export type NotionSettings = {
  readonly baseUrl: string;
  /** The reports lie below it. */
  readonly reportsPage: string;
  readonly database: string | undefined;
  readonly publicUrl: string | undefined;
};
type Deps = NotionDeps & NumbersDeps & { readonly lake: Lake };

export function notionDestination(settings: NotionSettings, deps: Deps): Destination {
  return {
    name: 'notion',
    tells: 'day',
    render: async (subject) =>
      await toldOfDay(subject, deps, (newest, day) => jsonContent(notionReport(newest, day, settings))),
    async send({ body }) {
      const { day, title, blocks, rows } = NotionReport.parse(JSON.parse(body));
      const api = new NotionApi(settings, deps);
      const page = await pageOfDay({ parent: settings.reportsPage, day, title }, api, deps.lake);
      await writeBlocks(page, blocks.map(notionBlock), api);
      if (settings.database !== undefined) await writeRows(settings.database, { day, entries: rows }, api);
    },
  };
}
