import type { Contract } from '../../../../shared/contracts/contract.ts';
import { type CsvSettings, readCsv } from '../../../../shared/decode/csv/csv-reader.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import type { ByteSource } from '../../../../shared/ports/byte-source.ts';
import type { ReadOutcome } from '../../../../shared/ports/file-reader.ts';
import { pseudonymiser } from '../../../../shared/privacy/pseudonym.ts';

export const KEY = 'a key for tests, of forty characters ...';
export const tokenOf = pseudonymiser(KEY);

export type ReadFile = { readonly outcome: ReadOutcome; readonly parts: readonly SnapshotPart[] };

/** Reads a whole file and keeps its parts. */
export async function readFile(
  content: string | Uint8Array | ByteSource,
  contract: Contract,
  settings: Partial<CsvSettings> = {},
): Promise<ReadFile> {
  const parts: SnapshotPart[] = [];
  const sink = { take: async (part: SnapshotPart) => void parts.push(part) };
  const source = typeof content === 'object' && 'read' in content ? content : sourceOf(content);
  const outcome = await readCsv(source, contract, sink, {
    tokenOf,
    pseudonymKey: KEY,
    workers: 1,
    ...settings,
  });
  return { outcome, parts };
}

export function sourceOf(content: string | Uint8Array): ByteSource {
  const bytes = Buffer.from(content);
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** A source that makes up its bytes, with a count of those that were asked for. */
export function endlessSource(first: string, filling: string, size: number) {
  const head = Buffer.from(first);
  let asked = 0;
  const source: ByteSource = {
    size,
    read: async (start, end) => {
      asked += end - start;
      const bytes = Buffer.alloc(end - start, filling);
      if (start < head.length) bytes.set(head.subarray(start, end));
      return bytes;
    },
  };
  return { source, asked: () => asked };
}

/** Everything of parts as one text, the bytes of the staging file included. */
export function partsInFull(parts: readonly SnapshotPart[]): string {
  return JSON.stringify(parts, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (ArrayBuffer.isView(value)) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    }
    return value instanceof Map || isMapOfAnotherThread(value) ? [...value] : value;
  });
}

/** A structure that was cloned between threads is made by classes of another realm under jest. */
function isMapOfAnotherThread(value: unknown): value is Map<unknown, unknown> {
  return Object.prototype.toString.call(value) === '[object Map]';
}
