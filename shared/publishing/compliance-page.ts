import type { ComplianceMonth } from '../compliance/compliance-month.ts';
import type { ReportOfMonth } from '../compliance/report-of-month.ts';
import { addDays, type LocalDate } from '../domain/local-date.ts';
import { DUTY_NAMES } from '../duties/daily-duties.ts';
import { type Html, html } from './escape-html.ts';
import { renderPage, statusChip, type Tone } from './page.ts';
import { showCount, showInstant, unbroken } from './show-value.ts';
import { stackedTable } from './stacked-table.ts';

/** The compliance report of a month as a page to read and to print. */
export function compliancePage({ report, sha256 }: ReportOfMonth): string {
  const title = `Compliance report, ${report.month}`;
  const body = html`<main>
<header>
<p class="brand">Abaco Loans Analytics · Compliance report</p>
<h1>${report.month}</h1>
</header>
${standing(report, sha256)}
<h2>Service levels</h2>
${serviceLevels(report)}
<h2>Incidents</h2>
${incidents(report)}
<h2>Data quality</h2>
${quality(report)}
<h2>Numbers that are others than they were</h2>
${restatements(report)}
<h2>Who did what over HTTP</h2>
${access(report)}
<h2>Duties of each morning</h2>
${duties(report)}
<h2>What the store does for the files</h2>
${protection(report)}
<h2>Secrets and when they run out</h2>
${credentials(report)}
</main>`;
  return renderPage({ title, body });
}

function standing({ isOver, madeAt, revision, previous }: ComplianceMonth, sha256: string | undefined): Html {
  const kept = sha256
    ? html`Kept in container <code>audit</code>; its sha256 is <code>${sha256}</code>.`
    : html`${isOver ? 'Nothing was kept of this month: this is what can still be told.' : 'The month goes on: this is how it stands.'}`;
  const chain = previous
    ? html`<li>The report before, of ${previous.month}, has the sha256 <code>${previous.sha256}</code>.</li>\n`
    : undefined;
  return html`<ul class="facts">
<li><strong>${kept}</strong></li>
<li>Made on ${unbroken(showInstant(madeAt))} by revision <code>${revision}</code>.</li>
${chain}</ul>`;
}

function serviceLevels({ serviceLevels: levels }: ComplianceMonth): Html {
  const rows = levels.map(({ promise, met, of, unit }) => {
    const [tone, word]: [Tone, string] =
      of === 0 ? ['quiet', 'not known'] : met === of ? ['good', 'kept'] : ['warning', 'not always kept'];
    return [html`${promise}`, html`${showCount(met)} of ${showCount(of)} ${unit}`, statusChip(tone, word)];
  });
  return html`${stackedTable('What was promised, and how often it was so', ['Promise', 'Kept', 'Status'], rows)}
<p class="small muted after">Availability and the times of answers over HTTP are measured from outside: the workbook has them.</p>`;
}

function incidents({ incidents: all }: ComplianceMonth): Html {
  if (all.length === 0) return html`<p>There was none.</p>`;
  const rows = all.map(({ id, severity, openedAt, resolvedAt }) => [
    html`<code>${id}</code>`,
    html`${severity}`,
    unbroken(showInstant(openedAt)),
    resolvedAt === undefined ? statusChip('warning', 'open') : unbroken(showInstant(resolvedAt)),
  ]);
  return stackedTable(
    'All that were open at some time of the month',
    ['Incident', 'Severity', 'Since', 'Until'],
    rows,
  );
}

function quality({ quality: datasets }: ComplianceMonth): Html {
  if (datasets.length === 0) return html`<p>No file came.</p>`;
  const rows = datasets.map((one) => [
    html`${one.dataset}`,
    ...[one.files, one.accepted, one.rejected, one.failed, one.rows, one.rejectedRows].map(
      (count) => html`${showCount(count)}`,
    ),
  ]);
  return stackedTable(
    'Files that landed, and what became of them and their rows',
    ['Dataset', 'Files', 'Accepted', 'Rejected', 'Failed', 'Rows', 'Rows rejected'],
    rows,
  );
}

