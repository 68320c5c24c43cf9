import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../shared/config.ts';
import { DRIFTS, HostJson, secretVariables, settingsOf } from '../support/bicep/drift.ts';
import { environmentsIn } from '../support/bicep/policies/data.ts';
import { bicepReader } from '../support/bicep/read-bicep.ts';
import { infraTexts, templatesOf } from '../support/bicep/templates.ts';
import { ROOT } from '../support/source-files.ts';

const templates = templatesOf(infraTexts(), await bicepReader());
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('in the code and in the templates', () => {
  it.each(DRIFTS)('$name', ({ findings }) => {
    expect(findings(templates)).toEqual([]);
  });

  it('the variables of secrets are found where they are read', () => {
    expect(secretVariables()).toEqual(expect.arrayContaining(['PII_KEY', 'HUBSPOT_API_KEY', 'DATABASE_URL']));
  });
});

describe.each(['dev', 'staging', 'production'] as const)('the app in %s', (environment) => {
  it('starts with the settings that it gets: as an identity, with secrets from the vault', () => {
    expect(readConfig(settingsOf(environment, templates))).toMatchObject({
      storage: { kind: 'identity' },
      secrets: { kind: 'key-vault' },
      warnings: [],
    });
  });
});

describe('host.json', () => {
  const host = HostJson.parse(JSON.parse(read('host.json')));
  const { queues, blobs, http } = host.extensions;

  it('tries five times, as runbooks and poison functions say', () => {
    expect([queues.maxDequeueCount, blobs.poisonBlobThreshold]).toEqual([5, 5]);
    expect(read('functions/pipeline/poisoned.ts')).toMatch(/failed 5 times/);
  });

  it('encodes messages as the local host and the outputs do', () => {
    expect(queues.messageEncoding).toBe('base64');
  });

  it('answers under /api, where links and runbooks lead', () => {
    expect(http.routePrefix).toBe('api');
  });

  it('ends a function before its run counts as stuck', () => {
    const [, minutes = ''] =
      /STUCK_AFTER_MS = (\d+) \* 60_000/.exec(read('shared/pipeline/sweep-landing.ts')) ?? [];

    expect(Number(minutes)).toBeGreaterThan(0);
    expect(host.functionTimeout).toBeLessThan(Number(minutes) * 60_000);
  });

  it('works on no more at once than fits into the memory of an instance', () => {
    // The goal of validation is 512 MB at any size of file; the host and the worker themselves take some 500.
    const atOnce = Math.max(queues.batchSize + queues.newBatchThreshold, blobs.maxDegreeOfParallelism);

    for (const { instanceMemoryMB } of Object.values(environmentsIn(templates)))
      expect(500 + atOnce * 512).toBeLessThanOrEqual(instanceMemoryMB);
  });

  it('drops nothing that alerts read', () => {
    const { samplingSettings } = host.logging.applicationInsights;

    expect(samplingSettings.excludedTypes.split(';')).toEqual(
      expect.arrayContaining(['Exception', 'Trace', 'Event', 'Request']),
    );
  });
});
