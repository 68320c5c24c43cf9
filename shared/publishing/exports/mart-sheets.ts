import type { DerivedTable, KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type { Sheet } from '../../ports/workbook-writer.ts';

// The numbers of a mart as tables for other programs: one line for each result, one sheet for each part.

export function kpiSheets(mart: KpiMart): Sheet[] {
  const parts: readonly (readonly [string, readonly KpiResult[]])[] = [
    ['kpis', mart.kpis],
    ['series', mart.series],
    ['breakdowns', mart.breakdowns],
    ['quarters', mart.quarters],
    ['former', mart.former],
  ];
  return parts.map(([name, results]) => ({
    name,
    columns: COLUMNS.map((column) => ({ name: column.name, type: column.type })),
    rows: results.map((result) => COLUMNS.map(({ value }) => value(result, mart))),
  }));
}

/** The sheets as one table, whose first column says which of them a line is from. */
export function asOneSheet(name: string, sheets: readonly Sheet[]): Sheet {
  return {
    name,
    columns: [{ name: 'part', type: 'text' }, ...(sheets[0]?.columns ?? [])],
    rows: sheets.flatMap((sheet) => sheet.rows.map((cells) => [sheet.name, ...cells])),
  };
}

/** Spreadsheets take no longer names. */
const MOST_LETTERS = 31;

export function tableSheet({ name, columns, rows }: DerivedTable): Sheet {
  return { name: name.slice(0, MOST_LETTERS), columns, rows };
}

type Column = Sheet['columns'][number] & {
  readonly value: (result: KpiResult, mart: KpiMart) => string | null;
};

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'text', value: ({ id }) => id },
  { name: 'version', type: 'integer', value: ({ version }) => String(version) },
  { name: 'name', type: 'text', value: ({ name }) => name },
  { name: 'as_of', type: 'date', value: ({ asOf }) => asOf },
  { name: 'reporting_date', type: 'date', value: ({ reportingDate }) => reportingDate },
  { name: 'dimension', type: 'text', value: ({ dimension }) => Object.keys(dimension).join(';') || null },
  {
    name: 'dimension_value',
    type: 'text',
    value: ({ dimension }) => Object.values(dimension).join(';') || null,
  },
  { name: 'value', type: 'decimal', value: ({ value }) => value },
  { name: 'unit', type: 'text', value: ({ unit }) => unit },
  { name: 'numerator', type: 'decimal', value: ({ numerator }) => numerator },
  { name: 'denominator', type: 'decimal', value: ({ denominator }) => denominator },
  { name: 'status', type: 'text', value: ({ status }) => status },
  { name: 'reason', type: 'text', value: ({ reason }) => reason ?? null },
  { name: 'warning', type: 'decimal', value: ({ thresholds }) => thresholds?.warning ?? null },
  { name: 'critical', type: 'decimal', value: ({ thresholds }) => thresholds?.critical ?? null },
  { name: 'direction', type: 'text', value: ({ direction }) => direction },
  { name: 'precision', type: 'integer', value: ({ precision }) => String(precision) },
  { name: 'owner', type: 'text', value: ({ owner }) => owner },
  { name: 'model', type: 'text', value: ({ model }) => model },
  { name: 'inputs', type: 'text', value: ({ inputs }) => inputs.join(';') },
  { name: 'rows', type: 'integer', value: ({ rows }) => String(rows) },
  { name: 'nulls', type: 'integer', value: ({ nulls }) => String(nulls) },
  { name: 'book_id', type: 'text', value: (_, { bookId }) => bookId },
];
