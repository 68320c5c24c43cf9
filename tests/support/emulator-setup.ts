import { createHash } from 'node:crypto';
import { EMULATOR_ACCOUNT, EMULATOR_KEY, type StorageEmulator, startAzurite } from '../../local/azurite.ts';
import { ACCOUNTS } from './emulator.ts';

// One storage emulator for the whole test run, with an account for every test file that asks for one
// (see emulator.ts), so that files run in parallel and see nothing of each other.

declare global {
  var storageEmulator: StorageEmulator | undefined;
}

export default async function startEmulator(): Promise<void> {
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => {
    const name = `test${String(index).padStart(3, '0')}`;
    return { name, key: createHash('sha512').update(name).digest('base64') };
  });
  process.env['AZURITE_ACCOUNTS'] = [{ name: EMULATOR_ACCOUNT, key: EMULATOR_KEY }, ...accounts]
    .map(({ name, key }) => `${name}:${key}`)
    .join(';');
  globalThis.storageEmulator = await startAzurite();
  process.env['TEST_STORAGE'] = globalThis.storageEmulator.connectionString;
}
