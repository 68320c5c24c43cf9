import { type Html, html } from '../escape-html.ts';
import { exactValueOf } from '../exact-value.ts';
import { type KpiRow, shownValue, statusWord } from '../kpi-row.ts';
import { toneOf } from '../kpi-tone.ts';
import { dimensionName, partName } from '../language/names.ts';
import { statusChip } from '../page.ts';
import { unbroken } from '../show-value.ts';
import { dashboardPath } from './address.ts';
import type { Figures } from './page-parts.ts';
import { dimensionsOf, resultsBy } from './part.ts';

/** A company divides everything; of the others the first is shown, and the filter has them all. */
const SHOWN_FIRST = ['company', 'product', 'segment'];
const MOST_COLUMNS = 4;
const MOST_PARTS = 8;

/** The key figures beside each other for the parts of one dimension; each part leads to its own page. */
export function partsTable(rows: readonly KpiRow[], figures: Figures): Html | undefined {
  const { choice, language, link, mart } = figures;
  if (choice.part) return undefined;
  const dimensions = dimensionsOf(mart);
  const dimension = SHOWN_FIRST.flatMap((name) => dimensions.find((known) => known.name === name) ?? []).find(
    ({ values }) => values.length > 1,
  );
  if (!dimension) return undefined;
  const columns = rows
    .map((row) => ({ row, results: resultsBy(mart, row.id, dimension.name) }))
    .filter(({ results }) => results.length > 0)
    .slice(0, MOST_COLUMNS);
  const [first] = columns;
  if (!first) return undefined;
  const parts = first.results.map((result) => result.dimension[dimension.name] ?? '').slice(0, MOST_PARTS);
  const name = dimensionName(dimension.name, language);
  const lines = parts.map((value) => {
    const part = { dimension: dimension.name, value };
    const cells = columns.map(({ row, results }) => {
      const result = results.find((candidate) => candidate.dimension[dimension.name] === value);
      const exact = result && exactValueOf(result);
      if (!result || !exact) return html`<td class="number" data-label="${row.name}">–</td>`;
      const chip = result.thresholds
        ? html` ${statusChip(toneOf(result.status), statusWord(result, language))}`
        : undefined;
      return html`<td class="number" data-label="${row.name}">${unbroken(shownValue(result, exact, language))}${chip}</td>`;
    });
    return html`<tr><th scope="row" class="lead"><a href="${link(dashboardPath({ ...choice, part }))}">${partName(value, language)}</a></th>${cells}</tr>\n`;
  });
  const { section, table } = language.words;
  return html`<h2>${section.parts}</h2>
<div class="panel wide"><table class="stack">
<caption>${table.partsCaption(name)}</caption>
<thead><tr><th scope="col">${name}</th>${columns.map(({ row }) => html`<th scope="col" class="number">${row.name}</th>`)}</tr></thead>
<tbody>
${lines}</tbody></table></div>`;
}
