import { rational } from '../../domain/rational.ts';
import { type Html, html } from '../escape-html.ts';
import { percentOf, unbroken } from '../show-value.ts';
import type { Figures } from './page-parts.ts';

const SHOWN = ['risk.par_90', 'risk.par_30', 'port.outstanding'];
const MOST = 2;

/** Who makes up most of a number, under pseudonyms; nothing where no number has that. */
export function contributorTables({ mart, rows, language }: Figures): Html | undefined {
  const { table } = language.words;
  const tables = SHOWN.flatMap((id) => {
    const parts = mart.contributors.filter(({ kpi }) => kpi === id);
    const row = rows.find((candidate) => candidate.id === id);
    if (parts.length === 0 || !row) return [];
    const lines = parts.map(
      ({
        token,
        value,
        share,
      }) => html`<tr><th scope="row"><code>${token}</code></th><td class="number">${unbroken(language.value(rational(value), amountUnit(row.unit), 2))}</td><td class="number">${unbroken(percentOf(share, language))}</td></tr>
`,
    );
    return [
      html`<div class="panel"><table>
<caption>${table.contributorsCaption(row.name)}</caption>
<thead><tr><th scope="col">${table.contributor}</th><th scope="col" class="number">${table.amount}</th><th scope="col" class="number">${table.share}</th></tr></thead>
<tbody>
${lines}</tbody></table></div>
`,
    ];
  }).slice(0, MOST);
  if (tables.length === 0) return undefined;
  return html`<h2>${language.words.section.contributors}</h2>
<div class="charts">
${tables}</div>`;
}

/** The numerator of a share of the balance is an amount. */
function amountUnit(unit: Figures['rows'][number]['unit']): 'usd' | 'count' {
  return unit === 'count' ? 'count' : 'usd';
}
