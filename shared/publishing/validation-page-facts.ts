import { multiply, rational } from '../domain/rational.ts';
import type { ValidationReport } from '../runs/documents.ts';
import { type Html, html } from './escape-html.ts';
import { statusChip, type Tone } from './page.ts';
import { showCount, showNumber, showValue, unbroken } from './show-value.ts';

// What was counted and summed while the file was read.

export function countsSection({ rows, tolerance, quarantinePath }: ValidationReport): Html {
  const { dropped = rows.identicalDuplicates } = rows;
  const kept = rows.read - rows.accepted - rows.rejected - dropped;
  const counts: readonly (readonly [string, number])[] = [
    ['Read', rows.read],
    ['Accepted', rows.accepted],
    ['Rejected', rows.rejected],
    ['Dropped, an earlier row speaks for them', dropped],
    // Of a file that was refused: nothing is wrong with them, and together the counts are those of the file.
    ...(kept > 0 ? [['Good, but not taken in', kept] as const] : []),
  ];
  const where = quarantinePath && html`<p class="small">In quarantine: <code>${quarantinePath}</code></p>`;
  return html`<h2>Rows</h2>
<div class="panel wide">
<dl class="counts">${counts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${showCount(count)}</dd></div>`)}</dl>
<p class="small muted">${rows.read === 0 ? 'No row was read.' : unbroken(`${percent(tolerance.rejectedShare)} of the rows were rejected; the contract tolerates ${percent(tolerance.maxRejectedShare)}.`)}</p>
${where}</div>`;
}

/** The file's columns against the contract's. */
export function columnsSection({ columns, problems, rows, verdict }: ValidationReport): Html {
  const named = (wanted: string): string[] =>
    problems.flatMap(({ code, column }) => (code === wanted && column !== undefined ? [column] : []));
  const refused = problems.some(({ code, severity }) => code === 'unexpected-column' && severity === 'error');
  const isUnread = verdict === 'rejected' && rows.read === 0;
  const nearest = new Map(columns.missing?.map((missing) => [missing.column, missing.nearest]));
  const lines = [
    ...named('missing-column').flatMap((column) => {
      const found = nearest.get(column);
      const hint = found === undefined ? '' : ` The file has "${found}".`;
      return lineFor([column], 'critical', 'missing', `The contract requires it.${hint}`);
    }),
    ...lineFor(named('duplicate-column'), 'critical', 'there twice', 'It is unclear which one counts.'),
    ...lineFor(
      columns.unexpected,
      refused ? 'critical' : 'quiet',
      'unknown',
      refused
        ? 'The contract allows no other columns.'
        : isUnread
          ? 'The contract does not know it.'
          : 'It was ignored.',
    ),
    ...lineFor(
      columns.missingOptional,
      'quiet',
      'absent',
      isUnread ? 'It is optional.' : 'It is optional, and empty in every row.',
    ),
  ];
  if (lines.length === 0) {
    if (isUnread) return html`<h2>Columns</h2>\n<p>Nothing was read, so the columns were not compared.</p>`;
    return html`<h2>Columns</h2>\n<p>No difference between the columns of the file and those of the contract was found.</p>`;
  }
  return html`<h2>Columns</h2>
<div class="panel wide"><table class="stack">
<thead><tr><th scope="col">Column</th><th scope="col">Difference</th><th scope="col">What it means</th></tr></thead>
<tbody>
${lines}</tbody>
</table></div>`;
}

/** Empty cells and exact sums by column. */
export function valuesSection({ nulls, controlTotals }: ValidationReport): Html {
  const empty = Object.entries(nulls).filter(([, count]) => count > 0);
  const totals = Object.entries(controlTotals);
  const emptyLines = empty.map(
    ([column, count]) =>
      html`<tr><td><code>${column}</code></td><td class="number">${showCount(count)}</td></tr>\n`,
  );
  const totalLines = totals.map(
    ([column, sum]) =>
      html`<tr><td><code>${column}</code></td><td class="number">${grouped(sum)}</td></tr>\n`,
  );
  return html`<h2>Values</h2>
<div class="charts">
<div class="panel"><h3>Empty cells in accepted rows</h3>
${emptyLines.length === 0 ? html`<p class="after">There are none.</p>` : plainTable('Empty cells', emptyLines)}</div>
<div class="panel"><h3>Control totals</h3>
${totalLines.length === 0 ? html`<p class="after">There are none.</p>` : plainTable('Sum', totalLines)}</div>
</div>`;
}

export function provenanceSection(report: ValidationReport): Html {
  return html`<h2>Where this comes from</h2>
<div class="panel wide"><dl>
<dt>Run</dt><dd><code>${report.runId}</code></dd>
<dt>File</dt><dd><bdi>${report.sourceFile}</bdi></dd>
<dt>Its sha256</dt><dd><code>${report.inputSha256}</code></dd>
<dt>Contract</dt><dd>${report.contract} version ${report.contractVersion}</dd>
</dl></div>`;
}

function lineFor(names: readonly string[], tone: Tone, word: string, meaning: string): Html[] {
  return names.map(
    (
      name,
    ) => html`<tr><td class="lead"><code>${name}</code></td><td data-label="Difference">${statusChip(tone, word)}</td><td data-label="What it means">${meaning}</td></tr>
`,
  );
}

function plainTable(amount: string, rows: readonly Html[]): Html {
  return html`<table>
<thead><tr><th scope="col">Column</th><th scope="col" class="number">${amount}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function grouped(sum: string): string {
  return showNumber(rational(sum), sum.split('.')[1]?.length ?? 0);
}

function percent(share: string): string {
  return showValue(multiply(rational(share), rational(100)), 'percent', 2);
}
