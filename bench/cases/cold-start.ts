import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Measure } from '../case-process.ts';

/**
 * From the start of a process to the first byte that the built app asks of its storage for a message on `validate`:
 * every function is registered by then, the settings are read and the storage clients are loaded. The host around it
 * is left out, but for the few lines that hand the message over.
 */
export const measure: Measure = async (_orders, timed) => {
  const storage = createServer().listen(0, '127.0.0.1');
  await once(storage, 'listening');
  const asked = once(storage, 'connection');
  const address = storage.address();
  if (address === null || typeof address === 'string') throw new Error('the storage has no port');
  const endpoint = (kind: string): string =>
    `${kind}Endpoint=http://127.0.0.1:${address.port}/devstoreaccount1`;
  const account = `AccountName=devstoreaccount1;AccountKey=${Buffer.from('no key').toString('base64')}`;
  const child = await timed(async () => {
    const started = spawn(process.execPath, [join(import.meta.dirname, '../cold-start-app.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        PIPELINE_ENV: 'dev',
        PII_KEY: 'a key for measurements, and for nothing else',
        DataStorage: [
          'DefaultEndpointsProtocol=http',
          account,
          ...['Blob', 'Queue', 'Table'].map(endpoint),
        ].join(';'),
      },
    });
    const ended = once(started, 'exit').then(([code]) => {
      throw new Error(`the app ended with code ${String(code)} before it asked for anything`);
    });
    ended.catch(() => undefined);
    await Promise.race([asked, ended]);
    return started;
  });
  const registeredMs = Number(await firstLine(child.stdout));
  child.kill();
  storage.close();
  return { rows: 0, more: { registeredMs } };
};

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const chunk of stream) return String(chunk).split('\n')[0] ?? '';
  throw new Error('the app did not say when it was registered');
}
