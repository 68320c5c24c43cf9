import { LocalDate } from '../domain/local-date.ts';
import { rational } from '../domain/rational.ts';
import type { QualityEntry } from '../ports/quality-log.ts';
import { coordinate, GRID } from './chart-look.ts';
import { type Html, html } from './escape-html.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

const BAR = { width: 7, step: 9 };
const HEIGHT = 26;

type Point = Pick<QualityEntry, 'score' | 'verdict' | 'landedAt'>;

/** Scores of the last files as small bars from 0 to 100, oldest first. One file is no trend. */
export function scoreTrend(files: readonly Point[], language: Language = DOCUMENTS): Html | undefined {
  if (files.length < 2) return undefined;
  const width = BAR.step * files.length - (BAR.step - BAR.width);
  const described = files.map((file) => inWords(file, language)).join(', ');
  const label = language.words.quality.scores(language.count(files.length), described);
  return html`<svg role="img" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" aria-label="${label}" style="display: block">
<line x1="0" x2="${width}" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}" stroke="${GRID}"></line>
${files.map((file, index) => bar(file, index, { isNewest: index === files.length - 1, language }))}</svg>`;
}

function inWords({ landedAt, score, verdict }: Point, { words: { quality }, day }: Language): string {
  const landed = day(LocalDate.parse(landedAt.slice(0, 10)));
  return `${landed} ${score ?? quality.noScore}${verdict === 'block' ? quality.rejectedMark : ''}`;
}

/** A rejected file is an outline, so that no colour is needed to tell it; one without a score is a dash. */
function bar(
  file: Point,
  index: number,
  { isNewest, language }: { isNewest: boolean; language: Language },
): Html {
  const isRejected = file.verdict === 'block';
  const height = file.score === undefined ? 1 : Math.max(1, coordinate(rational(file.score)) * 0.25);
  const [x, inset] = [BAR.step * index, isRejected ? 0.5 : 0];
  const filled = isNewest ? 'var(--chart-age3, #256899)' : 'var(--chart-age0, #8fb8d6)';
  const paint = isRejected
    ? html`fill="none" stroke="var(--critical, #a11616)"`
    : html`fill="${filled}" stroke="none"`;
  return html`<rect x="${x + inset}" y="${(HEIGHT - height - 0.5 + inset).toFixed(2)}" width="${BAR.width - 2 * inset}" height="${Math.max(0.5, height - 2 * inset).toFixed(2)}" ${paint}><title>${inWords(file, language)}</title></rect>
`;
}
