import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ROOT } from './bundle.ts';
import { runToExit } from './script-failed.ts';

// What no compiler and no test sees: code that nothing uses, licences that the product may not have, links in documents that
// lead nowhere, and secrets. `npm run audit:code` does it after format, lint and types; a workflow does so every week. Prints what
// it finds, a line each, and ends with 1 if there is anything.

const HELP = `Audits what no compiler and no test sees.

Usage: node scripts/audit-code.ts [--root FOLDER]

  --root   the repository; without it the one that this script is in`;

let root: string = ROOT;

const SOURCES = ['functions', 'shared', 'local', 'scripts', 'bench'];
const DOCUMENTS = ['.', 'docs', 'infra', 'shared/domain'];

/** Exported for what is no source: tests make pages of them, or hold the product against them. */
const KEPT: Readonly<Record<string, string>> = {
  contractsPage: 'docs/contracts.md is made of it',
  catalogPage: 'docs/kpis.md is made of it',
  EXAMPLE_ROWS: 'the rows of docs/contracts.md',
  mergeMeasureRows: 'measures of parts add up to those of the whole, which other engines rely on',
  twinRolls: 'the transitions of the twin, beside those of the models',
};

/** They come with what is deployed, and the bundle leaves them out, to which `tests/e2e/bundle.test.ts` holds it. */
const LEFT_OUT = new Set(['node_modules/buffers']);

/** Licences that ask for no more than that they are named; of two, one that is here. */
const LICENCES = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT/X11'],
  ...['Unlicense', 'Zlib'],
]);

const EXPORT = /^export (?:async )?(?:const|function\*?|class|type|interface) ([A-Za-z_$][\w$]*)/gm;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm;

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
});
const Licensed = z.looseObject({
  license: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
  licenses: z.array(z.looseObject({ type: z.string() })).optional(),
});

/** What services make, told by its first letters and its length; and keys of storage accounts and private keys. */
const SECRET = new RegExp(
  [
    '(xox[abprs]-)\\d{9,}-[\\w-]{20,}',
    '(https://hooks\\.slack\\.com/services/)T\\w{8,}/B\\w{8,}/\\w{20,}',
    '(gh[pousr]_)[A-Za-z0-9]{36,}',
    '(github_pat_)\\w{50,}',
    '(sk-(?:proj-)?)[A-Za-z0-9_-]{32,}',
    '(AKIA)[A-Z0-9]{16}\\b',
    '(AIza)[\\w-]{35}',
    '(figd_)[\\w-]{30,}',
    '((?:ntn|secret)_)[A-Za-z0-9]{40,}',
    '(pat-(?:na|eu)\\d-)[0-9a-f]{8}-[0-9a-f-]{27}',
    '(EAA)[A-Za-z0-9]{80,}',
    '(AccountKey=)[A-Za-z0-9+/]{86}==',
    '(SharedAccessSignature|[?&]sig=)[A-Za-z0-9%+/]{40,}',
    '(-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----)(?:\\s|\\\\n)*[A-Za-z0-9+/]{20,}',
  ].join('|'),
  'g',
);
/** The key of every storage emulator, which Microsoft has published. */
const EMULATOR_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq';

const LINK = /\]\((?!https?:|mailto:)([^)\s]*)\)/g;

