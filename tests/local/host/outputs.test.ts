import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BindingData } from '../../../local/host/binding-expressions.ts';
import type { TypedData } from '../../../local/host/core-contract.ts';
import { outputWriter } from '../../../local/host/outputs.ts';
import { settingsFrom } from '../../../local/host/settings.ts';
import { storageAccounts } from '../../../local/host/storage-clients.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

let storage: string;
const notified: string[] = [];

beforeAll(async () => {
  storage = await takeStorageAccount();
});

async function write(
  binding: Record<string, unknown>,
  value: TypedData,
  data: BindingData = {},
): Promise<void> {
  const writeOutputs = outputWriter({
    settings: settingsFrom({}, storage),
    openAccount: storageAccounts(),
    queueEncoding: 'base64',
    onQueued: (queue) => notified.push(queue.name),
  });
  const output = { name: 'out', direction: 'out', type: 'queue', ...binding } as const;
  await writeOutputs([output], { outputData: [{ name: 'out', data: value }] }, data);
}

async function messagesIn(name: string): Promise<string[]> {
  const queue = QueueServiceClient.fromConnectionString(storage).getQueueClient(name);
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map((message) => Buffer.from(message.messageText, 'base64').toString());
}

describe('a queue output', () => {
  it.each([
    ['text', { string: 'ñ' }, ['ñ']],
    ['object', { json: '{"a":1}' }, ['{"a":1}']],
    ['list', { json: '[{"a":1},"b",3]' }, ['{"a":1}', 'b', '3']],
    ['text-list', { string: '["a","b"]' }, ['a', 'b']],
    ['no-list', { string: '[not json' }, ['[not json']],
    ['number', { int: 7 }, ['7']],
    ['fraction', { double: 1.5 }, ['1.5']],
    ['bytes', { bytes: Buffer.from('raw') }, ['raw']],
  ])('of %s makes messages on a queue that it creates', async (name, value, messages) => {
    await write({ queueName: `q-{part}` }, value, { part: { string: name } });

    expect(await messagesIn(`q-${name}`)).toEqual(messages);
    expect(notified.at(-1)).toBe(`q-${name}`);
  });
});

describe('a blob output', () => {
  it('creates its container and overwrites', async () => {
    await write({ type: 'blob', path: 'made/a/b.json' }, { json: '{"n":1}' });
    await write({ type: 'blob', path: 'made/a/b.json' }, { bytes: Buffer.from([1, 2]) });

    const blob = BlobServiceClient.fromConnectionString(storage)
      .getContainerClient('made')
      .getBlobClient('a/b.json');
    expect([...(await blob.downloadToBuffer())]).toEqual([1, 2]);
  });

  it.each(['container-only', '/name', 'container/'])('refuses the path %s', async (path) => {
    await expect(write({ type: 'blob', path }, { string: 'x' })).rejects.toThrow('is not container/name');
  });

  it('fails for a container that cannot be', async () => {
    await expect(write({ type: 'blob', path: 'X/y' }, { string: 'x' })).rejects.toThrow();
  });
});

describe('a table output', () => {
  const table = (): TableClient =>
    TableClient.fromConnectionString(storage, 'loans', { allowInsecureConnection: true });

  it('inserts one row or many, with keys of the value or of the binding', async () => {
    const rows = [
      { RowKey: '1', n: 1 },
      { PartitionKey: 'own', rowKey: '2', n: 2 },
    ];
    await write(
      { type: 'table', tableName: 'loans', partitionKey: '{day}' },
      { json: JSON.stringify(rows) },
      {
        day: { string: 'monday' },
      },
    );
    await write({ type: 'table', tableName: 'loans', partitionKey: 'p', rowKey: 'r' }, { json: '{"n":3}' });

    expect(await table().getEntity('monday', '1')).toMatchObject({ n: 1 });
    expect(await table().getEntity('own', '2')).toMatchObject({ n: 2 });
    expect(await table().getEntity('p', 'r')).toMatchObject({ n: 3 });
  });

  it('fails when the row exists', async () => {
    const binding = { type: 'table', tableName: 'loans', partitionKey: 'twice', rowKey: 'r' };
    await write(binding, { json: '{}' });

    await expect(write(binding, { json: '{}' })).rejects.toMatchObject({ statusCode: 409 });
  });

  it('fails for a row without keys', async () => {
    await expect(write({ type: 'table', tableName: 'loans' }, { json: '{}' })).rejects.toThrow(
      'no PartitionKey',
    );
  });
});

describe('outputs', () => {
  it('write nothing for nothing, and know no other kinds', async () => {
    const writeOutputs = outputWriter({
      settings: settingsFrom({}, storage),
      openAccount: storageAccounts(),
      queueEncoding: 'base64',
      onQueued: () => {},
    });
    const mail = { name: '$return', type: 'sendGrid', direction: 'out' } as const;
    const answer = { name: '$return', type: 'http', direction: 'out' } as const;

    await writeOutputs([mail], { returnValue: null }, {});
    await writeOutputs([answer], { returnValue: { http: {} } }, {});

    await expect(writeOutputs([mail], { returnValue: { string: 'x' } }, {})).rejects.toThrow(
      'of type sendGrid',
    );
  });
});
