import { createHash, randomInt } from 'node:crypto';
import { BlobServiceClient, RestError } from '@azure/storage-blob';

// A storage account of the shared emulator that no other test file has.

export const ACCOUNTS = 512;

/** Connection string of an empty account. Accounts are taken by creating a container in them: one wins. */
export async function takeStorageAccount(): Promise<string> {
  const template = process.env['TEST_STORAGE'];
  if (template === undefined) throw new Error('the storage emulator of the test run is not up');
  // Every test file begins elsewhere: from the first on, it would be told of every account that others have taken.
  const first = randomInt(ACCOUNTS);
  for (let tried = 0; tried < ACCOUNTS; tried += 1) {
    const name = `test${String((first + tried) % ACCOUNTS).padStart(3, '0')}`;
    const key = createHash('sha512').update(name).digest('base64');
    const connectionString = template
      .replace(/AccountName=[^;]*/, `AccountName=${name}`)
      .replace(/AccountKey=[^;]*/, `AccountKey=${key}`)
      .replaceAll('/devstoreaccount1', `/${name}`);
    try {
      await BlobServiceClient.fromConnectionString(connectionString).createContainer('taken-by-a-test');
      return connectionString;
    } catch (error) {
      if (!(error instanceof RestError && error.statusCode === 409)) throw error;
    }
  }
  throw new Error('every test account of the emulator is taken');
}
