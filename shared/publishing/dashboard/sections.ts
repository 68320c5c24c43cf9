import { type Html, html } from '../escape-html.ts';
import { byGroup, type KpiRow } from '../kpi-row.ts';
import { bookTable, downloadList, monthlyTable } from './book-tables.ts';
import { clientFigure, parFigures, rollFigures, trendFigures } from './chart-figures.ts';
import { contributorTables } from './contributors-table.ts';
import {
  attentionSection,
  departmentGroups,
  moversTable,
  proofLine,
  restatedTable,
} from './executive-sections.ts';
import { figuresTable } from './figures-table.ts';
import type { Figures } from './page-parts.ts';
import { partsTable } from './parts-table.ts';
import { tiles } from './tile.ts';
import { listsFigure, type Section, VIEW_OF } from './views.ts';

/** Everything of a view that is made of numbers, the key figures first. */
export async function numberSections(figures: Figures): Promise<Html> {
  const { choice, language, link, mart } = figures;
  const view = VIEW_OF[choice.view];
  const { section, page } = language.words;
  const own = view.tiles.flatMap((id) => figures.rows.find((row) => row.id === id) ?? []);
  const made: (Html | undefined)[] = [];
  if (view.sections.includes('state'))
    made.push(html`<h2>${section.state}</h2>\n${attentionSection(figures)}`);
  if (own.length > 0) made.push(html`<h2>${section.strip}</h2>\n${tiles(own, figures)}`);
  for (const name of view.sections) made.push(await sectionOf(name, figures));
  const trends = await trendFigures(view.trends, figures);
  if (trends) made.push(html`<h2>${section.trends}</h2>\n${trends}`);
  if (own.length > 0) made.push(partsTable(own, figures));
  made.push(allFigures(figures));
  if (choice.view !== 'operations') made.push(downloadList(mart, figures));
  if (choice.view === 'executive') {
    made.push(
      html`<p class="no-print"><a href="${link(`reports/${mart.asOf}`)}" hreflang="en">${page.report}</a></p>`,
    );
  }
  return html`${made.map((part) => html`${part}\n`)}`;
}

async function sectionOf(name: Section, figures: Figures): Promise<Html | undefined> {
  const { section } = figures.language.words;
  switch (name) {
    case 'par':
      return html`<h2>${section.par}</h2>\n${await parFigures(figures)}`;
    case 'rolls':
      return html`<h2>${section.rolls}</h2>\n${await rollFigures(figures)}`;
    case 'clients':
      return html`<h2>${section.clients}</h2>\n<div class="charts">${await clientFigure(figures)}</div>
${contributorTables(figures)}`;
    case 'movers':
      return html`<h2>${section.movers}</h2>\n${moversTable(figures)}`;
    case 'restated':
      return restatedTable(figures);
    case 'proof':
      return proofLine(figures);
    case 'monthly':
      return html`<h2>${section.monthly}</h2>\n${monthlyTable(figures)}`;
    case 'scorecard':
      return html`<h2>${section.scorecard}</h2>\n${bookTable('table_quarterly_scorecard', section.scorecard, figures)}`;
    // The first stands before the tiles, the others are made from something else than numbers.
    case 'state':
    case 'departments':
    case 'quality':
    case 'runs':
      return undefined;
  }
}

/** The executive view has the departments and then everything; the others what is theirs. */
function allFigures(figures: Figures): Html | undefined {
  const { choice, facts, language, rows } = figures;
  const { section } = language.words;
  const view = VIEW_OF[choice.view];
  if (choice.view === 'operations') return undefined;
  if (choice.view === 'executive') {
    return html`<h2>${section.departments}</h2>
${figuresTable(departmentGroups(figures), figures)}
<h2>${section.figures}</h2>
<details class="all"><summary>${section.figures} (${language.count(rows.length)})</summary>
${figuresTable(byGroup(rows), figures)}</details>`;
  }
  const listed: readonly KpiRow[] = rows.filter(({ id }) => listsFigure(view, id, facts.get(id)?.department));
  if (listed.length === 0) return undefined;
  return html`<h2>${section.figures}</h2>\n${figuresTable(byGroup(listed), figures)}`;
}
