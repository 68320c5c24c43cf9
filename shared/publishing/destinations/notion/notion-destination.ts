import type { Lake } from '../../../ports/lake.ts';
import type { Destination } from '../destination.ts';
import { NotionApi, type NotionDeps } from './notion-api.ts';
import { notionBlock } from './notion-blocks.ts';
import { pageOfDay, writeBlocks } from './notion-page.ts';
import { NotionReport, notionReport, type Told } from './notion-report.ts';
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
type Deps = NotionDeps & {
  readonly lake: Lake;
  readonly newest: () => Promise<Told | undefined>;
};

export function notionDestination(settings: NotionSettings, deps: Deps): Destination {
  return {
    name: 'notion',
    tells: 'day',
    async render(subject) {
      if (subject.kind !== 'day') return undefined;
      const newest = await deps.newest();
      if (newest === undefined) return undefined;
      const report = notionReport(newest, subject.day, settings);
      return { body: JSON.stringify(report, null, 2), contentType: 'application/json' };
    },
    async send({ body }) {
      const { day, title, blocks, rows } = NotionReport.parse(JSON.parse(body));
      const api = new NotionApi(settings, deps);
      const page = await pageOfDay({ parent: settings.reportsPage, day, title }, api, deps.lake);
      await writeBlocks(page, blocks.map(notionBlock), api);
      if (settings.database !== undefined) await writeRows(settings.database, { day, entries: rows }, api);
    },
  };
}
