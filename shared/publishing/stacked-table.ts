import { type Html, html } from './escape-html.ts';

/** A table with a caption; on a phone the cells of a row stand below each other, each with its heading. */
export function stackedTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Html[])[],
): Html {
  const lines = rows.map(([first, ...cells]) => {
    const rest = cells.map((cell, index) => html`<td data-label="${head[index + 1]}">${cell}</td>`);
    return html`<tr><th scope="row" class="lead">${first}</th>${rest}</tr>\n`;
  });
  return html`<div class="panel wide"><table class="stack"><caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${lines}</tbody></table></div>`;
}
