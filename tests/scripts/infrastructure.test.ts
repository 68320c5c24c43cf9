import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aStubCommand, type StubCommand } from '../support/a-stub-command.ts';
import { runScript } from '../support/run-script.ts';

let dir: string;
let az: StubCommand;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-infrastructure-'));
  az = await aStubCommand('az', dir);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const ENV = { AZURE_ENV_NAME: 'staging', AZURE_LOCATION: 'eastus2', PIPELINE_ENV: 'staging' };
const infrastructure = (args: string[], env: Record<string, string> = ENV) =>
  runScript('scripts/infrastructure.ts', args, { folder: dir, env: { PATH: az.path, ...env } });

const SITE = '/subscriptions/0/resourceGroups/rg/providers/Microsoft.Web/sites/func-1';
const CHANGED = {
  changes: [
    { changeType: 'NoChange', resourceId: `${SITE}-same` },
    {
      changeType: 'Modify',
      resourceId: SITE,
      delta: [
        {
          path: 'properties.siteConfig',
          propertyChangeType: 'Modify',
          children: [
            { path: 'minTlsVersion', propertyChangeType: 'Modify', before: '1.0', after: '1.2' },
            { path: 'localMySqlEnabled', propertyChangeType: 'NoEffect', before: true },
          ],
        },
      ],
    },
  ],
};

describe('the parameters', () => {
  it('are those of azd, filled from the environment, and in a file that is gone afterwards', async () => {
    await az.answer({ 'what-if': { changes: [] } });

    const { code } = await infrastructure(['what-if'], { ...ENV, ALERT_EMAILS: 'a"b@x.example' });

    expect(code).toBe(0);
    expect(JSON.parse((await az.calls())[0]?.file ?? '')).toMatchObject({
      parameters: {
        environmentName: { value: 'staging' },
        tier: { value: 'staging' },
        alertEmails: { value: 'a"b@x.example' },
        pagerDutyUrl: { value: '' },
      },
    });
    expect((await readdir(dir)).filter((name) => name.startsWith('abaco-'))).toEqual([]);
  });

  it('without which nothing can be named are asked for', async () => {
    const { code, stderr } = await infrastructure(['deploy'], {});

    expect(code).toBe(2);
    expect(stderr).toContain('AZURE_ENV_NAME is not set');
    expect(await az.calls()).toEqual([]);
  });
});

describe('what-if', () => {
  it('names what would change and never a value', async () => {
    await az.answer({ 'what-if': CHANGED });
    const markdown = join(dir, 'what-if.md');

    const { code, stdout } = await infrastructure(['what-if', '--markdown', markdown]);

    expect(code).toBe(0);
    expect(await readFile(markdown, 'utf8')).toBe(
      [
        '### What would change in staging',
        '',
        '| change | resource | properties |',
        '|---|---|---|',
        '| Modify | `/resourceGroups/rg/providers/Microsoft.Web/sites/func-1` | `properties.siteConfig.minTlsVersion (modify)` |',
        '',
      ].join('\n'),
    );
    expect(stdout).not.toContain('1.0');
  });

  it('ends with 3 where nothing may change and something would', async () => {
    await az.answer({ 'what-if': CHANGED });

    expect((await infrastructure(['what-if', '--expect-none'])).code).toBe(3);
  });

  it('ends with 0 where only that would change which has no effect', async () => {
    const [same, site] = CHANGED.changes;
    const noEffect = { ...site, delta: [{ path: 'properties.x', propertyChangeType: 'NoEffect' }] };
    await az.answer({ 'what-if': { changes: [same, noEffect] } });

    const { code, stdout } = await infrastructure(['what-if', '--expect-none']);

    expect(code).toBe(0);
    expect(stdout).toContain('Nothing.');
  });
});

it('deploy hands the outputs on, whatever their capitals have become', async () => {
  const outputs = { functioN_APP_NAME: { type: 'String', value: 'func-1' } };
  await az.answer({ 'sub create': { properties: { outputs } } });
  const file = join(dir, 'env');

  const { code } = await infrastructure(['deploy', '--outputs', file]);

  expect(code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe('FUNCTION_APP_NAME=func-1\n');
});
