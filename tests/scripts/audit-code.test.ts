import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-audit-'));
  await put('package-lock.json', JSON.stringify({ packages: { '': {} } }));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}
const audit = (...args: string[]) => runScript('scripts/audit-code.ts', args, { folder: dir });
const found = async (): Promise<string[]> => {
  const { code, stdout } = await audit('--root', dir);
  const lines = stdout.trim().split('\n').slice(0, -1);
  expect(code).toBe(lines.length === 0 ? 0 : 1);
  return lines;
};

describe('the audit of the code', () => {
  it('finds nothing in this repository', async () => {
    expect(await audit()).toMatchObject({ code: 0, stdout: 'Nothing was found.\n' });
  });

  it('finds what is exported and used by nobody, also where a comment names it', async () => {
    await put('shared/a.ts', 'export const used = 1;\n// unused\nexport function unused(): void {}\n');
    await put('shared/b.ts', "import { used } from './a.ts';\nconsole.log(used);\n");
    await put('tests/a.test.ts', "import { unused } from '../shared/a.ts';\nunused();\n");

    expect(await found()).toEqual(['shared/a.ts: nothing uses unused. Delete it.']);
  });

  it('finds licences of what is deployed that are not allowed, or not named', async () => {
    const packages = {
      '': {},
      'node_modules/good': { license: '(MIT OR GPL-3.0-or-later)' },
      'node_modules/bad': { license: 'MIT AND GPL-3.0-only' },
      'node_modules/none': {},
      'node_modules/tool': { license: 'GPL-3.0-only', dev: true },
      'node_modules/other-machine': { optional: true },
      'node_modules/old': {},
    };
    await put('package-lock.json', JSON.stringify({ packages }));
    await put('node_modules/none/package.json', '{}');
    await put('node_modules/old/package.json', '{"licenses":[{"type":"MIT"}]}');

    expect(await found()).toEqual([
      'node_modules/bad: its licence, MIT AND GPL-3.0-only, is not among those that are allowed.',
      'node_modules/none: its licence, which it does not name, is not among those that are allowed.',
    ]);
  });

  it.each([
    ['a token of a bot', `xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}`, 'xoxb-'],
    ['a token of GitHub', `ghp_${'a1'.repeat(18)}`, 'ghp_'],
    ['a key of a storage account', `AccountKey=${'k'.repeat(86)}==`, 'AccountKey='],
    ['a private key', `-----BEGIN PRIVATE KEY-----${'M'.repeat(40)}`, '-----BEGIN PRIVATE KEY-----'],
  ])('finds %s, wherever it lies, and does not repeat it', async (_, secret, kind) => {
    await put('tests/deep/in/a.test.ts', `// nothing\nconst token = '${secret}';\n`);
    await put('.env', `TOKEN=${secret}\n`);

    const lines = await found();

    expect(lines).toEqual([
      `tests/deep/in/a.test.ts:2: this looks like a secret (${kind}…). Renew it, and keep it in the vault.`,
      `.env:1: this looks like a secret (${kind}…). Renew it, and keep it in the vault.`,
    ]);
  });

  it.each([
    ['as a file', '\n'],
    ['in JSON', '\\n'],
  ])('finds a private key as it is written %s, over several lines', async (_, end) => {
    const key = ['-----BEGIN RSA PRIVATE KEY-----', 'M'.repeat(64), '-----END RSA PRIVATE KEY-----'];
    await put('infra/key.json', `{\n"key": "${key.join(end)}"\n}\n`);

    expect(await found()).toEqual([
      'infra/key.json:2: this looks like a secret (-----BEGIN RSA PRIVATE KEY-----…). Renew it, and keep it in the vault.',
    ]);
  });

  it('leaves settings alone that are in no repository', async () => {
    await put('.gitignore', 'node_modules/\nlocal.settings.json\n');
    await put('local.settings.json', `{"SLACK_BOT_TOKEN":"xoxb-${'1'.repeat(12)}-${'a'.repeat(24)}"}`);

    expect(await found()).toEqual([]);
  });

  it('finds links to files and headings that are not there', async () => {
    await put('docs/a.md', '# A page\n\n## What it is\n\n[b](b.md) [own](#what-it-is) [no](#what-it-was)\n');
    await put(
      'docs/b.md',
      '# B\n\n[a](a.md#a-page) [c](c.md) [out](https://example.com/x) [folder](../docs)\n',
    );

    expect(await found()).toEqual([
      'docs/a.md: docs/a.md has no heading what-it-was.',
      'docs/b.md: c.md leads nowhere.',
    ]);
  });
});
