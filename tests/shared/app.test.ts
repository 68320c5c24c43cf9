import { describe, expect, it } from '@jest/globals';
import { buildApp } from '../../shared/app.ts';
import { Pipeline } from '../support/a-pipeline.ts';

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

describe('the composition root', () => {
  it.each([{}, { AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000001' }])(
    'builds everything for an identity without asking anybody: %j',
    async (more) => {
      const app = await buildApp({
        PIPELINE_ENV: 'production',
        DataStorage__blobServiceUri: 'https://data.blob.core.windows.net',
        DataStorage__queueServiceUri: 'https://data.queue.core.windows.net',
        DataStorage__tableServiceUri: 'https://data.table.core.windows.net',
        KEY_VAULT_URI: 'https://vault.vault.azure.net',
        REVISION: 'abc1234',
        ...more,
      });

      expect(app.config).toMatchObject({ storage: { kind: 'identity' }, secrets: { kind: 'key-vault' } });
      expect(app.depsFor(SILENT)).toMatchObject({ revision: 'abc1234', log: SILENT });
    },
  );

  it('lists every bad setting at once', async () => {
    await expect(buildApp({ PIPELINE_ENV: 'moon' })).rejects.toMatchObject({
      name: 'ConfigInvalid',
      problems: [expect.stringContaining('PIPELINE_ENV'), expect.stringContaining('DataStorage')],
    });
  });

  it('logs once what is odd about the settings', async () => {
    const { storage } = await Pipeline.open();
    const app = await buildApp({ AZURE_STORAGE_CONNECTION_STRING: storage });
    const warned: unknown[] = [];
    const log = { ...SILENT, warn: (event: string, fields: unknown) => void warned.push([event, fields]) };

    app.depsFor(log);
    app.depsFor(log);

    expect(warned).toEqual([
      ['config.warned', { problems: [expect.stringContaining('AZURE_STORAGE_CONNECTION_STRING')] }],
    ]);
  });

  it('hands on that nothing is to be sent', async () => {
    const { depsFor } = await buildApp({ DataStorage: 'UseDevelopmentStorage=true', DELIVERIES: 'keep' });

    expect(depsFor(SILENT).sendsDeliveries).toBe(false);
  });

  it('loads the catalogue once for all', async () => {
    const { app } = await Pipeline.open();

    const [first, second] = [app.depsFor(SILENT), app.depsFor(SILENT)];

    expect(await first.catalog()).toBe(await second.catalog());
    expect(first.clock.now().getTime()).toBeGreaterThan(0);
  });
});
