import { runbookOf } from '../domain/problem.ts';
import { compareStages, STAGES } from '../pipeline/stages.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { DashboardInput } from './dashboard-page.ts';
import { type Html, html } from './escape-html.ts';
import { statusChip, type Tone } from './page.ts';
import { showCount, showDuration, showInstant } from './show-value.ts';

/** Every run with its file, its verdict, how far it came and what it left. */
export function runTrail({ runs, now, link }: Pick<DashboardInput, 'runs' | 'now' | 'link'>): Html {
  if (runs.length === 0) return html`<h2>Runs</h2>\n<p class="muted">No run is on record.</p>`;
  return html`<h2>Runs</h2>
<div class="runs">
${runs.map((run) => runCard(run, { now, link }))}</div>`;
}

type Surroundings = Pick<DashboardInput, 'now' | 'link'>;

function runCard(run: RunRecord, { now, link }: Surroundings): Html {
  return html`<article class="panel run">
<header><h3><bdi>${fileNameOf(run)}</bdi></h3>${statusChip(TONES[run.status], WORDS[run.status])}</header>
<p class="where">${run.dataset} · <a href="${link(`runs/${run.runId}`)}">${run.runId}</a>${run.attempt > 1 ? `, attempt ${run.attempt}` : ''}</p>
${badNews(run)}<dl>
${fact('As of', run.asOf ?? 'not known')}
${fact('Rows', run.rows === undefined ? 'not counted' : showCount(run.rows))}
${fact('Rejected rows', run.rejectedRows === undefined ? 'not counted' : showCount(run.rejectedRows))}
${run.duplicates > 0 ? fact('Dropped again', timesInWords(run.duplicates)) : undefined}${fact('Started', showInstant(run.startedAt))}
${fact('Duration', durationOf(run, now))}
</dl>
<ol class="stages" aria-label="Stages">
${STAGES.map(({ stage }) => stageItem(run, stage))}</ol>
${artifactLinks(run, link)}
</article>
`;
}

/** What follows `<source>/<dataset>/`, or the whole path when it is shorter. */
function fileNameOf({ drop }: RunRecord): string {
  return drop.path.split('/').slice(2).join('/') || drop.path;
}

const TONES: Readonly<Record<RunRecord['status'], Tone>> = {
  running: 'quiet',
  success: 'good',
  rejected: 'warning',
  failed: 'critical',
  canceled: 'quiet',
};

const WORDS: Readonly<Record<RunRecord['status'], string>> = {
  running: 'Running',
  success: 'Success',
  rejected: 'Rejected',
  failed: 'Failed',
  canceled: 'Canceled',
};

/** The first problem of a rejected file in full, or what broke. They never look alike: the data is not the machine. */
function badNews(run: RunRecord): Html | undefined {
  if (run.status === 'failed') {
    const message = run.lastError?.message ?? 'No error was recorded.';
    return html`<div class="notice critical"><p><strong>The machinery failed at ${run.lastError?.stage ?? run.stage}; the file is not at fault.</strong></p><p>${message}</p></div>\n`;
  }
  if (run.status !== 'rejected') return undefined;
  const [first] = run.problems;
  if (!first)
    return html`<div class="notice warning"><p>The file was refused; the validation report says why.</p></div>\n`;
  const others = run.problems.length - 1;
  const more =
    others > 0 ? ` ${others} more ${others === 1 ? 'problem' : 'problems'} in the validation report.` : '';
  return html`<div class="notice warning"><p>${first.message}</p><p class="small">What to do: <code>${runbookOf(first.code)}</code>.${more}</p></div>\n`;
}

function timesInWords(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

function fact(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** From the first start to the end, or to now while it goes on. */
function durationOf(run: RunRecord, now: string): string {
  const span = Date.parse(run.completedAt ?? now) - Date.parse(run.startedAt);
  return run.completedAt ? showDuration(span) : `${showDuration(span)} so far`;
}

type StageName = (typeof STAGES)[number]['stage'];

function stageItem(run: RunRecord, stage: StageName): Html {
  const [tone, word] = progressOf(run, stage);
  return html`<li>${statusChip(tone, `${stage}: ${word}`)}</li>\n`;
}

function progressOf(run: RunRecord, stage: StageName): [Tone, string] {
  const order = compareStages(stage, run.stage);
  if (order < 0 || (order === 0 && run.status === 'success')) return ['good', `done${tookFor(run, stage)}`];
  if (order > 0) return ['quiet', run.status === 'running' ? 'to come' : 'not reached'];
  return run.status === 'running' ? ['quiet', 'under way'] : [TONES[run.status], run.status];
}

function tookFor(run: RunRecord, stage: StageName): string {
  const last = run.trail.findLast((entry) => entry.stage === stage);
  return last ? ` in ${showDuration(Date.parse(last.completedAt) - Date.parse(last.startedAt))}` : '';
}

/** Only what the run has left by now: a link that leads nowhere is worse than none. */
function artifactLinks(run: RunRecord, link: DashboardInput['link']): Html | undefined {
  const hasReport = run.status === 'success' && run.bookId !== undefined;
  const hasEnded = run.status === 'success' || run.status === 'rejected';
  // What the machinery dropped before it was judged has a page that speaks of no verdict on the file.
  const isJudged = hasEnded || (run.status === 'failed' && compareStages(run.stage, 'validate') > 0);
  const artifacts = [
    ...(hasReport ? [['Executive report', 'report.html'] as const] : []),
    ...(isJudged ? [['Validation page', 'validation_report.html'] as const] : []),
    ...(isJudged ? [['Validation report (JSON)', 'validation_report.json'] as const] : []),
    ...(hasEnded ? [['Summary', 'summary.json'] as const, ['Manifest', 'manifest.json'] as const] : []),
  ];
  if (artifacts.length === 0) return undefined;
  const links = artifacts.map(
    ([title, name]) => html`<a href="${link(`runs/${run.runId}/artifacts/${name}`)}">${title}</a>\n`,
  );
  return html`<p class="links">${links}</p>`;
}
