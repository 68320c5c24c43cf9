import type { RowRule } from './contract.ts';

/** A row rule as a sentence for the documents. */
export function ruleInWords(rule: RowRule): string {
  const fate = rule.severity === 'error' ? 'otherwise the row is set aside' : 'otherwise there is a warning';
  return `${sentence(rule)}; ${fate} (\`${rule.code}\`).`;
}

function sentence(rule: RowRule): string {
  switch (rule.kind) {
    case 'descending':
      return rule.columns.map(quoted).join(' >= ');
    case 'adds-up':
      return `${rule.parts.map(quoted).join(' + ')} is ${quoted(rule.total)}, give or take ${rule.within}`;
    case 'present-when-positive':
      return `${quoted(rule.column)} has a value exactly when ${quoted(rule.of)} is above zero`;
    case 'zero-when':
      return `${rule.columns.map(quoted).join(', ')}: zero where ${quoted(rule.when)} is true`;
    case 'includes':
      return `${quoted(rule.column)} is at least ${quoted(rule.part)}, which is part of it`;
    case 'at-most':
      return `${quoted(rule.column)} is at most ${quoted(rule.limit)}, give or take ${rule.within}`;
  }
}

function quoted(name: string): string {
  return `\`${name}\``;
}
