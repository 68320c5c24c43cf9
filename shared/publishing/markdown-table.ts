/** Cells come escaped. A column whose title starts with `>` is aligned to the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = header.map((title) => title.replace(/^>/, ''));
  const rule = header.map((title) => (title.startsWith('>') ? '---:' : '---'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
