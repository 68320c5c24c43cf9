import { fileURLToPath } from 'node:url';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CoreApi } from '../../../local/host/functions-core.ts';
import { type FunctionsHost, startFunctionsHost } from '../../../local/host/functions-host.ts';
import { makeHostKeys } from '../../../local/host/host-keys.ts';
import type { HostLogLine } from '../../../local/host/host-log.ts';
import { takeStorageAccount } from '../../support/emulator.ts';
import { until } from '../../support/until.ts';

// The whole host inside jest. Node's module hooks do not reach jest's modules, so the one name that they
// answer is answered here; conformance.test.ts runs the same app with the hooks, in a child process.
let provided: CoreApi | undefined;
jest.mock('@azure/functions-core', () => provided, { virtual: true });

const appDir = fileURLToPath(new URL('../../fixtures/host-apps/conformance', import.meta.url));

describe('the host', () => {
  const lines: HostLogLine[] = [];
  let host: FunctionsHost;
  let storage: string;

  beforeAll(async () => {
    storage = await takeStorageAccount();
    Object.assign(process.env, {
      DataStorage: storage,
      NIGHTLY: '0 0 3 * * *',
      'AzureWebJobs.switched-off.Disabled': 'true',
    });
    const log = (line: HostLogLine): unknown => lines.push(line);
    host = await startFunctionsHost({ appDir, storage, keys: makeHostKeys(), pollMs: 100, log }, (api) => {
      provided = api;
    });
  });

  afterAll(async () => {
    await host.stop({ graceMs: 1000 });
  });

  it('answers on the loopback address', async () => {
    const answer = await fetch(`${host.url}/api/hello/7/x`);

    expect(new URL(host.url).hostname).toBe('127.0.0.1');
    expect(await answer.json()).toMatchObject({ params: { id: '7', part: 'x' } });
  });

  it('lists the functions of the app with what triggers them', () => {
    expect(host.functions).toContainEqual({ name: 'work', trigger: 'queueTrigger', isDisabled: false });
    expect(host.functions).toContainEqual({
      name: 'switched-off',
      trigger: 'queueTrigger',
      isDisabled: true,
    });
  });

  it('runs a queue function and is idle when it is done', async () => {
    const queue = QueueServiceClient.fromConnectionString(storage).getQueueClient('work');
    await queue.create();
    await queue.sendMessage(btoa(JSON.stringify({ id: 'a', do: 'succeed' })));

    await until(() => lines.some((line) => line.message === 'working on succeed'));
    await until(() => host.idle());

    expect(lines.find((line) => line.message === 'working on succeed')).toMatchObject({
      level: 'information',
      category: 'user',
      functionName: 'work',
    });
  });
});
