import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

// The workbook in Azure and the dashboard for Grafana show the same panels over the same queries. Both are made here
// from infra/dashboards/panels.json and infra/kql/panels: `node scripts/dashboards.ts` writes them.

const INFRA = join(import.meta.dirname, '../infra');

export type Section = z.infer<typeof Section>;
const Panel = z.strictObject({
  query: z.string().regex(/^[a-z_]+$/),
  title: z.string(),
  show: z.enum(['table', 'line', 'bars']),
  unit: z.string().optional(),
});
const Section = z.strictObject({ title: z.string(), text: z.string(), panels: z.array(Panel) });
type Panel = z.infer<typeof Panel>;

/** The panels, as both show them. */
export function dashboardSections(): readonly Section[] {
  return Section.array().parse(JSON.parse(readFileSync(join(INFRA, 'dashboards/panels.json'), 'utf8')));
}

function queryOf({ query }: Panel): string {
  return readFileSync(join(INFRA, `kql/panels/${query}.kql`), 'utf8').trimEnd();
}

/** Its place in the repository, and its text: what is deployed, and what is imported into Grafana. */
export const DASHBOARDS = {
  'infra/workbooks/abaco.json': () => text(workbook(dashboardSections())),
  'infra/dashboards/abaco.json': () => text(grafana(dashboardSections())),
} as const;

/** Azure's own format; the template puts the workspace in. */
function workbook(sections: readonly Section[]): unknown {
  const time = {
    type: 9,
    content: {
      version: 'KqlParameterItem/1.0',
      parameters: [
        {
          id: 'time',
          version: 'KqlParameterItem/1.0',
          name: 'Time',
          label: 'Time',
          type: 4,
          isRequired: true,
          value: { durationMs: 86_400_000 },
          typeSettings: {
            selectableValues: [3_600_000, 14_400_000, 86_400_000, 604_800_000, 2_592_000_000].map(
              (durationMs) => ({
                durationMs,
              }),
            ),
            allowCustom: true,
          },
        },
      ],
      style: 'pills',
      queryType: 0,
      resourceType: 'microsoft.operationalinsights/workspaces',
    },
    name: 'time',
  };
  const items = sections.flatMap(({ title, text: words, panels }) => [
    { type: 1, content: { json: `## ${title}\n${words}` }, name: title },
    ...panels.map((panel) => ({
      type: 3,
      content: {
        version: 'KqlItem/1.0',
        query: queryOf(panel),
        size: 0,
        title: panel.title,
        timeContextFromParameter: 'Time',
        queryType: 0,
        resourceType: 'microsoft.operationalinsights/workspaces',
        visualization: { table: 'table', line: 'timechart', bars: 'barchart' }[panel.show],
      },
      customWidth: panel.show === 'table' ? '100' : '50',
      name: panel.query,
    })),
  ]);
  return {
    version: 'Notebook/1.0',
    items: [time, ...items],
    fallbackResourceIds: ['__WORKSPACE_ID__'],
    isLocked: false,
  };
}

const WIDTH = 24;
const HEIGHT = 8;

/** For import; Grafana asks for its data source (Azure Monitor) and for the workspace. */
function grafana(sections: readonly Section[]): unknown {
  const datasource = { type: 'grafana-azure-monitor-datasource', uid: '\u0024{DS_AZURE_MONITOR}' };
  let y = 0;
  let id = 0;
  const panels = sections.flatMap(({ title, panels: own }) => {
    const row = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: WIDTH, h: 1 },
      panels: [],
    };
    const shown = own.map((panel) => {
      const gridPos = { x: 0, y, w: WIDTH, h: HEIGHT };
      y += HEIGHT;
      return {
        id: ++id,
        type: panel.show === 'table' ? 'table' : 'timeseries',
        title: panel.title,
        datasource,
        gridPos,
        fieldConfig: {
          defaults: {
            ...(panel.unit !== undefined && { unit: panel.unit }),
            ...(panel.show === 'bars' && {
              custom: { drawStyle: 'bars', fillOpacity: 60, stacking: { mode: 'normal' } },
            }),
          },
          overrides: [],
        },
        options: {},
        targets: [
          {
            refId: 'A',
            datasource,
            queryType: 'Azure Log Analytics',
            azureLogAnalytics: {
              query: queryOf(panel),
              resources: ['$workspace'],
              resultFormat: panel.show === 'table' ? 'table' : 'time_series',
              dashboardTime: true,
              timeColumn: 'TimeGenerated',
            },
          },
        ],
      };
    });
    return [row, ...shown];
  });
  return {
    __inputs: [
      {
        name: 'DS_AZURE_MONITOR',
        label: 'Azure Monitor',
        type: 'datasource',
        pluginId: 'grafana-azure-monitor-datasource',
        pluginName: 'Azure Monitor',
      },
    ],
    title: 'Abaco pipeline',
    uid: 'abaco-pipeline',
    schemaVersion: 39,
    tags: ['abaco'],
    timezone: 'utc',
    refresh: '5m',
    time: { from: 'now-24h', to: 'now' },
    templating: {
      list: [
        { name: 'workspace', label: 'Resource id of the workspace', type: 'textbox', query: '', current: {} },
      ],
    },
    panels,
  };
}

function text(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [path, make] of Object.entries(DASHBOARDS)) writeFileSync(join(INFRA, '..', path), make());
}
