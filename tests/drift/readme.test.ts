import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ROUTES } from '../../functions/ops/routes.ts';
import { HELP } from '../../local/generate/command-options.ts';
import { CONTRACTS } from '../../shared/contracts/registry.ts';

// What the first pages say must be what there is: newcomers believe them.

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/architecture.md',
  'docs/compliance.md',
  'docs/disaster-recovery.md',
  'docs/migration.md',
  'docs/operations.md',
  'docs/risks.md',
  'docs/decisions/README.md',
  'infra/README.md',
];

describe('the README', () => {
  it('lists every dataset beside its source, and no other', () => {
    const listed = [...README.matchAll(/^\| `(\w+)\/` \| (.*) \|$/gm)].flatMap(([, source, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${source}/${name}`),
    );

    const datasets: string[] = CONTRACTS.map(({ dataset }) => dataset);
    expect(listed.toSorted()).toEqual([...new Set(datasets)].toSorted());
  });

  it('lists every request that the product answers', () => {
    const paths = ROUTES.map(({ method, path }) => `${method} ${path}`);

    expect(paths.filter((path) => !README.includes(`\`${path}`))).toEqual([]);
  });

  it.each(['functions', 'shared'])('names every folder of %s, and no other', (parent) => {
    const [, tree = ''] = README.split(new RegExp(`^${parent}/ .*$`, 'm'));
    const [below = ''] = tree.split(/^\w/m);
    const named = [...below.matchAll(/^ {2}(\w+)\/ /gm)].map(([, folder]) => folder);

    const folders = readdirSync(join(ROOT, parent), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(new Set(named)).toEqual(new Set(folders.map(({ name }) => name)));
  });

  it('names options of the generator that there are', () => {
    const [, table = ''] = README.split('option of `npm run generate`');
    const named = [...(table.split('\n\n')[0] ?? '').matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);

    expect(named).toEqual(
      expect.arrayContaining(['--formats', '--par-rows', '--bad-share', '--pii', '--loan-rows', '--plant']),
    );
    expect(named.filter((option) => !HELP.includes(`  ${option} `))).toEqual([]);
  });
});

describe.each(PAGES)('%s', (page) => {
  it('runs scripts that there are', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));

    const run = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('asks for nothing that the product does not answer', () => {
    const paths = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const asked = [...read(page).matchAll(/`(GET|POST) \/api\/([^`?\s]+)/g)].map(
      ([, method, path = '']) => `${method} ${path}`,
    );

    expect(asked.filter((request) => !paths.some((path) => answers(path, request)))).toEqual([]);
  });

  it('asks with all that an answer takes, and with nothing else', () => {
    const wrong = [...read(page).matchAll(/`(GET|POST) \/api\/([^`?\s]+)\?([^`\s]*)/g)].flatMap(
      ([request, method, path = '', query]) => {
        const route = ROUTES.find((other) => answers(`${other.method} ${other.path}`, `${method} ${path}`));
        const shape: Readonly<Record<string, z.ZodType>> = route?.query.shape ?? {};
        const given = [...new URLSearchParams(query).keys()];
        const missing = Object.keys(shape).filter(
          (name) => !given.includes(name) && !shape[name]?.safeParse(undefined).success,
        );
        const unknown = given.filter((name) => !(name in shape));
        return [...missing, ...unknown].map((name) => `${request}: ${name}`);
      },
    );

    expect(wrong).toEqual([]);
  });

  it('names files and folders of the repository that exist', () => {
    const named = [
      ...read(page).matchAll(/`((?:functions|shared|local|infra|tests|docs|scripts|\.github)\/[^`*\s…<]+)`/g),
    ];

    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('leads to files that exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);

    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((target) => !existsSync(join(ROOT, page, '..', target)))).toEqual([]);
  });
});

/** `GET runs/{runId}` answers `GET runs/{runId}` as well as `GET runs/run_0123456789ab`. */
function answers(path: string, request: string): boolean {
  const [ours, theirs] = [path.split('/'), request.split('/')];
  return (
    ours.length === theirs.length &&
    ours.every((segment, index) => segment.startsWith('{') || segment === theirs[index])
  );
}