await runToExit(() => {
  const { values } = parseArgs({ options: { root: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return Promise.resolve(0);
  }
  root = values.root ?? ROOT;
  const found = [...unusedExports(), ...licences(), ...deadLinks(), ...secrets()];
  for (const line of found) console.log(line);
  console.log(found.length === 0 ? 'Nothing was found.' : `${found.length} found.`);
  return Promise.resolve(found.length === 0 ? 0 : 1);
});

/** A name that stands nowhere but where it is declared. */
function unusedExports(): string[] {
  const files = SOURCES.flatMap((folder) => filesBelow(folder, '.ts')).filter(
    (path) => !path.includes('/assembly/'),
  );
  const texts = new Map(files.map((path) => [path, read(path).replace(COMMENT, '')]));
  const uses = new Map<string, number>();
  for (const text of texts.values())
    for (const [name] of text.matchAll(/[A-Za-z_$][\w$]*/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const exported = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(EXPORT)].map(([, name = '']) => ({ path, name })),
  );
  const unused = exported.filter(({ name }) => uses.get(name) === 1 && !Object.hasOwn(KEPT, name));
  // They stand here once more.
  const isListed = texts.has('scripts/audit-code.ts');
  const kept = Object.keys(KEPT).filter((name) => isListed && uses.get(name) !== 2);
  return [
    ...unused.map(({ path, name }) => `${path}: nothing uses ${name}. Delete it.`),
    ...kept.map((name) => `scripts/audit-code.ts: ${name} is used, or gone. Take it off the list.`),
  ];
}

/** Of everything that is deployed. */
function licences(): string[] {
  const { packages } = Lock.parse(JSON.parse(read('package-lock.json')));
  return Object.entries(packages).flatMap(([path, { license, dev, optional }]) => {
    // What is for other machines is neither here nor deployed.
    const isElsewhere = optional === true && !existsSync(join(root, path));
    if (path === '' || dev === true || isElsewhere || LEFT_OUT.has(path)) return [];
    const named = license ?? licenceIn(path);
    if (named !== undefined && isAllowed(named)) return [];
    return [
      `${path}: its licence, ${named ?? 'which it does not name'}, is not among those that are allowed.`,
    ];
  });
}

/** Packages name theirs in one of three ways, or in a file. */
function licenceIn(path: string): string | undefined {
  const file = join(path, 'package.json');
  if (!existsSync(join(root, file))) return undefined;
  const { license, licenses = [] } = Licensed.parse(JSON.parse(read(file)));
  if (typeof license === 'string') return license;
  return license?.type ?? licenses.at(0)?.type ?? licenceFile(path);
}

function licenceFile(path: string): string | undefined {
  const name = readdirSync(join(root, path)).find((file) => /^licen[cs]e/i.test(file));
  return name !== undefined && /permission is hereby granted, free of charge/i.test(read(join(path, name)))
    ? 'MIT'
    : undefined;
}

function isAllowed(expression: string): boolean {
  const names = expression.replace(/[()]/g, '');
  return names.includes(' OR ')
    ? names.split(' OR ').some((name) => LICENCES.has(name))
    : names.split(' AND ').every((name) => LICENCES.has(name));
}

/** Links from a document to a file, or to a heading of it. */
function deadLinks(): string[] {
  const documents = [...DOCUMENTS.flatMap((folder) => filesIn(folder)), ...filesBelow('docs', '.md')].filter(
    (path) => path.endsWith('.md'),
  );
  return [...new Set(documents)].flatMap((document) =>
    [...read(document).matchAll(LINK)].flatMap(([, target = '']) => {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? document : relative(root, join(root, dirname(document), path));
      if (!existsSync(join(root, file))) return [`${document}: ${target} leads nowhere.`];
      if (heading === undefined || statSync(join(root, file)).isDirectory()) return [];
      return headingsOf(read(file)).has(heading) ? [] : [`${document}: ${file} has no heading ${heading}.`];
    }),
  );
}

/** As GitHub names them. */
function headingsOf(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, title = ''] of text.matchAll(/^#+ (.+)$/gm)) {
    const name = title
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let unique = name;
    for (let count = 1; names.has(unique); count += 1) unique = `${name}-${count}`;
    names.add(unique);
  }
  return names;
}

/** Wherever anybody could have left one; a developer's own settings are not in the repository. */
function secrets(): string[] {
  const ignored = existsSync(join(root, '.gitignore')) ? read('.gitignore').split('\n') : [];
  const folders = [...SOURCES, 'tests', 'infra', 'docs', '.github'].flatMap((folder) => filesBelow(folder));
  return [...folders, ...filesIn('.').filter((path) => !ignored.includes(path))]
    .filter((path) => !/\.(?:wasm|parquet|xlsx|zip|png|gz)$|-wasm\.ts$/.test(path))
    .flatMap((path) => {
      const text = read(path);
      // In the whole text, since a private key has lines.
      return [...text.matchAll(SECRET)]
        .filter(([found]) => !found.includes(EMULATOR_KEY))
        .map((match) => {
          const line = text.slice(0, match.index).split('\n').length;
          const kind = match.slice(1).find((one) => one !== undefined);
          return `${path}:${line}: this looks like a secret (${kind}…). Renew it, and keep it in the vault.`;
        });
    });
}

function filesBelow(folder: string, ending = ''): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`)
    .filter((path) => ending !== '' || statSync(join(root, path)).isFile());
}

function filesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => (folder === '.' ? name : `${folder}/${name}`));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
