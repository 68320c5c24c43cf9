import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Environment, readConfig } from '../../shared/config.ts';
import { ROOT, sourceFiles } from '../support/source-files.ts';

// The settings that the product reads, and those that a newcomer is told of, are the same.

/** Read by the runtime, not by us. */
const OF_THE_RUNTIME = ['AzureWebJobsStorage', 'FUNCTIONS_WORKER_RUNTIME'];

const Settings = z.strictObject({
  IsEncrypted: z.literal(false),
  Values: z.record(z.string(), z.string()),
  Host: z.strictObject({ LocalHttpPort: z.literal(7071) }),
});

const example = Settings.parse(JSON.parse(readFileSync(join(ROOT, 'local.settings.example.json'), 'utf8')));

describe('local.settings.example.json', () => {
  it('names every setting that is read, and no other', () => {
    expect(Object.keys(example.Values).toSorted()).toEqual(
      [...OF_THE_RUNTIME, ...Object.keys(Environment.shape)].toSorted(),
    );
  });

  it('is usable as it stands, with the emulator', () => {
    expect(readConfig(example.Values)).toMatchObject({
      storage: { kind: 'connection-string', connectionString: 'UseDevelopmentStorage=true' },
      secrets: { kind: 'environment' },
      warnings: [],
    });
  });
});

it('every setting has a meaning', () => {
  for (const [name, schema] of Object.entries(Environment.shape)) {
    expect([name, schema.description]).toEqual([name, expect.any(String)]);
  }
});

it('no code reads a variable that is not declared', () => {
  const read = sourceFiles('functions', 'shared').flatMap(({ path, text }) =>
    [...text.matchAll(/\benv(?:\.|\[['"])([A-Za-z_]+)/g)].map(([, name]) => ({ path, name })),
  );

  expect(read.length).toBeGreaterThan(0);
  expect(read.filter(({ name }) => !Object.keys(Environment.shape).includes(name ?? ''))).toEqual([]);
});
