import type { RunId } from '../domain/ids.ts';
import { rational } from '../domain/rational.ts';
import type { QualityEntry } from '../ports/quality-log.ts';
import { coordinate, GRID, INK, MUTED } from './chart-look.ts';
import { type Html, html } from './escape-html.ts';
import { statusChip } from './page.ts';
import { showCount, showInstant } from './show-value.ts';

export type QualityPoint = Pick<
  QualityEntry,
  'runId' | 'attempt' | 'landedAt' | 'score' | 'verdict' | 'rows'
>;

const MOST_BARS = 12;
const PLOT = { left: 34, top: 18, height: 100, bar: 18, step: 27 };
const WIDTH = PLOT.left + PLOT.step * MOST_BARS;
const HEIGHT = PLOT.top + PLOT.height + 26;

/** The score of this file beside those of the files before it. */
export function scoreSection(
  runId: RunId,
  score: string | undefined,
  history: readonly QualityPoint[],
): Html {
  const earlier = earlierFiles(runId, history);
  const own = score === undefined ? 'Nothing could be evaluated, so there is no score.' : `${score} of 100.`;
  const how =
    'The share of the expectations that are met, those that stop a file weighing three times as much, times the share of the rows that were not rejected.';
  if (earlier.length === 0) {
    return html`<h2>Quality score</h2>
<div class="panel wide"><p><strong>${own}</strong></p><p class="small muted">${how} It is the first file of its contract, so there is no history.</p></div>`;
  }
  return html`<h2>Quality score</h2>
<div class="panel wide"><p><strong>${own}</strong></p><p class="small muted">${how}</p>
<figure style="margin: 0"><figcaption>This file and the ${showCount(earlier.length)} before it</figcaption>
${chart(score, earlier)}</figure>
${numbers(earlier)}</div>`;
}

/** Oldest first, each run once by its newest attempt. */
function earlierFiles(runId: RunId, history: readonly QualityPoint[]): QualityPoint[] {
  const runs = new Map<RunId, QualityPoint>();
  for (const point of history) {
    const known = runs.get(point.runId);
    if (point.runId !== runId && (known === undefined || known.attempt < point.attempt)) {
      runs.set(point.runId, point);
    }
  }
  return [...runs.values()]
    .toSorted((a, b) => (a.landedAt < b.landedAt ? -1 : a.landedAt > b.landedAt ? 1 : 0))
    .slice(1 - MOST_BARS);
}

/** A bar for each file; blocked ones are outlined and marked, so that no colour is needed to tell them. */
function chart(own: string | undefined, earlier: readonly QualityPoint[]): Html {
  const bars = [
    ...earlier.map(({ score, verdict, landedAt }) => ({
      score,
      isOwn: false,
      isBlocked: verdict === 'block',
      day: landedAt.slice(0, 10),
    })),
    { score: own, isOwn: true, isBlocked: false, day: 'this file' },
  ];
  const described = bars.map(({ day, score }) => `${day} ${score ?? 'no score'}`).join(', ');
  const base = PLOT.top + PLOT.height;
  return html`<svg class="chart" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-label="Quality scores, oldest first: ${described}" font-size="9" style="max-width: 640px">
${[0, 50, 100].map((value) => gridLine(value))}
${bars.map((bar, index) => barMarks(bar, PLOT.left + PLOT.step * index, base))}<text x="${PLOT.left}" y="${HEIGHT - 3}" fill="${MUTED}">${bars[0]?.day}</text>
<text x="${PLOT.left + PLOT.step * (bars.length - 1) + PLOT.bar}" y="${HEIGHT - 3}" text-anchor="end" fill="${INK}">this file</text>
</svg>
`;
}

function gridLine(value: number): Html {
  const y = PLOT.top + PLOT.height - value;
  return html`<line x1="${PLOT.left}" x2="${WIDTH}" y1="${y}" y2="${y}" stroke="${GRID}"></line><text x="${PLOT.left - 5}" y="${y + 3}" text-anchor="end" fill="${MUTED}">${value}</text>
`;
}

function barMarks(
  bar: { score: string | undefined; isOwn: boolean; isBlocked: boolean; day: string },
  x: number,
  base: number,
): Html {
  const { score, isOwn, isBlocked, day } = bar;
  const height = score === undefined ? 0 : coordinate(rational(score));
  const top = (base - height).toFixed(1);
  const fill = isBlocked ? 'none' : isOwn ? 'var(--chart-age3, #256899)' : 'var(--chart-age0, #8fb8d6)';
  const stroke = isBlocked ? 'var(--critical, #a11616)' : 'none';
  const label = `${score ?? '–'}${isBlocked ? ' ×' : ''}`;
  return html`<g><title>${day}: ${score ?? 'no score'}${isBlocked ? ', blocked' : ''}</title><rect x="${x}" y="${top}" width="${PLOT.bar}" height="${height}" fill="${fill}" stroke="${stroke}"></rect><text x="${x + PLOT.bar / 2}" y="${top}" dy="-4" text-anchor="middle" font-size="8" fill="${INK}">${label}</text></g>
`;
}

function numbers(earlier: readonly QualityPoint[]): Html {
  const rows = earlier
    .toReversed()
    .map(
      ({ landedAt, score, verdict, rows, runId }) =>
        html`<tr><td>${showInstant(landedAt)}</td><td class="number">${score ?? 'no score'}</td><td>${verdict === 'promote' ? statusChip('good', 'promoted') : statusChip('critical', 'blocked')}</td><td class="number">${showCount(rows)}</td><td><code>${runId}</code></td></tr>\n`,
    );
  return html`<details class="no-print"><summary>The earlier scores as numbers</summary>
<table><thead><tr><th scope="col">Landed</th><th scope="col" class="number">Score</th><th scope="col">Verdict</th><th scope="col" class="number">Accepted rows</th><th scope="col">Run</th></tr></thead>
<tbody>
${rows}</tbody></table></details>`;
}
