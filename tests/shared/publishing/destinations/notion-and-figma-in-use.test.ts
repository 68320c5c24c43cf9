import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp, type Deps } from '../../../../shared/app.ts';
import { readConfig } from '../../../../shared/config.ts';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import { loadCatalog } from '../../../../shared/kpis/catalog.ts';
import { deliver, previewDelivery, resendDelivery } from '../../../../shared/pipeline/deliver.ts';
import type { DestinationName } from '../../../../shared/ports/deliveries.ts';
import { FRONT } from '../../../../shared/publishing/destinations/figma/figma-comment.ts';
import {
  FigmaExport,
  LAYERS,
  MONTHS,
} from '../../../../shared/publishing/destinations/figma/figma-export.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../../support/a-pipeline.ts';
import { parFile } from '../../../support/small-files.ts';
import { ROOT } from '../../../support/source-files.ts';

// From the settings to what is in use, over a book that came through the pipeline.

const DAY = LocalDate.parse('2026-01-15');
const PAGE = '0123456789abcdef0123456789ABCDEF';
const SETTINGS = {
  DESTINATIONS: 'notion, figma',
  NOTION_TOKEN: 'ntn_a-token',
  NOTION_REPORTS_PAGE_ID: PAGE,
  FIGMA_TOKEN: 'figd_a-token',
  FIGMA_FILE_KEY: 'AbC123',
};

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('SECRETLOAN'));
});

async function depsWith(settings: Record<string, string> = {}): Promise<Deps> {
  const env = { DataStorage: pipeline.storage, PII_KEY: TEST_PSEUDONYM_KEY, ...SETTINGS, ...settings };
  const { destinations } = (await buildApp(env, pipeline.deps.clock)).depsFor(pipeline.deps.log);
  return { ...pipeline.deps, destinations };
}

const idOf = (destination: DestinationName) => ({ destination, subject: { kind: 'day', day: DAY } }) as const;

describe('settings', () => {
  const problemsOf = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig({ DataStorage: 'UseDevelopmentStorage=true', PII_KEY: TEST_PSEUDONYM_KEY, ...env });
      return [];
    } catch (error) {
      return Object(error).problems;
    }
  };

  it('must say below which page the reports lie, and which file shows the KPIs', () => {
    expect(problemsOf({ DESTINATIONS: 'notion,figma' })).toEqual([
      expect.stringMatching(/^NOTION_REPORTS_PAGE_ID is not set/),
      expect.stringMatching(/^FIGMA_FILE_KEY is not set/),
    ]);
    expect(problemsOf(SETTINGS)).toEqual([]);
  });

  it.each([
    ['NOTION_REPORTS_PAGE_ID', `https://www.notion.so/Reports-${PAGE}`],
    ['NOTION_DATABASE_ID', '../users'],
    ['FIGMA_FILE_KEY', 'AbC123/../me'],
    ['FIGMA_DASHBOARD_FRAME_ID', 'frame'],
  ])('%s must be an id and no more: %s', (name, value) => {
    expect(problemsOf({ ...SETTINGS, [name]: value })).toContainEqual(
      expect.stringMatching(`^${name}: it must`),
    );
  });

  it('may have a frame as the address has it', () => {
    const env = { DataStorage: 'UseDevelopmentStorage=true', PII_KEY: TEST_PSEUDONYM_KEY, ...SETTINGS };

    expect(readConfig({ ...env, FIGMA_DASHBOARD_FRAME_ID: '12-345' }).destinations.figma).toMatchObject({
      frameId: '12:345',
      baseUrl: 'https://api.figma.com',
    });
  });
});

describe.each(['notion', 'figma'] as const)('%s', (name) => {
  it('is shown beforehand as it would be sent: aggregates alone', async () => {
    const content = await previewDelivery(idOf(name), await depsWith());

    expect(content?.body).toContain('risk.par_30');
    expect(content?.body).not.toMatch(/SECRETLOAN|_a-token/);
  });

  it('reaches the hosts of its service and no others, whatever the settings say', async () => {
    const deps = await depsWith({ [`${name.toUpperCase()}_BASE_URL`]: 'https://elsewhere.example' });
    await deps.deliveries.save(
      { ...idOf(name), status: 'due', tries: 0, since: `${DAY}T00:00:00Z`, plannedAt: `${DAY}T00:00:00Z` },
      undefined,
    );

    expect(await deliver(idOf(name), deps)).toMatchObject({
      status: 'due',
      detail: 'EgressRefused: elsewhere.example is not among the hosts that may be reached',
    });
  });

  it('without its token keeps what is due, and says which secret is missing', async () => {
    const deps = await depsWith({ [`${name.toUpperCase()}_TOKEN`]: '' });
    await resendDelivery(idOf(name), deps);

    expect(await deliver(idOf(name), deps)).toMatchObject({
      status: 'due',
      detail: expect.stringContaining(`secret ${name}-token is not in`),
    });
  });
});

it('the page about them shows the document for plugins as it is', () => {
  const page = readFileSync(join(ROOT, 'docs/decisions/notion-and-figma.md'), 'utf8');
  const [, example = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];

  expect(FigmaExport.strict().parse(JSON.parse(example))).toEqual(JSON.parse(example));
});

it('what Figma is told by name is in the catalogue', async () => {
  const { kpis, models } = await loadCatalog();

  expect(kpis.map(({ id }) => id)).toEqual(expect.arrayContaining([...FRONT, ...Object.values(LAYERS)]));
  expect(models.map(({ name }) => name)).toContain(MONTHS);
});
