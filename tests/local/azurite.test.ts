import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from '@jest/globals';
import { takeStorageAccount } from '../support/emulator.ts';

describe('the storage emulator', () => {
  it('gives each caller an account of its own', async () => {
    const [first, second] = [await takeStorageAccount(), await takeStorageAccount()];

    await BlobServiceClient.fromConnectionString(first).createContainer('only-here');

    const there = BlobServiceClient.fromConnectionString(second).getContainerClient('only-here');
    expect(first).not.toBe(second);
    expect(await there.exists()).toBe(false);
  });
});
