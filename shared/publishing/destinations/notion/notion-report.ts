import { z } from 'zod';
import { LocalDate } from '../../../domain/local-date.ts';
import { type Rational, toDecimal } from '../../../domain/rational.ts';
import type { KpiMart } from '../../../kpis/kpi-result.ts';
import type { NewestNumbers } from '../../../pipeline/newest-mart.ts';
import { ageingGap, ageingOf } from '../../ageing.ts';
import { exactValueOf, isTotal } from '../../exact-value.ts';
import { byGroup, type KpiRow, kpiRows } from '../../kpi-row.ts';
import { parTrendOf } from '../../par-trend.ts';
import { freshnessOf, headlinesOf } from '../../report-model.ts';
import { trendRows } from '../../trend.ts';
import { Block, type Text } from './notion-blocks.ts';
import { KpiEntry } from './notion-rows.ts';

// The report of the day as it is told in Notion: aggregates alone.

export type NotionReport = z.infer<typeof NotionReport>;
export const NotionReport = z.object({
  day: LocalDate,
  title: z.string(),
  blocks: z.array(Block),
  rows: z.array(KpiEntry),
});

/** The report of a day, the same for the same numbers. */
export function notionReport(
  { run, mart }: NewestNumbers,
  day: LocalDate,
  { publicUrl }: { readonly publicUrl: string | undefined },
): NotionReport {
  const rows = kpiRows(mart);
  const { sentence } = freshnessOf(mart);
  return {
    day,
    title: `Analytics Report - ${day}`,
    blocks: [
      { type: 'paragraph', text: summaryOf(sentence, mart, publicUrl) },
      heading('Key Findings'),
      {
        type: 'callout',
        text: plain(`What is outside its limits, and what has no value, ${day}`),
        bullets: headlinesOf(rows).map((headline) => plain(headline.sentence)),
      },
      heading('KPI Metrics'),
      ...byGroup(rows).flatMap(([group, ofGroup]): Block[] => [
        { type: 'heading_3', text: plain(group) },
        { type: 'table', rows: tableOf(ofGroup, mart.asOf) },
      ]),
      heading('PAR trend'),
      trendBlock(mart),
      heading('Ageing'),
      ageingBlock(mart),
      heading('Where the numbers come from'),
      {
        type: 'paragraph',
        text: plain(
          `Run ${run.runId}, attempt ${run.attempt}, book ${mart.bookId}. What you add to this page stays; what you change in it is written over.`,
        ),
      },
    ],
    rows: entriesOf({ run, mart }, rows, day),
  };
}

function summaryOf(sentence: string, mart: KpiMart, publicUrl: string | undefined): Text {
  const links: Text =
    publicUrl === undefined
      ? []
      : [
          { text: ' ' },
          { text: 'Dashboard', link: `${publicUrl}/api/dashboard` },
          { text: ' · ' },
          { text: 'Report', link: `${publicUrl}/api/reports/${mart.asOf}` },
        ];
  return [{ text: `${sentence}.`, bold: true }, ...links];
}

function tableOf(rows: readonly KpiRow[], asOf: LocalDate): Text[][] {
  const cells = rows.map((row) => [
    row.asOf === asOf ? row.name : `${row.name} (as of ${row.asOf})`,
    row.shown,
    row.statusWord,
    row.limits ?? '',
    row.change === undefined ? '' : `${row.change.shown} since ${row.change.since}`,
    row.owner,
  ]);
  return asTable(['KPI', 'Value', 'Status', 'Limits', 'Change', 'Owner'], cells);
}

function trendBlock(mart: KpiMart): Block {
  const trend = parTrendOf(mart);
  if (trend.dates.length === 0) return { type: 'paragraph', text: plain('No PAR has been computed yet.') };
  const rows = trendRows(trend).map(({ date, shown }) => [
    date,
    ...shown.map((value) => value ?? 'no value'),
  ]);
  return {
    type: 'table',
    rows: asTable(['Reporting date', ...trend.lines.map(({ name }) => name)], rows),
  };
}

function ageingBlock(mart: KpiMart): Block {
  const ageing = ageingOf(mart);
  if (ageing.kind === 'unknown')
    return { type: 'paragraph', text: plain(`No ageing: ${ageingGap(ageing)}.`) };
  const rows = ageing.buckets.map(({ name, amount, share }) => [name, amount, share]);
  return { type: 'table', rows: asTable(['Days past due', 'Outstanding', 'Share'], rows) };
}

function entriesOf({ run, mart }: NewestNumbers, rows: readonly KpiRow[], day: LocalDate): KpiEntry[] {
  const exact = new Map(mart.kpis.filter(isTotal).map((kpi) => [kpi.id, exactValueOf(kpi)]));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    day,
    asOf: row.asOf,
    value: numberOf(exact.get(row.id)),
    shown: row.shown,
    unit: row.unit,
    status: row.statusWord,
    limits: row.limits ?? '',
    owner: row.owner,
    runId: run.runId,
    // Notion keeps no seconds.
    loggedAt: `${(run.succeededAt ?? run.drop.landedAt).slice(0, 16)}:00Z`,
  }));
}

/** Numbers in Notion are binary: the exact text stands beside. */
function numberOf(exact: Rational | undefined): number | null {
  return exact === undefined ? null : Number(toDecimal(exact, PLACES));
}

const PLACES = 10;

function asTable(header: readonly string[], rows: readonly (readonly string[])[]): Text[][] {
  return [header, ...rows].map((cells) => cells.map(plain));
}

function heading(text: string): Block {
  return { type: 'heading_2', text: plain(text) };
}

function plain(text: string): Text {
  return text === '' ? [] : [{ text }];
}
