import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DASHBOARDS, dashboardSections } from '../../scripts/dashboards.ts';
import { PROBLEM_CODES } from '../../shared/domain/problem.ts';
import { EVENT_NAMES } from '../../shared/ports/log.ts';
import { ALERT_RULES, queriesIn, queryOf, SAVED_FUNCTIONS } from '../support/kql/alert-rules.ts';
import { type Compile, kqlCompiler } from '../support/kql/kusto-language.ts';
import { QUERY_FAULTS } from '../support/kql/query-faults.ts';
import { loggedFields, queryFindings } from '../support/kql/query-findings.ts';
import { pathsBelow, ROOT } from '../support/source-files.ts';

// Queries against the schemas of their tables, and against the facts that the code logs.

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const panels = queriesIn('panels');
/** Written into templates, with the names that are put into them. */
const inTemplates = pathsBelow('infra')
  .filter((path) => path.endsWith('.bicep'))
  .flatMap((path) =>
    [...read(path).matchAll(/^\s+query: '([A-Z]\w+ \|.*)'$/gm)].map(([, query = '']) => [path, query]),
  );

let compile: Compile;
beforeAll(async () => {
  compile = await kqlCompiler();
});

describe('a query', () => {
  it.each([
    ...Object.entries(SAVED_FUNCTIONS),
    ...ALERT_RULES.map((rule) => [rule.name, queryOf(rule)]),
    ...panels,
    ...inTemplates,
  ])('%s is understood, and asks for what is logged', (name, query) => {
    const functions = name in SAVED_FUNCTIONS ? {} : SAVED_FUNCTIONS;

    expect(queryFindings(query, functions, compile)).toEqual([]);
  });

  it('is in a template too, where there is one for each queue', () => {
    expect(inTemplates.map(([path]) => path)).toContain('infra/modules/stage.bicep');
  });
});

describe('a fault in a query', () => {
  const texts = new Map([
    ...Object.entries(SAVED_FUNCTIONS),
    ...ALERT_RULES.map((rule): [string, string] => [rule.query, queryOf(rule)]),
    ...panels,
  ]);

  it.each(QUERY_FAULTS)('is found: $of: $put', ({ of, find, put }) => {
    const clean = texts.get(of) ?? '';
    expect(clean.split(find).length).toBeGreaterThan(1);
    const faulty = clean.replace(find, put);
    const functions = of in SAVED_FUNCTIONS ? {} : SAVED_FUNCTIONS;

    expect(queryFindings(faulty, functions, compile)).not.toEqual([]);
  });
});

describe('what queries quote', () => {
  it('are events, and every end of a run is looked for', () => {
    const quoted = [...queriesIn('alerts').values(), ...panels.values()].flatMap((query) =>
      EVENT_NAMES.filter((event) => query.includes(`"${event}"`)),
    );

    expect(new Set(quoted).size).toBeGreaterThan(15);
    for (const end of ['run.succeeded', 'run.rejected', 'run.failed', 'run.canceled'])
      expect(queriesIn('alerts').get('run_stuck')).toContain(`"${end}"`);
  });

  it('are problem codes that there are', () => {
    const codes = [...(queriesIn('alerts').get('must_never_happen') ?? '').matchAll(/"([a-z-]+-[a-z-]+)"/g)];

    expect(codes.length).toBeGreaterThan(3);
    for (const [, code] of codes) expect(PROBLEM_CODES).toContain(code);
  });
});

describe('the template of alerts', () => {
  const template = read('infra/modules/alerts.bicep');

  it('loads every query under its name', () => {
    for (const name of queriesIn('alerts').keys())
      expect(template).toMatch(
        new RegExp(`^  ${name}: .*loadTextContent\\('\\.\\./kql/alerts/${name}\\.kql'\\)`, 'm'),
      );
  });

  it('puts the sources that are in use where the query has them', () => {
    const [, place] = /dead_man: replace\(loadTextContent\('[^']+'\), '([^']+)'/.exec(template) ?? [];

    expect(
      queriesIn('alerts')
        .get('dead_man')
        ?.split(place ?? '?'),
    ).toHaveLength(2);
  });
});

describe('host.json', () => {
  it('never samples away what alerts read', () => {
    const { logging } = JSON.parse(read('host.json'));
    const { samplingSettings } = logging.applicationInsights;

    expect(samplingSettings.excludedTypes.split(';').toSorted()).toEqual([
      'Event',
      'Exception',
      'Request',
      'Trace',
    ]);
    expect(logging.logLevel.default).toBe('Information');
  });
});

describe('the workbook and the dashboard', () => {
  it.each(Object.entries(DASHBOARDS))(
    '%s is made of the panels: node scripts/dashboards.ts',
    (path, make) => {
      expect(JSON.parse(read(path))).toEqual(JSON.parse(make()));
    },
  );

  it('show every query once', () => {
    const shown = dashboardSections().flatMap(({ panels: own }) => own.map(({ query }) => query));

    expect(shown.toSorted()).toEqual([...panels.keys()]);
  });

  it('draw over time what has a time', () => {
    for (const { query, show } of dashboardSections().flatMap(({ panels: own }) => own)) {
      const { columns } = compile(panels.get(query) ?? '', SAVED_FUNCTIONS);
      expect([query, show === 'table' || columns.includes('TimeGenerated:datetime')]).toEqual([query, true]);
    }
  });
});

it('words are looked for where the code logs', () => {
  expect(loggedFields().has('durationMs')).toBe(true);
  expect(loggedFields().has('nonsense')).toBe(false);
});
