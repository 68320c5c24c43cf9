import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readHostJson } from '../../../local/host/host-json.ts';

describe('host.json', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'host-json-'));
  });

  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  async function given(content: unknown): Promise<void> {
    await writeFile(join(dir, 'host.json'), typeof content === 'string' ? content : JSON.stringify(content));
  }

  it('has the defaults of the real host', async () => {
    await given({ version: '2.0' });

    const { extensions } = await readHostJson(dir, {});

    expect(extensions.queues).toMatchObject({
      batchSize: 16,
      maxDequeueCount: 5,
      visibilityTimeout: 0,
      maxPollingInterval: 60_000,
      messageEncoding: 'base64',
    });
    expect(extensions.queues.newBatchThreshold % 8).toBe(0);
    expect(extensions.blobs).toMatchObject({ poisonBlobThreshold: 5 });
    expect(extensions.http.routePrefix).toBe('api');
  });

  it('takes overrides from the environment, whatever their case is', async () => {
    await given({ version: '2.0', extensions: { queues: { batchSize: 4, visibilityTimeout: '00:00:30' } } });

    const { extensions } = await readHostJson(dir, {
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
      AZUREFUNCTIONSJOBHOST__Extensions__Queues__BatchSize: '2',
      AzureFunctionsJobHost__extensions__queues__messageEncoding: 'None',
      AzureFunctionsJobHost__extensions__http__routePrefix: '',
      UNRELATED: '1',
    });

    expect(extensions.queues).toMatchObject({
      visibilityTimeout: 1000,
      batchSize: 2,
      messageEncoding: 'none',
    });
    expect(extensions.http.routePrefix).toBe('');
  });

  it.each([
    [{ version: '1.0' }, 'must be "2.0"'],
    [{ version: '2.0', extensions: { queues: { batchSize: 33 } } }, 'extensions.queues.batchSize'],
    [{ version: '2.0', extensions: { queues: { visibilityTimeout: 'soon' } } }, '"soon" is not a time span'],
    ['{', 'cannot be read'],
  ])('is refused: %j', async (content, message) => {
    await given(content);

    await expect(readHostJson(dir, {})).rejects.toThrow(message);
  });
});
