import type { Catalog } from './catalog.ts';
import {
  limitWords,
  measureWords,
  metricText,
  periodWords,
  type WayToKpi,
  wayFinder,
} from './definition-words.ts';
import type { KpiDefinition } from './kpi-definition.ts';

/** The catalogue as a Markdown page, so that the documents never say another thing than the definitions. */
export function catalogPage(catalog: Pick<Catalog, 'kpis' | 'former' | 'models'>): string {
  const { kpis, former, models } = catalog;
  const waysTo = wayFinder(models);
  const rows = kpis.map(
    (kpi) =>
      `| [\`${kpi.id}\`](#${anchorOf(kpi)}) | ${kpi.name} | ${kpi.nameEs} | ${kpi.department} | ${kpi.unit} | ${directionWords(kpi)} | ${limitWords(kpi)} | ${kpi.owner} | ${kpi.cadence} |`,
  );
  return [
    '# KPIs',
    'Generated from `shared/kpis/catalog`; edit the definitions, not this page. With the numbers of the day: `GET /api/catalog?format=html`.',
    'A ratio is divided once, from exact sums. Exactly on a limit is still the better status. A KPI whose data is missing or whose denominator is zero has no value and says why; it is never 0. A changed meaning is a new version; the former one is computed beside it.',
    ...dimensionTable(kpis),
    [
      '| id | name | nombre | department | unit | better | limits | owner | cadence |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
    ...kpis.map((kpi) => section(kpi, former, waysTo(kpi))),
    '',
  ].join('\n\n');
}

function dimensionTable(kpis: readonly KpiDefinition[]): string[] {
  const names = [...new Set(kpis.flatMap(({ dimensions }) => dimensions))].toSorted();
  if (names.length === 0) return [];
  const lines = names.map(
    (name) => `| ${name} | ${kpis.filter(({ dimensions }) => dimensions.includes(name)).length} |`,
  );
  return [['| dimension | KPIs that are divided by it |', '| --- | ---: |', ...lines].join('\n')];
}

function section(kpi: KpiDefinition, former: readonly KpiDefinition[], ways: readonly WayToKpi[]): string {
  const earlier = former.filter(({ id }) => id === kpi.id);
  return [
    `## ${kpi.id}`,
    '',
    `${kpi.name === kpi.nameEs ? kpi.name : `${kpi.name} (${kpi.nameEs})`}. ${kpi.formula}`,
    '',
    `- Version ${kpi.version}${kpi.provisional ? ', provisional' : ''}; department ${kpi.department}.`,
    ...computation(kpi),
    ...ways.map((way, index) => `- ${index === 0 ? 'Read' : 'Else read'} from ${wayWords(way)}.`),
    `- A row is a ${kpi.grain}; stale after ${kpi.freshness} hours.`,
    ...(kpi.ripens
      ? [
          '- Ripens: values go on changing after their period is over, so a new one is not held against those before.',
        ]
      : []),
    ...(kpi.periods === 'any' ? [] : [`- By period: ${periodWords(kpi)}.`]),
    ...(kpi.dimensions.length > 0 ? [`- Divided by ${kpi.dimensions.join(', ')}.`] : []),
    ...(kpi.contributors === undefined
      ? []
      : [`- The largest parts of its numerator are named by \`${kpi.contributors}\`, as pseudonyms.`]),
    ...earlier.map((version) => `- ${formerWords(version)}`),
  ].join('\n');
}

function computation(kpi: KpiDefinition): string[] {
  if (kpi.unavailable !== undefined) return [`- Not computable: ${kpi.unavailable}.`];
  return [
    `- Computed as \`${metricText(kpi)}\`, where`,
    ...Object.entries(kpi.measures).map(([name, measure]) => `  - \`${name}\`: ${measureWords(measure)}`),
    ...(kpi.requires ?? []).map((needed) =>
      'zero' in needed
        ? `- Has no value unless \`${needed.zero}\` is zero.`
        : `- Has no value while \`${needed.some}\` is zero.`,
    ),
  ];
}

function wayWords({ model, needs, optional }: WayToKpi): string {
  const ways = needs.map((datasets) => datasets.join(', ')).join(' or ');
  const more = optional.length === 0 ? '' : `; better with ${optional.join(', ')}`;
  return `\`${model}\` (needs ${ways}${more})`;
}

function formerWords(kpi: KpiDefinition): string {
  const how = kpi.unavailable === undefined ? `, computed as \`${metricText(kpi)}\`` : '';
  return `Former version ${kpi.version}${how}: ${kpi.formula}`;
}

function directionWords({ direction }: KpiDefinition): string {
  return { 'higher-is-better': 'higher', 'lower-is-better': 'lower', neutral: '' }[direction];
}

/** As GitHub makes anchors from headings: the point goes, the underscore stays. */
function anchorOf({ id }: KpiDefinition): string {
  return id.replaceAll('.', '');
}
