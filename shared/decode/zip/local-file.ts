import { open } from 'node:fs/promises';
import type { ByteSource } from '../../ports/byte-source.ts';

/** A file of the local disk, open until it is disposed. */
export async function localFile(path: string): Promise<ByteSource & AsyncDisposable> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  return {
    size,
    async read(start, end) {
      const bytes = Buffer.allocUnsafe(end - start);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0)
          throw new Error(`the file ends at ${start + filled}, before the ${end} asked for`);
        filled += bytesRead;
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
