import { type Html, html } from './escape-html.ts';
import type { Provenance } from './report-model.ts';
import { showCount, showDay } from './show-value.ts';

/** Where the numbers come from: enough to compute each of them again. */
export function provenanceSection(provenance: Provenance): Html {
  const { definitions, book } = provenance;
  const versions = definitions.map(({ id, version }) => `${id} v${version}`).join(', ');
  return html`<h2>Where the numbers come from</h2>
<div class="panel wide">
<dl>
<dt>Run</dt><dd><code>${provenance.runId}</code>, attempt ${provenance.attempt}</dd>
<dt>Input file</dt><dd><bdi>${provenance.inputFile}</bdi> (${provenance.dataset}, contract ${provenance.contract})</dd>
<dt>Its sha256</dt><dd><code>${provenance.inputSha256}</code></dd>
<dt>Book</dt><dd><code>${provenance.bookId}</code></dd>
<dt>KPI catalogue</dt><dd><code>${provenance.catalogSha256}</code></dd>
<dt>Definitions</dt><dd>${versions}</dd>
<dt>Revision</dt><dd><code>${provenance.revision}</code></dd>
</dl>
<h3 class="spaced">Snapshots in the book</h3>
<table class="stack">
<caption>Each file that the numbers were computed from</caption>
<thead><tr><th scope="col">Dataset</th><th scope="col">As of</th><th scope="col">Contract</th><th scope="col" class="number">Rows</th><th scope="col">sha256</th></tr></thead>
<tbody>
${book.map(
  (
    entry,
  ) => html`<tr><td class="lead">${entry.dataset}</td><td data-label="As of" class="date">${showDay(entry.asOf)}</td><td data-label="Contract">version ${entry.contractVersion}</td><td class="number" data-label="Rows">${showCount(entry.rows)}</td><td data-label="sha256"><code>${entry.sha256}</code></td></tr>
`,
)}</tbody>
</table>
</div>`;
}
