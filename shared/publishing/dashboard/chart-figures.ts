import { rational } from '../../domain/rational.ts';
import { ageingOf } from '../ageing.ts';
import { coordinate, LINE_LOOKS } from '../chart-look.ts';
import { ageingChart, barsChart, drawn, parTrendChart, trendChart } from '../charts.ts';
import { type Html, html } from '../escape-html.ts';
import type { Language } from '../language/language.ts';
import { parTrendOf } from '../par-trend.ts';
import { ROLL_SIZE, rollRatesOf, rollSpec, stateName } from '../roll-rates.ts';
import { rowsOf, tableOf } from '../table-cells.ts';
import { type Trend, trendOf, trendRows } from '../trend.ts';
import { VINTAGE_SIZE, vintageSpec, vintagesOf } from '../vintages.ts';
import type { Figures } from './page-parts.ts';
import type { TrendChart } from './views.ts';

// Pictures with a title, a text alternative, and their numbers as a table beneath.

/** PAR over time, and the balance by days past due: of the part that is shown where that can be told. */
export async function parFigures({ mart, part, language }: Figures): Promise<Html> {
  const trend = parTrendOf(part ?? mart, language);
  const ageing = ageingOf(part ?? mart, language);
  const { chart } = language.words;
  const buckets =
    ageing.kind === 'known'
      ? numbers(
          chart.numbers,
          [chart.bucket, chart.balance, chart.share],
          ageing.buckets.map(({ name, amount, share }) => [name, amount, share]),
        )
      : undefined;
  return html`<div class="charts">
${figure(chart.parTitle, await parTrendChart(trend, language), trendNumbers(trend, language))}
${figure(chart.ageingTitle, await ageingChart(ageing, language), buckets)}
</div>`;
}

/** Lines of the whole book; charts whose KPIs the catalogue does not have are left out. */
export async function trendFigures(
  charts: readonly TrendChart[],
  figures: Figures,
): Promise<Html | undefined> {
  const { mart, language } = figures;
  const names = new Map(figures.rows.map(({ id, name }) => [id, name]));
  const drawings = charts.flatMap(({ title, kpis }) => {
    const lines = kpis.flatMap((id) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ id, name }];
    });
    return lines.length === 0 ? [] : [{ title: language.words.trend[title], lines }];
  });
  if (drawings.length === 0) return undefined;
  const made: Html[] = [];
  for (const { title, lines } of drawings) {
    const trend = trendOf(mart, lines, { language, dates: TREND_DATES });
    const picture = await trendChart(trend, title, language);
    made.push(figure(title, html`${legend(trend)}${picture}`, trendNumbers(trend, language)));
  }
  return html`<div class="charts">
${made}</div>`;
}

/** Roll rates as a heat map, and the curves of the newest cohorts. */
export async function rollFigures({ mart, language }: Figures): Promise<Html> {
  return html`<div class="charts">
${await rollFigure(mart, language)}
${await vintageFigure(mart, language)}
</div>`;
}

async function rollFigure(mart: Figures['mart'], language: Language): Promise<Html> {
  const { chart, table } = language.words;
  const found = tableOf(mart, 'table_roll_matrix');
  const rates = found && rollRatesOf(found);
  if (!rates) return figure(chart.rollTitle, missing(table.missing(chart.rollAlt)), undefined);
  const shown = rates.shares.map((targets) =>
    targets.map((share) => (share ? language.value(share, 'percent', 2) : '–')),
  );
  const names = rates.states.map((state) => stateName(state, language));
  const words = names.map((name, row) => {
    const parts = rates.targets.map((to, column) => `${stateName(to, language)} ${shown[row]?.[column]}`);
    return `${name}: ${parts.join(', ')}.`;
  });
  const picture = await drawn(rollSpec(rates, language), chart.rollAlt, words.join(' '), ROLL_SIZE);
  const head = [`${chart.rollFrom} / ${chart.rollTo}`, ...rates.targets.map((to) => stateName(to, language))];
  return figure(
    chart.rollTitle,
    picture,
    numbers(
      chart.numbers,
      head,
      names.map((name, row) => [name, ...(shown[row] ?? [])]),
    ),
  );
}

