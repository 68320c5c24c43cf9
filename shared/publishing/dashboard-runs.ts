import { runbookOf } from '../domain/problem.ts';
import { earlierRun } from '../pipeline/compare-runs.ts';
import { compareStages, STAGES } from '../pipeline/stages.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { DashboardInput } from './dashboard-page.ts';
import { type Html, html } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { statusChip, type Tone } from './page.ts';
import { showDuration } from './show-value.ts';

/** Every run with its file, its verdict, how far it came and what it left. */
export function runTrail({
  runs,
  now,
  link,
  language = DOCUMENTS,
}: Pick<DashboardInput, 'runs' | 'now' | 'link'> & { language?: Language }): Html {
  const { runs: words } = language.words;
  if (runs.length === 0) return html`<h2>${words.title}</h2>\n<p class="muted">${words.none}</p>`;
  return html`<h2>${words.title}</h2>
<div class="runs">
${runs.map((run) => runCard(run, { now, link, language, runs }))}</div>`;
}

type Surroundings = Pick<DashboardInput, 'now' | 'link' | 'runs'> & { readonly language: Language };

function runCard(run: RunRecord, { now, link, language, runs }: Surroundings): Html {
  const { runs: words } = language.words;
  const { instant, count, day } = language;
  return html`<article class="panel run">
<header><h3><bdi>${fileNameOf(run)}</bdi></h3>${statusChip(TONES[run.status], words[run.status])}</header>
<p class="where">${run.dataset} · <a href="${link(`runs/${run.runId}`)}">${run.runId}</a>${run.attempt > 1 ? words.attempt(count(run.attempt)) : ''}</p>
${badNews(run, language)}<dl>
${fact(words.asOf, run.asOf === undefined ? words.notKnown : day(run.asOf))}
${fact(words.rows, run.rows === undefined ? words.notCounted : count(run.rows))}
${fact(words.rejectedRows, run.rejectedRows === undefined ? words.notCounted : count(run.rejectedRows))}
${run.duplicates > 0 ? fact(words.dropped, run.duplicates === 1 ? words.once : words.times(count(run.duplicates))) : undefined}${fact(words.started, instant(run.startedAt))}
${fact(words.duration, durationOf(run, now, language))}
</dl>
<ol class="stages" aria-label="${words.stages}">
${STAGES.map(({ stage }) => stageItem(run, stage, language))}</ol>
${artifactLinks(run, { runs, link, language })}
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

/** The first problem of a rejected file in full, or what broke. They never look alike: the data is not the machine. */
function badNews(run: RunRecord, language: Language): Html | undefined {
  const { runs: words } = language.words;
  if (run.status === 'failed') {
    const message =
      run.lastError === undefined ? html`${words.noError}` : inEnglish(run.lastError.message, language);
    return html`<div class="notice critical"><p><strong>${words.machinery(run.lastError?.stage ?? run.stage)}</strong></p><p>${message}</p></div>\n`;
  }
  if (run.status !== 'rejected') return undefined;
  const [first] = run.problems;
  if (!first) return html`<div class="notice warning"><p>${words.refused}</p></div>\n`;
  const others = run.problems.length - 1;
  const more = others > 0 ? ` ${words.more(language.count(others), others === 1)}` : '';
  return html`<div class="notice warning"><p>${inEnglish(first.message, language)}</p><p class="small">${words.todo} <code>${runbookOf(first.code)}</code>.${more}</p></div>\n`;
}

function fact(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** From the first start to the end, or to now while it goes on. */
function durationOf(run: RunRecord, now: string, { words }: Language): string {
  const span = Date.parse(run.completedAt ?? now) - Date.parse(run.startedAt);
  return run.completedAt ? showDuration(span) : words.runs.soFar(showDuration(span));
}

type StageName = (typeof STAGES)[number]['stage'];

function stageItem(run: RunRecord, stage: StageName, language: Language): Html {
  const [tone, word] = progressOf(run, stage, language);
  return html`<li>${statusChip(tone, `${stage}: ${word}`)}</li>\n`;
}

function progressOf(run: RunRecord, stage: StageName, { words: { runs } }: Language): [Tone, string] {
  const order = compareStages(stage, run.stage);
  if (order < 0 || (order === 0 && run.status === 'success')) {
    const took = tookFor(run, stage);
    return ['good', took === undefined ? runs.done : runs.doneIn(took)];
  }
  if (order > 0) return ['quiet', run.status === 'running' ? runs.toCome : runs.notReached];
  return run.status === 'running'
    ? ['quiet', runs.underWay]
    : [TONES[run.status], runs.stageStatus[run.status]];
}

function tookFor(run: RunRecord, stage: StageName): string | undefined {
  const last = run.trail.findLast((entry) => entry.stage === stage);
  return last && showDuration(Date.parse(last.completedAt) - Date.parse(last.startedAt));
}

/** Only what the run has left by now: a link that leads nowhere is worse than none. */
function artifactLinks(
  run: RunRecord,
  { runs: shown, link, language }: Omit<Surroundings, 'now'>,
): Html | undefined {
  const { runs } = language.words;
  const hasReport = run.status === 'success' && run.bookId !== undefined;
  const hasEnded = run.status === 'success' || run.status === 'rejected';
  // What the machinery dropped before it was judged has a page that speaks of no verdict on the file.
  const isJudged = hasEnded || (run.status === 'failed' && compareStages(run.stage, 'validate') > 0);
  const artifacts = [
    ...(hasReport ? [[runs.report, 'report.html'] as const] : []),
    ...(isJudged ? [[runs.validationPage, 'validation_report.html'] as const] : []),
    ...(isJudged ? [[runs.validationJson, 'validation_report.json'] as const] : []),
    ...(hasEnded ? [[runs.summary, 'summary.json'] as const, [runs.manifest, 'manifest.json'] as const] : []),
  ];
  if (artifacts.length === 0) return undefined;
  const links = artifacts.map(
    ([title, name]) =>
      html`<a href="${link(`runs/${run.runId}/artifacts/${name}`)}" hreflang="en">${title}</a>\n`,
  );
  const before = hasReport ? earlierRun(run, shown) : undefined;
  const path = `runs/${run.runId}/compare?with=${before?.runId}&format=html&lang=${language.code}`;
  return html`<p class="links">${links}${before && html`<a href="${link(path)}">${runs.compare}</a>\n`}</p>`;
}
