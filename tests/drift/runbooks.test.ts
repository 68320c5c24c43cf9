import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Route } from '../../functions/ops/route.ts';
import { ROUTES } from '../../functions/ops/routes.ts';
import { pipelineOptions } from '../../local/pipeline-options.ts';
import { PROBLEM_CODES } from '../../shared/domain/problem.ts';

// Whoever is sent to a runbook at night must find the page, and every command on it must work.

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = 'docs/runbooks';
/** What is done rather than mended: no problem has their code. */
const OPERATIONS = ['rollback-deployment'];
const HEADINGS = ['What you see', 'What it means', 'Who acts', 'What to do', 'How to know it is mended'];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = readdirSync(join(ROOT, FOLDER)).sort();
const TEXTS = PAGES.map((name) => ({ name, text: read(`${FOLDER}/${name}`) }));

/** What the pages mention, each with the page, so that a failure says where to look. */
function mentions(pattern: RegExp): { page: string; match: RegExpExecArray }[] {
  return TEXTS.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map((match) => ({ page: name, match })),
  );
}

describe('runbooks', () => {
  it('are there for every problem code and for what is done by hand, and for nothing else', () => {
    expect(PAGES).toEqual(
      [...[...PROBLEM_CODES, ...OPERATIONS].map((code) => `${code}.md`), 'README.md'].sort(),
    );
  });

  it.each(OPERATIONS)('the README leads to %s', (page) => {
    expect(read(`${FOLDER}/README.md`)).toContain(`](${page}.md)`);
  });

  it.each([...PROBLEM_CODES, ...OPERATIONS])(
    '%s has its title, and all headings in order with something beneath',
    (code) => {
      const [title, ...sections] = read(`${FOLDER}/${code}.md`).split(/^## /m);

      expect(title).toMatch(new RegExp(`^# ${code}: \\S[^\\n]*\\n\\s*$`));
      expect(sections.map((section) => section.split('\n')[0])).toEqual(HEADINGS);
      for (const section of sections) expect(section.split('\n').slice(1).join('').trim()).not.toBe('');
    },
  );

  it.each([...PROBLEM_CODES, ...OPERATIONS])(
    '%s quotes what a person sees, and numbers the steps',
    (code) => {
      const text = read(`${FOLDER}/${code}.md`);

      expect(text).toMatch(/^> \S/m);
      expect(text.split('## What to do')[1]).toMatch(/^1\. \S/m);
    },
  );

  it('are all in the table, once each and in the order of the codes', () => {
    const listed = [...read(`${FOLDER}/README.md`).matchAll(/^\| \[([a-z0-9-]+)\]\(([^)]+)\) \|/gm)];

    expect(listed.map(([, code]) => code)).toEqual([...PROBLEM_CODES]);
    for (const [, code, target] of listed) expect(target).toBe(`${code}.md`);
  });

  it('have every cell of their row in a table', () => {
    const ragged = TEXTS.flatMap(({ name, text }) =>
      [...text.matchAll(/^\|.*\|\n\|-[-|]*\|\n(?:\|.*\n)+/gm)].flatMap(([table]) => {
        const [head = '', , ...rows] = table
          .trim()
          .split('\n')
          .map((row) => row.replaceAll('\\|', '/'));
        return rows.filter((row) => cells(row) !== cells(head)).map((row) => `${name}: ${row}`);
      }),
    );

    expect(ragged).toEqual([]);
  });

  it('link to files that exist', () => {
    const links = mentions(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g);

    expect(links.length).toBeGreaterThan(PROBLEM_CODES.length);
    const broken = links.filter(({ match }) => !exists(join(FOLDER, match[1] ?? '')));
    expect(broken.map(({ page, match }) => `${page}: ${match[1]}`)).toEqual([]);
  });

  it('name folders of the source that exist', () => {
    const paths = mentions(/`((?:shared|functions|local|docs|tests)\/[^`\s]*)`/g);

    const gone = paths.filter(({ match }) => !exists(match[1] ?? ''));
    expect(gone.map(({ page, match }) => `${page}: ${match[1]}`)).toEqual([]);
  });
});

describe('commands in runbooks', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));

  it('are scripts of package.json', () => {
    const commands = mentions(/npm (?:run ([\w:-]+)|(start|test)\b)/g);

    expect(commands.length).toBeGreaterThan(0);
    const unknown = commands.filter(({ match }) => !Object.hasOwn(scripts, match[1] ?? match[2] ?? ''));
    expect(unknown.map(({ page, match }) => `${page}: ${match[0]}`)).toEqual([]);
  });

  it('call the pipeline with options that it takes', () => {
    const calls = mentions(/npm run pipeline -- ([^`\n]+)/g);

    expect(calls.length).toBeGreaterThan(0);
    for (const { match } of calls)
      expect(() => pipelineOptions((match[1] ?? '').trim().split(/\s+/))).not.toThrow();
  });
});

describe('requests in runbooks', () => {
  // In code spans as `GET /api/…`; in a shell line as part of an address, where the method is GET.
  const requests = mentions(/(?:\b(GET|POST|PUT|DELETE|PATCH) )?\/api\/([^\s`"?]+)(?:\?([^\s`"]*))?/g);

  it('go to routes that are registered, with their method', () => {
    expect(requests.length).toBeGreaterThan(PROBLEM_CODES.length);
    const unknown = requests.filter(({ match }) => routeOf(match) === undefined);
    expect(unknown.map(({ page, match }) => `${page}: ${match[0]}`)).toEqual([]);
  });

  it('have queries that the route understands', () => {
    const wrong = requests.filter(({ match }) => {
      const query = Object.fromEntries(new URLSearchParams(match[3] ?? ''));
      const schema = routeOf(match)?.query ?? z.object({});
      return match[3] !== undefined && !schema.strict().safeParse(query).success;
    });
    expect(wrong.map(({ page, match }) => `${page}: ${match[0]}`)).toEqual([]);
  });

  it('fetch documents that runs leave', () => {
    const source = ['close-run', 'publish', 'validate']
      .map((name) => read(`shared/pipeline/${name}.ts`))
      .join();
    const documents = mentions(/\/artifacts\/([a-z_]+\.[a-z]+)/g);

    expect(documents.length).toBeGreaterThan(0);
    const unknown = documents.filter(({ match }) => !source.includes(`'${match[1]}'`));
    expect(unknown.map(({ page, match }) => `${page}: ${match[1]}`)).toEqual([]);
  });
});

function routeOf([, method = 'GET', path = '']: RegExpExecArray): Route | undefined {
  const wanted = path.split('/');
  return ROUTES.find((route) => {
    const parts = route.path.split('/');
    const fits = parts.every((part, index) => part.startsWith('{') || part === wanted[index]);
    return route.method === method && parts.length === wanted.length && fits;
  });
}

function cells(row: string): number {
  return row.split('|').length;
}

function exists(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false }) !== undefined;
}
