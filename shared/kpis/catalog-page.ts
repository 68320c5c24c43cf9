import type { Catalog } from './catalog.ts';
import type { KpiDefinition, Measure } from './kpi-definition.ts';
import { type Model, relationsBehind } from './model-graph.ts';
import { datasetOfRelation } from './relations.ts';

/** The catalogue as a Markdown page, so that the documents never say another thing than the definitions. */
export function catalogPage({ kpis, models }: Catalog): string {
  const rows = kpis.map(
    (kpi) =>
      `| [\`${kpi.id}\`](#${anchorOf(kpi)}) | ${kpi.name} | ${kpi.unit} | ${directionWords(kpi)} | ${limits(kpi)} | ${kpi.owner} | ${kpi.cadence} |`,
  );
  return [
    '# KPIs',
    'Generated from `shared/kpis/catalog`; edit the definitions, not this page.',
    'A ratio is divided once, from exact sums. Exactly on a limit is still the better status. A KPI whose data is missing or whose denominator is zero has no value and says why; it is never 0.',
    [
      '| id | name | unit | better | limits | owner | cadence |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
    ...kpis.map((kpi) => section(kpi, models)),
    '',
  ].join('\n\n');
}

function section(kpi: KpiDefinition, models: readonly Model[]): string {
  const measures = Object.entries(kpi.measures).map(
    ([name, measure]) => `  - \`${name}\`: ${words(measure)}`,
  );
  const sources = kpi.models.map((model) => {
    const datasets = new Set(relationsBehind(model, models).map(datasetOfRelation));
    return `\`${model}\` (${[...datasets].join(', ')})`;
  });
  return [
    `## ${kpi.id}`,
    '',
    kpi.formula,
    '',
    `- Version ${kpi.version}${kpi.provisional ? ', provisional' : ''}; department ${kpi.department}.`,
    `- Computed as \`${metricText(kpi)}\`, where`,
    ...measures,
    ...(kpi.requires ?? []).map(({ zero }) => `- Has no value unless \`${zero}\` is zero.`),
    `- Read from ${sources.join(', else ')}.`,
  ].join('\n');
}

function metricText({ metric: { numerator, denominator, times } }: KpiDefinition): string {
  if (!denominator) return numerator.text;
  const ratio = `(${numerator.text}) / (${denominator.text})`;
  return times === undefined ? ratio : `${ratio} * ${times}`;
}

function words(measure: Measure): string {
  const what = 'sum' in measure ? `sum of \`${measure.sum}\`` : 'number of rows';
  return measure.where === undefined ? what : `${what} where \`${measure.where}\``;
}

function limits({ thresholds, direction }: KpiDefinition): string {
  if (!thresholds) return '';
  const side = direction === 'higher-is-better' ? 'below' : 'above';
  const { warning, critical } = thresholds;
  return `warning ${side} ${warning}${critical === undefined ? '' : `, critical ${side} ${critical}`}`;
}

function directionWords({ direction }: KpiDefinition): string {
  return { 'higher-is-better': 'higher', 'lower-is-better': 'lower', neutral: '' }[direction];
}

/** As GitHub makes anchors from headings: the point goes, the underscore stays. */
function anchorOf({ id }: KpiDefinition): string {
  return id.replaceAll('.', '');
}
