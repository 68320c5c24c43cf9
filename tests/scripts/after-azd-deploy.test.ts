import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { aStubCommand, type StubCommand } from '../support/a-stub-command.ts';
import { ROOT } from '../support/source-files.ts';

// The hook of azd, with az and npm stood in for: what runs, in which order, and where nothing synthetic may be dropped.

let dir: string;
let az: StubCommand;
let npm: StubCommand;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-azd-'));
  [az, npm] = await Promise.all([aStubCommand('az', dir), aStubCommand('npm', dir)]);
  await az.answer({ 'functionapp keys list': 'the-key\n' });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const afterDeploy = (environment: string) =>
  promisify(execFile)('sh', [join(ROOT, 'scripts/after-azd-deploy.sh')], {
    env: {
      // The first folder of each holds the stub.
      PATH: `${npm.path.split(':')[0]}:${az.path}`,
      PIPELINE_ENV: environment,
      AZURE_RESOURCE_GROUP: 'rg-dev',
      FUNCTION_APP_NAME: 'func-1',
    },
  });

it.each([
  ['dev', 'run smoke -- --drop'],
  ['production', 'run smoke'],
])('in %s events are deployed, then it is tried: npm %s', async (environment, smoke) => {
  await afterDeploy(environment);

  expect((await npm.calls()).map(({ args }) => args.join(' '))).toEqual(['run deploy -- events', smoke]);
  expect((await az.calls())[0]?.args.join(' ')).toContain('--resource-group rg-dev --name func-1');
});

it('nothing is tried where the events could not be deployed', async () => {
  await npm.refuse('no');

  await expect(afterDeploy('dev')).rejects.toMatchObject({ code: 1 });

  expect((await npm.calls()).length).toBe(1);
});
