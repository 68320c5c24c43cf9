import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../local/provision.ts';
import { STAGES } from '../../shared/pipeline/stages.ts';
import { ALL_QUEUES, POISON_QUEUES, QUEUES, TABLES, ZONES } from '../../shared/topology.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { sourceFiles } from '../support/source-files.ts';

// Containers, queues and tables are named in shared/topology.ts; everything else repeats it or is wrong.

const code = sourceFiles('functions', 'shared').filter(({ path }) => path !== 'shared/topology.ts');

/** Each distinct text that a pattern captures, wherever it stands. */
function captured(pattern: RegExp): string[] {
  return [...new Set(code.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name)))];
}

describe('names in the code', () => {
  it('of queues are in the topology', () => {
    const names = captured(/queueName: '([^']+)'/g);

    expect(names.toSorted()).toEqual([...QUEUES].toSorted());
  });

  it('of tables are in the topology', () => {
    const names = captured(/\btable\('([^']+)'\)/g);

    expect(names).toContain('runs');
    expect(TABLES).toEqual(expect.arrayContaining(names));
  });

  it('of containers are in the topology', () => {
    const zones = captured(/\blake\.(?:\w+)\(\s*'([^']+)'/g);
    const triggers = captured(/path: '(\w+)\/\{name\}'/g);

    expect(zones).toContain('runs');
    expect(ZONES).toEqual(expect.arrayContaining([...zones, ...triggers]));
  });
});

it('every queued stage has a queue and a poison queue', () => {
  const queued = STAGES.map(({ stage }) => stage).filter((stage) => stage !== 'ingest');

  expect([...QUEUES]).toEqual(queued);
  expect([...POISON_QUEUES]).toEqual(queued.map((stage) => `${stage}-poison`));
});

it('the local host makes exactly what the topology names', async () => {
  const storage = await takeStorageAccount();

  await provisionStorage(storage);
  await provisionStorage(storage);

  const insecure = { allowInsecureConnection: true };
  const [containers, queues, tables] = await Promise.all([
    namesOf(BlobServiceClient.fromConnectionString(storage).listContainers()),
    namesOf(QueueServiceClient.fromConnectionString(storage).listQueues()),
    namesOf(TableServiceClient.fromConnectionString(storage, insecure).listTables()),
  ]);
  // The emulator's account was taken by making a container in it.
  expect(containers.filter((name) => name !== 'taken-by-a-test')).toEqual([...ZONES].toSorted());
  expect(queues).toEqual([...ALL_QUEUES].toSorted());
  expect(tables).toEqual([...TABLES].toSorted());
});

async function namesOf(listing: AsyncIterable<{ name?: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of listing) names.push(name ?? '');
  return names.toSorted();
}
