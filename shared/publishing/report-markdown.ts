import { ageingGap } from './ageing.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { INSIGHT_PLACE } from './insights/insight-sections.ts';
import type { KpiRow } from './kpi-row.ts';
import { markdownTable } from './markdown-table.ts';
import type { OpenExpectation } from './report-expectations.ts';
import {
  departmentsMarkdown,
  moversMarkdown,
  proofMarkdown,
  stripMarkdown,
} from './report-figures-markdown.ts';
import type { DataQuality, Provenance, ReportModel } from './report-model.ts';
import { restatementMarkdown } from './report-restatements.ts';
import { showCount, showDay } from './show-value.ts';
import { trendRows } from './trend.ts';

/** The executive report as Markdown: the same facts as the page, with tables where the page has charts. */
export function reportMarkdown(model: ReportModel): string {
  const sections = [
    heading(model),
    INSIGHT_PLACE.markup,
    stripMarkdown(model.figures),
    moversMarkdown(model.figures),
    departmentsMarkdown(model.figures),
    restatementMarkdown(model.restatements),
    ['## PAR trend', trendTable(model)],
    ['## Ageing', ageingTable(model)],
    ['## All figures', kpiTable(model)],
    proofMarkdown(model.figures),
    ['## Data quality', ...model.quality.flatMap(quality)],
    ['## Where the numbers come from', ...provenance(model.provenance)],
  ];
  return `${sections.flat().join('\n\n')}\n`;
}

function heading({ freshness, verdict, rolledBack, headlines }: ReportModel): string[] {
  const facts = [
    ...rolledBack.map((sentence) => `**${escapeMarkdown(sentence)}**`),
    `**${verdict}**`,
    ...headlines.map(({ sentence }) => escapeMarkdown(sentence)),
  ];
  return ['# Executive report', `**${freshness.sentence}**`, facts.map((fact) => `- ${fact}`).join('\n')];
}

function kpiTable({ kpis, freshness }: ReportModel): string {
  const rows = kpis.map((kpi) => [
    nameOf(kpi, freshness.asOf),
    kpi.shown,
    kpi.statusWord,
    kpi.limits ?? '',
    kpi.change ? `${kpi.change.shown} since ${kpi.change.since}` : '',
    escapeMarkdown(kpi.owner),
    escapeMarkdown(kpi.reason ?? ''),
  ]);
  return markdownTable(
    ['KPI', '>Value', 'Status', 'Limits', 'Change', 'Owner', 'Why there is no value'],
    rows,
  );
}

function nameOf(kpi: KpiRow, reportAsOf: string): string {
  const name = escapeMarkdown(kpi.name);
  return kpi.asOf === reportAsOf ? name : `${name} (as of ${kpi.asOf})`;
}

function trendTable({ trend }: ReportModel): string {
  if (trend.dates.length === 0) return 'No PAR has been computed yet, so there is no trend to show.';
  const rows = trendRows(trend).map(({ date, shown }) => [
    date,
    ...shown.map((value) => value ?? 'no value'),
  ]);
  const limits = trend.limits.map(({ label, shown }) => `${label} ${shown}`).join('; ');
  const dates = markdownTable(['Reporting date', ...trend.lines.map(({ name }) => `>${name}`)], rows);
  return limits ? `${dates}\n\nLimits: ${limits}.` : dates;
}

function ageingTable({ ageing }: ReportModel): string {
  if (ageing.kind === 'unknown') return `No ageing: ${escapeMarkdown(ageingGap(ageing))}.`;
  const rows = ageing.buckets.map(({ name, amount, share }) => [name, amount, share]);
  return markdownTable(
    ['Days past due', '>Outstanding', '>Share'],
    [...rows, ['Together', ageing.total, '100.00 %']],
  );
}

function quality(of: DataQuality): string[] {
  const { dataset, file, rows, tolerance, score, open, validationPage, problems, ...columns } = of;
  const counts = rows.map(({ name, count }) => `${name.toLowerCase()} ${count}`).join(', ');
  const found = problems.map((problem) => [
    escapeMarkdown(problem.code),
    problem.count,
    problem.firstRecords,
    escapeMarkdown(problem.message),
    problem.runbook,
  ]);
  const header = ['Problem', '>Count', 'First records', 'What is wrong and what to do', 'Runbook'];
  return [
    `### ${dataset}: ${escapeMarkdown(file)}`,
    `Rows: ${counts}. ${tolerance}`,
    `${score} Everything that was looked at: \`${validationPage}\``,
    ...openList(open),
    found.length > 0 ? markdownTable(header, found) : 'No problem was found in the file.',
    ...columnNote('Columns that the contract does not know', columns.unexpectedColumns),
    ...columnNote('Optional columns that the file lacks', columns.missingColumns),
  ];
}

function openList(open: readonly OpenExpectation[]): string[] {
  if (open.length === 0) return [];
  return [open.map(({ label, sentence }) => `- ${label}: ${escapeMarkdown(sentence)}`).join('\n')];
}

function columnNote(name: string, columns: readonly string[]): string[] {
  return columns.length > 0 ? [`${name}: ${columns.map(escapeMarkdown).join(', ')}.`] : [];
}

function provenance(of: Provenance): string[] {
  const facts = [
    `Run: ${of.runId}, attempt ${of.attempt}`,
    `Input file: ${escapeMarkdown(of.inputFile)} (${of.dataset}, contract ${escapeMarkdown(of.contract)})`,
    `Input sha256: ${of.inputSha256}`,
    `Book: ${of.bookId}`,
    `KPI catalogue sha256: ${of.catalogSha256}`,
    `Definitions: ${of.definitions.map(({ id, version }) => `${escapeMarkdown(id)} v${version}`).join(', ')}`,
    `Revision: ${escapeMarkdown(of.revision)}`,
  ];
  const book = of.book.map((entry) => [
    entry.dataset,
    showDay(entry.asOf),
    String(entry.contractVersion),
    showCount(entry.rows),
    entry.sha256,
  ]);
  return [
    facts.map((fact) => `- ${fact}`).join('\n'),
    'Snapshots in the book:',
    markdownTable(['Dataset', 'As of', '>Contract version', '>Rows', 'sha256'], book),
  ];
}
