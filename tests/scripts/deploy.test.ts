import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aStubCommand, type StubCommand } from '../support/a-stub-command.ts';
import { runScript } from '../support/run-script.ts';
import { StubServer } from '../support/stub-server.ts';

let dir: string;
let az: StubCommand;
let app: StubServer;
let revision: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-deploy-'));
  az = await aStubCommand('az', dir);
  revision = '111111111111';
  app = await StubServer.open(() => ({ body: { revision } }));
});
afterEach(async () => {
  await app.close();
  await rm(dir, { recursive: true, force: true });
});

async function aPackage({ content = 'zip', isDirty = false } = {}): Promise<string> {
  const file = 'abaco-loans-analytics-222222222222.zip';
  const manifest = {
    name: 'abaco-loans-analytics',
    revision: '222222222222',
    commit: '2'.repeat(40),
    isDirty,
    node: '24.21.0',
    platform: 'linux-x64',
    file,
    bytes: 3,
    sha256: createHash('sha256').update('zip').digest('hex'),
    files: 1,
    unpackedBytes: 3,
  };
  await writeFile(join(dir, file), content);
  await writeFile(join(dir, file.replace('.zip', '.json')), JSON.stringify(manifest));
  return join(dir, file);
}

const deploy = (...args: string[]) => deployTo('staging', args);
const deployTo = (environment: string, args: string[]) =>
  runScript('scripts/deploy.ts', args, {
    folder: dir,
    env: {
      PATH: az.path,
      PIPELINE_ENV: environment,
      AZURE_RESOURCE_GROUP: 'rg-staging',
      FUNCTION_APP_NAME: 'func-1',
      FUNCTION_APP_URL: app.url,
      DATA_ACCOUNT_NAME: 'stdata1',
      NOTICE_GROUP_ID: '/groups/notice',
    },
  });

describe('a package', () => {
  it('is given to Azure, and is there once the app says that it runs it', async () => {
    const zip = await aPackage();
    // The first answer is still that of the former code.
    app.fault = (answer) => {
      revision = '222222222222';
      return answer;
    };

    const { code, stdout } = await deploy('code', '--package', zip);

    expect(stdout).toContain(`${app.url} runs 222222222222.`);
    expect(code).toBe(0);
    expect(app.requests.length).toBe(2);
    const [call] = await az.calls();
    expect(call?.args.join(' ')).toBe(
      `functionapp deployment source config-zip --src ${zip} --resource-group rg-staging --name func-1`,
    );
  });

  it('that never runs is a failure, which says how to go back', async () => {
    const { code, stderr } = await deploy('code', '--package', await aPackage(), '--wait', '0');

    expect(code).toBe(1);
    expect(stderr).toContain('/api/health says 111111111111, not 222222222222, after 0 seconds. ');
    expect(stderr).toContain('rollback-deployment.md');
  });

  it('with other bytes than its manifest says is not deployed', async () => {
    const { code, stderr } = await deploy('code', '--package', await aPackage({ content: 'piz' }));

    expect(code).toBe(1);
    expect(stderr).toContain('It is not the package that was tested.');
    expect(await az.calls()).toEqual([]);
  });

  it('from files that are in no commit is not for production', async () => {
    const zip = await aPackage({ isDirty: true });

    const { code, stderr } = await deployTo('production', ['code', '--package', zip]);

    expect(code).toBe(1);
    expect(stderr).toContain('was packed from files that are in no commit');
    expect(await az.calls()).toEqual([]);
  });

  it('that Azure refuses is a failure with its words', async () => {
    await az.refuse('ERROR: the client has no authorization');

    const { code, stderr } = await deploy('code', '--package', await aPackage());

    expect(code).toBe(1);
    expect(stderr).toContain(
      'az functionapp deployment source ended with code 1: ERROR: the client has no authorization',
    );
  });
});

it('events are deployed with what the infrastructure gave', async () => {
  const { code } = await deploy('events');

  expect(code).toBe(0);
  const [call] = await az.calls();
  expect(call?.args).toEqual(
    expect.arrayContaining([
      'functionAppName=func-1',
      'dataAccountName=stdata1',
      'actionGroupId=/groups/notice',
      expect.stringMatching(/infra\/events\.bicep$/),
    ]),
  );
});

it('a wrong call is told apart from a failure', async () => {
  const { code, stderr } = await deploy('everything');

  expect(code).toBe(2);
  expect(stderr).toContain('code or events');
});
