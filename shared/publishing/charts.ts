import type { TopLevelSpec } from 'vega-lite';
import type { Ageing } from './ageing.ts';
import { ageingSpec } from './ageing-chart.ts';
import { CHART_SIZE } from './chart-look.ts';
import { escapeHtml, type Html, html, trustedMarkup } from './escape-html.ts';
import type { ParTrend } from './par-trend.ts';
import { trendSpec } from './trend-chart.ts';

// Charts are SVG made on the server, so a page needs no script and a printed report shows them. The library is
// loaded when the first chart is drawn: it takes 0.2 s, which a cold start need not pay.

/** Lines of PAR 90 and PAR 30 with their limits, or a sentence while there are no two dates to join. */
export async function parTrendChart(trend: ParTrend): Promise<Html> {
  const [first] = trend.dates;
  if (first === undefined) return note('No PAR has been computed yet, so there is no trend to show.');
  if (trend.dates.length === 1) return note(oneDateSentence(trend, first));
  return draw(trendSpec(trend), 'PAR trend', trendInWords(trend));
}

/** The outstanding balance by days past due, or why it cannot be shown. */
export async function ageingChart(ageing: Ageing): Promise<Html> {
  if (ageing.kind === 'unknown') return note(`No ageing: ${ageing.reason}.`);
  const words = ageing.buckets.map(({ name, amount, share }) => `${name}: ${amount}, ${share}`).join('; ');
  return draw(ageingSpec(ageing.buckets), 'Ageing of the outstanding balance', `${words}.`);
}

function note(sentence: string): Html {
  return html`<p class="chart-note">${sentence}</p>`;
}

function oneDateSentence(trend: ParTrend, date: string): string {
  const values = trend.lines.map((line) => `${line.name} is ${line.points[0]?.shown}`).join(', ');
  return `There is one reporting date so far, ${date}: ${values}. A trend needs two.`;
}

function trendInWords(trend: ParTrend): string {
  const sentences = trend.lines.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return `${name} went from ${first?.shown} on ${first?.date} to ${last?.shown} on ${last?.date}.`;
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

async function draw(spec: TopLevelSpec, title: string, words: string): Promise<Html> {
  const { vega, vegaLite } = await (library ??= loadLibrary());
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
  try {
    return accessible(await view.toSVG(), title, words);
  } finally {
    view.finalize();
  }
}

/** The picture under its own opening tag: it scales to its column and reads out as one image with a description. */
function accessible(svg: string, title: string, words: string): Html {
  const { width, height } = CHART_SIZE;
  const label = escapeHtml(`${title}. ${words}`);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`;
  return trustedMarkup(`${open}<title>${escapeHtml(title)}</title>${svg.slice(svg.indexOf('>') + 1)}`);
}
