import { addDays, LocalDate, toEpochDay } from '../../domain/local-date.ts';
import { firstWorkingDayOf } from '../../domain/working-day.ts';
import type { KpiMart, KpiResult } from '../../kpis/kpi-result.ts';
import type { NewestNumbers } from '../../pipeline/newest-mart.ts';
import type { Lake } from '../../ports/lake.ts';
import type { Mail } from '../../ports/mailer.ts';
import type { WorkbookWriter } from '../../ports/workbook-writer.ts';
import { reportPath } from '../../runs/run-paths.ts';
import { isTotal } from '../exact-value.ts';
import { kpiSheets, tableSheet } from '../exports/mart-sheets.ts';
import { type KpiRow, kpiRow, kpiRows } from '../kpi-row.ts';
import { DOCUMENTS } from '../language/language.ts';
import { freshnessOf } from '../report-model.ts';
import type { Destination } from './destination.ts';
import { type EmailSettings, type MailDeps, mailContent, sendMail } from './email-destinations.ts';
import { IN_FRONT } from './slack-destination.ts';
import { type NumbersDeps, toldOfDay } from './told-of-day.ts';

// The report of a month to its readers, on the first working day after it: the same numbers as every day, each beside the
// month and the year before, with the report and a workbook. Aggregates alone: nothing of a loan, a customer or a payer.

type Deps = MailDeps & NumbersDeps & { readonly lake: Lake; readonly workbook: WorkbookWriter };

export function monthlyByEmail(settings: EmailSettings, deps: Deps): Destination {
  return {
    name: 'email-monthly',
    tells: 'day',
    tellsFor: dayToTellBy,
    render: async (subject) =>
      await toldOfDay(subject, deps, async (newest, day) =>
        mailContent(await monthlyMail(newest, monthBefore(monthOf(day)), settings, deps)),
      ),
    send: async (content, subject) => await sendMail('email-monthly', content, subject, settings.to, deps),
  };
}

/** A morning on which nothing could be planned must not cost the month; who has it set up later waits for the next. */
const LATE_BY_DAYS = 5;

/** The first working day, on that day and on some after it: it is told of once. */
function dayToTellBy(today: LocalDate): LocalDate | undefined {
  const first = firstWorkingDayOf(today);
  const late = toEpochDay(today) - toEpochDay(first);
  return late >= 0 && late <= LATE_BY_DAYS ? first : undefined;
}

/** `2025-11` */
type Month = string;

async function monthlyMail(
  { run, mart }: NewestNumbers,
  month: Month,
  { publicUrl }: EmailSettings,
  { lake, workbook }: Pick<Deps, 'lake' | 'workbook'>,
): Promise<Mail> {
  const rows = rowsOf(month, mart);
  const told = rows.filter(({ id, status }) => IN_FRONT.includes(id) || isOutside(status));
  const count = (wanted: string): number => rows.filter(({ status }) => status === wanted).length;
  const lines =
    rows.length === 0
      ? [`There are no numbers of ${nameOf(month)} yet. Those that there are: see the report.`]
      : told.map((row) => `- ${lineOf(row, month, mart)}`);
  const text = [
    `${nameOf(month)}. ${freshnessOf(mart).sentence}.`,
    '',
    ...lines,
    '',
    'The report of the newest numbers is attached, and a workbook with every number of every month.',
    ...(publicUrl === undefined ? [] : [`The dashboard: ${publicUrl}/api/dashboard`]),
    `Run ${run.runId}, book ${mart.bookId}.`,
  ].join('\n');
  const report = await lake.read('reports', reportPath(mart.asOf, run.runId, 'html'));
  const sheets = await workbook(sheetsOf(mart));
  return {
    subject: `Loan book, ${nameOf(month)}: ${count('critical')} critical, ${count('warning')} warnings`,
    text,
    attachments: [
      ...(report === undefined ? [] : [attachment(`report_${mart.asOf}.html`, 'text/html', report)]),
      attachment(`kpis_${mart.asOf}.xlsx`, XLSX, sheets),
    ],
  };
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function attachment(name: string, contentType: string, bytes: Buffer): Mail['attachments'][number] {
  return { name, contentType, base64: bytes.toString('base64') };
}

const MONTH_BY_MONTH = 'table_monthly_fact';

/** Of the whole book: by payer there are tokens of customers. */
function sheetsOf(mart: KpiMart) {
  const months = mart.tables.filter(({ name, columns }) => name === MONTH_BY_MONTH && columns.length > 0);
  const whole = kpiSheets({ ...mart, breakdowns: [] }).filter(({ name }) => name !== 'breakdowns');
  return [...whole, ...months.map(tableSheet)];
}

/** How the KPIs stood at the end of that month. */
function rowsOf(month: Month, mart: KpiMart): KpiRow[] {
  const kpis = mart.kpis.filter(isTotal).flatMap((kpi) => resultOf(kpi, month, mart) ?? []);
  return kpiRows({ kpis, series: mart.series });
}

/** Of the same KPI in the same version, by the same model: others are no month of it. */
function resultOf(kpi: KpiResult, month: Month, mart: KpiMart): KpiResult | undefined {
  return [...mart.series, kpi]
    .filter(({ id, version, model }) => id === kpi.id && version === kpi.version && model === kpi.model)
    .filter((result) => isTotal(result) && monthOf(result.reportingDate) === month)
    .toSorted((a, b) => (a.reportingDate < b.reportingDate ? -1 : 1))
    .at(-1);
}

function lineOf(row: KpiRow, month: Month, mart: KpiMart): string {
  const kpi = mart.kpis.find(({ id, version }) => id === row.id && version === row.version);
  const before = [monthBefore(month), yearBefore(month)].flatMap((other) => {
    const result = kpi && resultOf(kpi, other, mart);
    return result === undefined ? [] : [`${nameOf(other)} ${kpiRow(result, [], DOCUMENTS).shown}`];
  });
  const sentence = row.reason === undefined ? row.sentence : `${row.sentence}: ${row.reason}`;
  return [sentence, ...before].join('; ');
}

function isOutside(status: KpiRow['status']): boolean {
  return status === 'critical' || status === 'warning';
}

function monthOf(day: LocalDate): Month {
  return day.slice(0, 7);
}

function monthBefore(month: Month): Month {
  return monthOf(addDays(LocalDate.parse(`${month}-01`), -1));
}

function yearBefore(month: Month): Month {
  return `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;
}

const MONTH_NAMES = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `November 2025` */
function nameOf(month: Month): string {
  return MONTH_NAMES.format(new Date(`${month}-01T00:00:00Z`));
}