function restatements({ restatements: { rolledBack, definitions } }: ComplianceMonth): Html {
  if (rolledBack.length + definitions.length === 0) return html`<p>There are none.</p>`;
  const files = rolledBack.map(
    ({ runId, dataset, by, at }) =>
      html`<li>A file of ${dataset} (<code>${runId}</code>) was rolled back by <bdi>${by}</bdi> on ${unbroken(showInstant(at))}.</li>\n`,
  );
  const changed = definitions.map(
    ({ kpi, from, to }) =>
      html`<li><code>${kpi}</code>: version ${to} in the place of version ${from}.</li>\n`,
  );
  return html`<ul class="facts">
${files}${changed}</ul>`;
}

function access({ access: found }: ComplianceMonth): Html {
  const { chain } = found;
  const lines = [
    `Acts: ${showCount(found.acts)}. Answered with an error: ${showCount(found.refused)}. With neither reason nor ticket: ${showCount(found.withoutReason)}. Without an outcome on record: ${showCount(found.withoutOutcome)}.`,
    `Looks at documents that may have a line for each person: ${showCount(found.looks)}.`,
    `Function keys that were used: ${showCount(found.keys)}.`,
    ...(found.notRead > 0 ? [`Records beyond what was read: ${showCount(found.notRead)}.`] : []),
    chain === undefined
      ? 'The record has not been walked yet.'
      : `Walked on ${showInstant(chain.walkedAt)}: ${chain.breaks === 0 ? 'it is as it was written' : `places that are not as they were written: ${showCount(chain.breaks)}`}${chain.newest === undefined ? '' : `, up to record ${chain.newest.number}, sha256 ${chain.newest.sha256}`}.`,
  ];
  const routes = Object.entries(found.byRoute).map(([route, count]) => [
    html`<code>${route}</code>`,
    html`${showCount(count)}`,
  ]);
  return html`<ul class="facts">
${lines.map((line) => html`<li>${unbroken(line)}</li>\n`)}</ul>
${routes.length === 0 ? undefined : stackedTable('By what was asked for', ['Route', 'Times'], routes)}`;
}

function duties({ duties: { days, missing, found } }: ComplianceMonth): Html {
  const rows = found.map(({ duty, fine, look, unknown }) => [
    html`${DUTY_NAMES[duty]}`,
    ...[fine, look, unknown].map((count) => html`${showCount(count)}`),
  ]);
  const gaps =
    missing.length === 0 ? 'Each day was looked at.' : `Nothing is kept of ${spansOf(missing).join(', ')}.`;
  return html`${stackedTable(`${showCount(days - missing.length)} of ${showCount(days)} days were looked at`, ['Duty', 'Days in order', 'Days with something to look at', 'Days not known'], rows)}
<p class="small muted after">${unbroken(gaps)} Backups: every file that landed lies in raw, and the newest three are read back and hashed.</p>`;
}

function protection({ protection: zones }: ComplianceMonth): Html {
  const word = (is: boolean | undefined): Html =>
    is === undefined ? html`not to be seen` : is ? statusChip('good', 'yes') : statusChip('warning', 'no');
  const rows = zones.map(({ zone, isEncrypted, keepsVersions, isImmutable, restorableDays }) => [
    html`<code>${zone}</code>`,
    word(isEncrypted),
    word(isImmutable),
    word(keepsVersions),
    html`${typeof restorableDays === 'number' ? `${restorableDays} days` : restorableDays}`,
  ]);
  return stackedTable(
    'Containers of files that nothing could replace, by their newest file',
    [
      'Container',
      'Encrypted where it lies',
      'Cannot be written over',
      'Has versions',
      'Deleted files come back for',
    ],
    rows,
  );
}

/** Days that follow each other, by the first and the last of them. */
function spansOf(days: readonly LocalDate[]): string[] {
  const spans: { from: LocalDate; to: LocalDate }[] = [];
  for (const day of days) {
    const newest = spans.at(-1);
    if (newest !== undefined && addDays(newest.to, 1) === day) newest.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
}

function credentials({ credentials: secrets, madeAt }: ComplianceMonth): Html {
  if (secrets.length === 0) return html`<p>The vault says of no secret when it runs out.</p>`;
  const rows = secrets.map(({ secret, runsOutAt }) => [
    html`<code>${secret}</code>`,
    unbroken(showInstant(runsOutAt)),
    runsOutAt <= madeAt ? statusChip('critical', 'has run out') : statusChip('good', 'runs'),
  ]);
  return stackedTable('By the day that the vault has', ['Secret', 'Runs out', 'Status'], rows);
}
