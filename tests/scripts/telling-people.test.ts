import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aStubCommand, type StubCommand } from '../support/a-stub-command.ts';
import { runScript } from '../support/run-script.ts';
import { ROOT } from '../support/source-files.ts';
import { StubServer } from '../support/stub-server.ts';

// Whom workflows tell, and what. A message that is not sent must not stop a deployment.

let dir: string;
let gh: StubCommand;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-telling-'));
  gh = await aStubCommand('gh', dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const GITHUB = {
  GITHUB_SHA: '0b313ab32a16740870e1b95f066bf9d3aa9f83ca',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'lender/loans',
  GITHUB_RUN_ID: '7',
  GH_REPO: 'lender/loans',
};

async function bash(script: string, args: string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...GITHUB, ...more, PATH: gh.path, TMPDIR: dir };
  return (await promisify(execFile)('bash', [join(ROOT, script), ...args], { env })).stdout;
}

describe('the channel', () => {
  const announce = (env: Record<string, string>) =>
    runScript('scripts/announce.ts', [], {
      folder: dir,
      env: { ...GITHUB, PIPELINE_ENV: 'production', ...env },
    });

  it('is told of a deployment, and nobody is called by what people type', async () => {
    const slack = await StubServer.open(() => ({ body: 'ok' }));

    const { code } = await announce({
      SLACK_WEBHOOK: slack.url,
      STATE: 'rolls back',
      REASON: 'PAR <!channel>',
    });
    await slack.close();

    expect(code).toBe(0);
    expect(slack.requests.map(({ json }) => json)).toEqual([
      {
        text: 'Deployment to production, 0b313ab32a16: rolls back. Reason: PAR &lt;!channel&gt;. https://github.example/lender/loans/actions/runs/7',
      },
    ]);
  });

  it('that cannot be told stops nothing, and its address stays secret', async () => {
    const slack = await StubServer.open(() => ({ status: 404 }));

    const refused = await announce({ SLACK_WEBHOOK: `${slack.url}/secret`, STATE: 'success' });
    await slack.close();
    const unset = await announce({ STATE: 'success' });

    expect(refused).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('::warning::The channel was not told'),
    });
    expect(refused.stdout).not.toContain('/secret');
    expect(unset).toMatchObject({ code: 0, stdout: 'No webhook of a channel is set: nobody is told.\n' });
  });
});

describe('a pull request', () => {
  it('is told which job failed, with its first error and where to read on', async () => {
    await gh.answer({
      'commits/': '41\n',
      'runs/7/jobs': '99\tproduction / deploy\n101\tkeep\n',
      'jobs/99/logs':
        '2026-01-05T06:30:01.1234567Z Run npm ci\n2026-01-05T06:30:02.1234567Z ##[error]`az` said no\n',
    });

    await bash('scripts/comment-on-failure.sh', []);

    const comment = (await gh.calls()).at(-1);
    expect(comment?.args.slice(0, 4)).toEqual([
      'api',
      '--method',
      'POST',
      'repos/lender/loans/issues/41/comments',
    ]);
    expect(comment?.file).toBe(
      [
        '**This change was not deployed**: `production / deploy` failed.',
        '',
        '```',
        '##[error]az said no',
        '```',
        '',
        '[The run](https://github.example/lender/loans/actions/runs/7) · [what to do](https://github.example/lender/loans/blob/main/docs/runbooks/rollback-deployment.md)',
        '',
      ].join('\n'),
    );
  });

  it('that a commit has none of is told nothing, which the log says', async () => {
    expect(await bash('scripts/comment-on-failure.sh', [])).toContain('came from no pull request');
    expect((await gh.calls()).length).toBe(1);
  });

  it.each([
    ['gets a comment', '', 'POST repos/lender/loans/issues/41/comments'],
    ['has the one of the same name replaced', '555\n', 'PATCH repos/lender/loans/issues/comments/555'],
  ])('%s', async (_, former, call) => {
    await gh.answer({ '--paginate': former });
    const file = join(dir, 'what-if.md');
    await writeFile(file, 'Nothing.\n');

    await bash('scripts/comment-once.sh', ['what-if-staging', file], { PULL_REQUEST: '41' });

    const comment = (await gh.calls()).at(-1);
    expect(comment?.args.join(' ')).toContain(call);
    expect(comment?.file).toBe('<!-- what-if-staging -->\nNothing.\n');
  });
});
