import type { TopLevelSpec } from 'vega-lite';
import type { Ageing } from './ageing.ts';
import { ageingBars } from './ageing-chart.ts';
import { type Bar, barsSize, barsSpec } from './bars-chart.ts';
import { CHART_SIZE, type ChartSize, CONFIG } from './chart-look.ts';
import { escapeHtml, type Html, html, trustedMarkup } from './escape-html.ts';
import { inEnglish } from './in-english.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { remembering } from './remembering.ts';
import type { Trend } from './trend.ts';
import { trendSpec } from './trend-chart.ts';

// Charts are SVG made on the server, so a page needs no script and a printed report shows them. The library is
// loaded when the first chart is drawn: it takes 0.2 s, which a cold start need not pay.

/** Lines of PAR 90 and PAR 30 with their limits, or a sentence while there are no two dates to join. */
export async function parTrendChart(trend: Trend, language: Language = DOCUMENTS): Promise<Html> {
  const { words } = language;
  const [first] = trend.dates;
  if (first === undefined) return note(words.chart.noTrend);
  if (trend.dates.length === 1) return note(oneDateSentence(trend, first, language));
  return drawn(trendSpec(trend, { language }), words.chart.parAlt, trendInWords(trend, language));
}

/** Lines whose names are told beside the picture; at least two dates. */
export async function trendChart(trend: Trend, title: string, language: Language): Promise<Html> {
  const [first] = trend.dates;
  if (first === undefined) return note(language.words.chart.noLine(title));
  if (trend.dates.length === 1) return note(oneDateSentence(trend, first, language));
  return drawn(trendSpec(trend, { language, areNamed: false }), title, trendInWords(trend, language));
}

/** The outstanding balance by days past due, or why it cannot be shown. */
export async function ageingChart(ageing: Ageing, language: Language = DOCUMENTS): Promise<Html> {
  if (ageing.kind === 'unknown') {
    const why = ageing.why === undefined ? undefined : html`: ${inEnglish(ageing.why, language)}`;
    return note(html`${language.words.chart.noAgeing(ageing.gap)}${why}.`);
  }
  const words = ageing.buckets.map(({ name, amount, share }) => `${name}: ${amount}, ${share}`).join('; ');
  return barsChart(ageingBars(ageing.buckets), language.words.chart.ageingAlt, `${words}.`);
}

export async function barsChart(bars: readonly Bar[], title: string, words: string): Promise<Html> {
  return drawn(barsSpec(bars), title, words, barsSize(bars));
}

function note(sentence: string | Html): Html {
  return html`<p class="chart-note">${sentence}</p>`;
}

function oneDateSentence(trend: Trend, date: Trend['dates'][number], { words, day }: Language): string {
  const values = trend.lines
    .map((line) => words.chart.is(line.name, line.points[0]?.shown ?? words.noValue))
    .join(', ');
  return words.chart.oneDate(day(date), values);
}

function trendInWords(trend: Trend, { words, day }: Language): string {
  const sentences = trend.lines.flatMap(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return [];
    return [words.chart.went(name, first.shown, day(first.date), last.shown, day(last.date))];
  });
  return sentences.join(' ');
}

type Library = { vega: typeof import('vega'); vegaLite: typeof import('vega-lite') };
let library: Promise<Library> | undefined;

/** One after the other: the two share modules, and a module loader need not cope with linking them twice at once. */
async function loadLibrary(): Promise<Library> {
  const vega = await import('vega');
  return { vega, vegaLite: await import('vega-lite') };
}

/** A picture takes some 20 ms, and a page is asked for again and again over the same numbers. */
const MOST_PICTURES = 300;
const pictures = remembering<string>(MOST_PICTURES);

/** The picture of a specification, which holds all that is in it: the same one gives the same bytes. */
export async function drawn(
  spec: TopLevelSpec,
  title: string,
  words: string,
  size: ChartSize = CHART_SIZE,
): Promise<Html> {
  const svg = await pictures(JSON.stringify(spec), () => draw(spec));
  return accessible(svg, size, { title, words });
}

async function draw(spec: TopLevelSpec): Promise<string> {
  const { vega, vegaLite } = await (library ??= loadLibrary());
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
  try {
    return tidied(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Reads out as one image, so its marks need no words of their own; a hundredth of a pixel is as fine as anybody sees. */
function tidied(svg: string): string {
  return svg
    .replace(/ (?:role|aria-roledescription|aria-label|aria-hidden|pointer-events|font-family)="[^"]*"/g, '')
    .replace(/<path class="(?:back|fore)ground"[^>]*\/>/g, '')
    .replace(/transform="[^"]*"/g, (transform) => transform.replace(/(\.\d{2})\d+/g, '$1'));
}

/** The picture under its own opening tag: it scales to its column and reads out as one image with a description. */
function accessible(
  svg: string,
  { width, height }: ChartSize,
  { title, words }: { title: string; words: string },
): Html {
  const label = escapeHtml(`${title}. ${words}`);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" font-family="${CONFIG.font}" role="img" aria-label="${label}">`;
  return trustedMarkup(`${open}<title>${escapeHtml(title)}</title>${svg.slice(svg.indexOf('>') + 1)}`);
}
