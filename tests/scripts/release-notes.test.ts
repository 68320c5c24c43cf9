import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

// A repository of its own, with two releases.

const run = promisify(execFile);

let dir: string;
const git = async (...args: string[]): Promise<string> => {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main'];
  const { stdout } = await run('git', [...who, ...args], { cwd: dir });
  return stdout.trim();
};
const commit = (subject: string) => git('commit', '--quiet', '--allow-empty', '-m', subject);
const notes = (...args: string[]) => runScript('scripts/release-notes.ts', args, { folder: dir });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-notes-'));
  await git('init', '--quiet');
  await commit('feat: the first page');
  await commit('test: of the page');
  await git('tag', 'package-1');
  await commit('feat(dashboard): a <b>page</b> for @ana');
  await commit('fix: no number is lost');
  await commit('perf: half the time');
  await commit('feat!: the key of the pseudonyms has a version');
  await commit('docs: figures');
  await commit('test: more');
  await commit('Mend the door');
  await git('tag', 'package-2');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('release notes', () => {
  it('tell what an operator notices since the release before, by what it does', async () => {
    const { code, stdout } = await notes();

    const plain = stdout.replace(/ \([0-9a-f]{7,}\)/g, '').trim();
    expect([code, plain]).toEqual([
      0,
      [
        '## To be done before it is deployed',
        '',
        '- the key of the pseudonyms has a version',
        '',
        '## New',
        '',
        '- Mend the door',
        '- a &lt;b&gt;page&lt;/b&gt; for @\u200bana',
        '',
        '## Mended',
        '',
        '- no number is lost',
        '',
        '## Faster',
        '',
        '- half the time',
        '',
        '2 changes that no operator notices: tests, documents, tools.',
      ].join('\n'),
    ]);
  });

  it('of the first release begin at the beginning', async () => {
    const { stdout } = await notes('--to', 'package-1');

    expect(stdout).toMatch(/^## New\n\n- the first page \([0-9a-f]+\)\n\n1 change that no operator notices/);
  });

  it('say that nothing has changed where nothing has', async () => {
    expect((await notes('--since', 'package-2')).stdout).toBe(
      'Nothing has changed since the release before.\n',
    );
  });

  it('refuse what is no revision, also where it looks like an option of git', async () => {
    const wrong = await notes('--to', 'nowhere');
    const option = await notes('--to=--output=here');

    expect([wrong.code, option.code]).toEqual([2, 2]);
    expect(wrong.stderr).toContain('nowhere is no revision of this repository.');
  });
});