async function vintageFigure(mart: Figures['mart'], language: Language): Promise<Html> {
  const { chart, table } = language.words;
  const found = tableOf(mart, 'table_vintages');
  const vintages = found ? vintagesOf(found) : [];
  if (vintages.length === 0)
    return figure(chart.vintageTitle, missing(table.missing(chart.vintageAlt)), undefined);
  const ends = vintages.map(({ cohort, points }) => {
    const last = points.at(-1);
    return [
      cohort,
      String(last?.month ?? 0),
      language.value(last?.share ?? rational(0), 'percent', 2),
    ] as const;
  });
  const words = ends.map(([cohort, month, share]) => `${cohort}: ${share} (${chart.monthsOnBook} ${month}).`);
  const picture = await drawn(
    vintageSpec(vintages, language),
    chart.vintageAlt,
    words.join(' '),
    VINTAGE_SIZE,
  );
  return figure(
    chart.vintageTitle,
    picture,
    numbers(chart.numbers, [chart.cohort, chart.monthsOnBook, chart.share], ends),
  );
}

/** Two years of months: the first months of a lender are so unlike the others that they would flatten all else. */
const TREND_DATES = 24;

const MOST_CLIENTS = 10;

/** The largest clients under their pseudonyms. */
export async function clientFigure({ mart, language }: Figures): Promise<Html> {
  const { chart, table } = language.words;
  const found = tableOf(mart, 'table_top_clients');
  const clients = (found ? rowsOf(found) : []).slice(0, MOST_CLIENTS).flatMap((row) => {
    const [name, balance, share] = [
      row.text('customer_id'),
      row.number('outstanding'),
      row.number('share_pct'),
    ];
    return name && balance && share ? [{ name, balance, share }] : [];
  });
  if (clients.length === 0) return html`${missing(table.missing(chart.clientsAlt))}`;
  const bars = clients.map(({ name, balance, share }) => ({
    name,
    amount: `${language.value(balance, 'usd', 2)} · ${language.value(share, 'percent', 2)}`,
    length: coordinate(share),
    colour: 'var(--chart-age3, #256899)',
  }));
  const words = bars.map(({ name, amount }) => `${name}: ${amount}`).join('; ');
  return figure(chart.clientsTitle, await barsChart(bars, chart.clientsAlt, `${words}.`), undefined);
}

/** Which line is which, by colour and by dashes. */
function legend(trend: Trend): Html {
  const items = trend.lines.map(({ name }, index) => {
    const { color, width, dash } = LINE_LOOKS[index] ?? LINE_LOOKS[2];
    return html`<li><svg width="30" height="8" aria-hidden="true"><line x1="0" x2="30" y1="4" y2="4" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash.join(' ')}"></line></svg> ${name}</li>\n`;
  });
  return html`<ul class="legend">
${items}</ul>`;
}

function trendNumbers(trend: Trend, language: Language): Html | undefined {
  const { chart, table, noValue } = language.words;
  if (trend.dates.length < 2) return undefined;
  const rows = trendRows(trend).map(({ date, shown }) => [
    language.day(date),
    ...shown.map((value) => value ?? noValue),
  ]);
  const head = [table.date, ...trend.lines.map(({ name }) => name)];
  return numbers(chart.lastDates(String(rows.length)), head, rows);
}

/** The numbers of a picture: the first column names the row, the others are numbers. */
function numbers(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Html {
  const lines = rows.map(([name = '', ...cells]) => {
    const values = cells.map((cell) => html`<td class="number">${cell}</td>`);
    return html`<tr><th scope="row">${name}</th>${values}</tr>\n`;
  });
  const titles = head.map((text, index) =>
    index === 0 ? html`<th scope="col">${text}</th>` : html`<th scope="col" class="number">${text}</th>`,
  );
  return html`<details><summary>${title}</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<caption class="unseen">${title}</caption>
<thead><tr>${titles}</tr></thead><tbody>
${lines}</tbody></table></div></details>`;
}

function figure(title: string, picture: Html, table: Html | undefined): Html {
  return html`<figure class="panel"><figcaption>${title}</figcaption>${picture}${table}</figure>\n`;
}

function missing(sentence: string): Html {
  return html`<p class="chart-note">${sentence}</p>`;
}
