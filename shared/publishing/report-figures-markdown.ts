import { escapeMarkdown } from './escape-markdown.ts';
import type { KpiRow } from './kpi-row.ts';
import { markdownTable } from './markdown-table.ts';
import type { ReportFigures } from './report-figures.ts';

/** The front of the report as blocks of Markdown: the same facts as the page. */
export function stripMarkdown({ strip }: ReportFigures): string[] {
  if (strip.length === 0) return [];
  const rows = strip.map((row) => [escapeMarkdown(row.name), row.shown, row.statusWord, changeWords(row)]);
  return ['## Key figures', markdownTable(['KPI', '>Value', 'Status', 'Change'], rows)];
}

export function moversMarkdown({ movers, anomalies }: ReportFigures): string[] {
  const rows = movers.map((row) => [
    escapeMarkdown(row.name),
    row.change?.before ?? '',
    row.shown,
    changeWords(row),
    row.statusWord,
  ]);
  return [
    '## What moved',
    rows.length === 0
      ? 'There is no earlier reporting date to compare with.'
      : markdownTable(['KPI', '>Before', '>Now', 'Change', 'Status'], rows),
    anomalies.length === 0
      ? 'Nothing is out of the ordinary.'
      : `Out of the ordinary:\n\n${anomalies.map(({ severity, sentence }) => `- ${severity}: ${escapeMarkdown(sentence)}`).join('\n')}`,
  ];
}

export function departmentsMarkdown({ departments }: ReportFigures): string[] {
  if (departments.length === 0) return [];
  const rows = departments.flatMap(([name, own]) =>
    own.map((row) => [name, escapeMarkdown(row.name), row.shown, row.statusWord, changeWords(row)]),
  );
  return ['## Departments', markdownTable(['Department', 'KPI', '>Value', 'Status', 'Change'], rows)];
}

export function proofMarkdown({ proof }: ReportFigures): string[] {
  return ['## Proof', `${proof.isProved ? 'Proved' : 'Not proved'}: ${escapeMarkdown(proof.sentence)}`];
}

function changeWords({ change }: KpiRow): string {
  return change ? `${change.shown} since ${change.since}` : '';
}
