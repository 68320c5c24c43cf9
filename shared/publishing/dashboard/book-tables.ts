import type { DerivedTable, KpiMart } from '../../kpis/kpi-result.ts';
import { type Html, html } from '../escape-html.ts';
import type { Language } from '../language/language.ts';
import { wordFor } from '../language/names.ts';
import { hasColumns, isNumeric, shownCell, tableOf } from '../table-cells.ts';
import type { Figures } from './page-parts.ts';
import { PAPER_MONTHS } from './style.ts';

const MONTHS = 12;
const MOST_ROWS = 12;

/** The last months side by side, the newest first, a row for each measure: the way a month is read against the one before. */
export function monthlyTable(figures: Figures): Html {
  const { section, table: words } = figures.language.words;
  const table = tableOf(figures.mart, 'table_monthly_fact');
  if (!table || table.rows.length === 0) return absent(words.missing(section.monthly), table);
  const [first] = table.columns;
  if (!first || !hasColumns(table, [first.name])) return absent(words.missing(section.monthly), table);
  // The newest first: it must be in sight before anybody scrolls.
  const months = table.rows.slice(-MONTHS).toReversed();
  const { language } = figures;
  const head = months.map(
    (cells) => html`<th scope="col" class="number">${shownCell(cells[0], first.type, language)}</th>`,
  );
  const lines = table.columns.slice(1).map(({ name, type }, index) => {
    const cells = months.map(
      (month) => html`<td class="number">${shownCell(month[index + 1], type, language)}</td>`,
    );
    return html`<tr><th scope="row">${columnName(name, language)}</th>${cells}</tr>\n`;
  });
  const caption =
    months.length > PAPER_MONTHS
      ? html`<span class="no-print">${words.lastMonths(String(months.length))}</span><span class="on-paper">${words.lastMonths(String(PAPER_MONTHS))}</span>`
      : words.lastMonths(String(months.length));
  return html`<div class="panel wide">${scrolling(
    section.monthly,
    html`<table class="dense months">
<caption>${caption}</caption>
<thead><tr><th scope="col">${words.measure}</th>${head}</tr></thead>
<tbody>
${lines}</tbody></table>`,
    language,
  )}${downloads(table.name, figures)}</div>`;
}

/** A derived table as it is, its last rows where it is long, the newest first. */
export function bookTable(name: string, title: string, figures: Figures): Html {
  const { language } = figures;
  const { table: words } = language.words;
  const table = tableOf(figures.mart, name);
  if (!table || table.rows.length === 0) return absent(words.missing(title), table);
  const rows = table.rows.slice(-MOST_ROWS).toReversed();
  const caption =
    rows.length < table.rows.length
      ? words.more(language.count(rows.length), language.count(table.rows.length))
      : title;
  const head = table.columns.map(
    ({ name: column, type }) =>
      html`<th scope="col"${isNumeric(type) ? html` class="number"` : undefined}>${columnName(column, language)}</th>`,
  );
  const lines = rows.map(
    (cells) => html`<tr>${cells.map((cell, index) => cellOf(cell, index, table, language))}</tr>\n`,
  );
  return html`<div class="panel wide">${scrolling(
    title,
    html`<table class="dense">
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${lines}</tbody></table>`,
    language,
  )}${downloads(name, figures)}</div>`;
}

function cellOf(cell: string | null, index: number, table: DerivedTable, language: Language): Html {
  const type = table.columns[index]?.type ?? 'text';
  const shown = shownCell(cell, type, language);
  if (index === 0) return html`<th scope="row">${shown}</th>`;
  return isNumeric(type) ? html`<td class="number">${shown}</td>` : html`<td>${shown}</td>`;
}

/** Every KPI and every derived table as files for a spreadsheet. */
export function downloadList(mart: KpiMart, figures: Figures): Html {
  const { words } = figures.language;
  const tables = mart.tables
    .filter(({ columns }) => columns.length > 0)
    .map(
      ({ name, reason }) =>
        // A table with rows has a reason when it was cut.
        html`<li>${columnName(name.replace(/^table_/, ''), figures.language)}: ${formats(`exports/tables/${name}`, figures)}${reason && html` <span lang="en">(${reason})</span>`}</li>\n`,
    );
  return html`<section class="no-print"><h2>${words.table.exports}</h2>
<ul class="downloads">
<li>${words.table.allKpis}: ${formats('exports/kpis', figures)}</li>
${tables}</ul></section>`;
}

function downloads(name: string, figures: Figures): Html {
  return html`<p class="links no-print">${formats(`exports/tables/${name}`, figures)}</p>`;
}

function formats(path: string, { language, link, mart }: Figures): Html {
  const links = (['csv', 'xlsx'] as const).map(
    (format) =>
      html`<a href="${link(`${path}?format=${format}&asOf=${mart.asOf}`)}">${language.words.table.download(format.toUpperCase())}</a> `,
  );
  return html`${links}`;
}

/** A wide table moves within its own frame, also by keyboard. */
function scrolling(title: string, table: Html, { words }: Language): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.table.scroll(title)}">${table}</div>`;
}

function absent(sentence: string, table: DerivedTable | undefined): Html {
  const reason = table?.reason === undefined ? undefined : html` <span lang="en">${table.reason}</span>`;
  return html`<p class="chart-note">${sentence}${reason}</p>`;
}

/** Names of columns as people say them; one that nobody has named is its own words. */
export function columnName(column: string, { words }: Language): string {
  const plain = column.replaceAll('_', ' ');
  return wordFor(column, words.column) ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
