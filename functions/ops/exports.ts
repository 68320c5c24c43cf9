import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { Deps } from '../../shared/app.ts';
import type { Sheet } from '../../shared/ports/workbook-writer.ts';
import { asOneSheet, kpiSheets, tableSheet } from '../../shared/publishing/exports/mart-sheets.ts';
import { sheetCsv } from '../../shared/publishing/exports/sheet-csv.ts';
import { DayQuery } from './kpis.ts';
import { numbersOf } from './mart-of-day.ts';
import { notFound } from './problem-details.ts';
import { type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

const ExportQuery = DayQuery.pick({ asOf: true }).extend({
  format: z.enum(['csv', 'xlsx']).default('csv').describe('csv, or a workbook with typed cells'),
});
type Format = z.infer<typeof ExportQuery>['format'];

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export const kpisExportRoute: Route<typeof ExportQuery> = {
  name: 'kpis-export',
  method: 'GET',
  path: 'exports/kpis',
  authLevel: 'function',
  summary: 'Every result as a file: KPIs, series, parts of the book, quarters and replaced versions',
  query: ExportQuery,
  responses: {
    200: {
      description: 'One table, or a workbook with a sheet for each of them',
      mediaType: MEDIA_TYPES.csv,
    },
    404: { description: 'There is nothing to compute that day from; the answer says which days there are' },
  },
  handle: withDeps(async (_request, deps, { query: { format, asOf } }) => {
    const found = await numbersOf({ asOf, grain: 'month' }, deps);
    if (!('mart' in found)) return found;
    const sheets = kpiSheets(found.mart);
    return await fileOf(
      `kpis-${found.mart.asOf}`,
      { format, sheets: format === 'csv' ? [asOneSheet('kpis', sheets)] : sheets },
      deps,
    );
  }),
};

export const tableExportRoute: Route<typeof ExportQuery> = {
  name: 'table-export',
  method: 'GET',
  path: 'exports/tables/{name}',
  authLevel: 'function',
  summary:
    'A derived table as a file: roll rates, vintages, the monthly fact and others; people are pseudonyms',
  query: ExportQuery,
  responses: {
    200: { description: 'The table', mediaType: MEDIA_TYPES.csv },
    404: { description: 'No such table, or not for that date; those that there are are named' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const { name = '' } = request.params;
    const found = await numbersOf({ asOf: query.asOf, grain: 'month' }, deps);
    if (!('mart' in found)) return found;
    const { tables, asOf } = found.mart;
    const table = tables.find((candidate) => candidate.name === name);
    const made = tables.filter(({ columns }) => columns.length > 0);
    if (table === undefined || table.columns.length === 0) {
      const names = made.map((known) => known.name).join(', ');
      const others = names === '' ? 'This book has no tables.' : `There are ${names}.`;
      return notFound(
        `Table ${JSON.stringify(name)}`,
        table?.reason === undefined ? others : `It was not made: ${table.reason}. ${others}`,
      );
    }
    return await fileOf(`${name}-${asOf}`, { format: query.format, sheets: [tableSheet(table)] }, deps);
  }),
};

async function fileOf(
  name: string,
  { format, sheets }: { format: Format; sheets: readonly Sheet[] },
  deps: Pick<Deps, 'workbook'>,
): Promise<HttpResponseInit> {
  const [first] = sheets;
  const body = format === 'xlsx' || first === undefined ? await deps.workbook(sheets) : sheetCsv(first);
  return {
    body,
    headers: {
      ...SAFE_TO_SHOW,
      'content-type': MEDIA_TYPES[format],
      'content-disposition': `attachment; filename="${name}.${format}"`,
    },
  };
}
