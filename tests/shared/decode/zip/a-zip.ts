import { crc32, deflateRawSync } from 'node:zlib';
import type { ByteSource } from '../../../../shared/ports/byte-source.ts';

/** What a header says. Each part can be made to say something else than the truth. */
export type Claims = {
  readonly name?: string;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Where the table of contents says that the entry begins. */
  readonly offset?: number;
};

export type ZipPart = {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly stored?: boolean;
  /** Bytes that are already deflated, put in as they are. */
  readonly packed?: Uint8Array;
  readonly local?: Claims;
  readonly central?: Claims;
};

/** A small writer of ZIP archives that lies when it is told to. */
export function aZip(parts: readonly ZipPart[], { entryCount = parts.length } = {}): Buffer {
  const chunks: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content);
    const packed = part.packed ?? (part.stored ? content : deflateRawSync(content));
    const truth = {
      name: part.name,
      size: content.length,
      compressedSize: packed.length,
      crc: crc32(content),
      method: part.stored ? 0 : 8,
      flags: 0x800,
      offset,
    };
    const local = localHeader({ ...truth, ...part.local });
    directory.push(centralHeader({ ...truth, ...part.central }));
    chunks.push(local, Buffer.from(packed));
    offset += local.length + packed.length;
  }
  const table = Buffer.concat(directory);
  return Buffer.concat([...chunks, table, endRecord(entryCount, table.length, offset)]);
}

function localHeader({ name, size, compressedSize, crc, method, flags }: Required<Claims>): Buffer {
  const encoded = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(compressedSize, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(encoded.length, 26);
  return Buffer.concat([header, encoded]);
}

function centralHeader({ name, size, compressedSize, crc, method, flags, offset }: Required<Claims>): Buffer {
  const encoded = Buffer.from(name);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(compressedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(encoded.length, 28);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, encoded]);
}

function endRecord(entryCount: number, tableBytes: number, tableOffset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(Math.min(entryCount, 0xffff), 8);
  end.writeUInt16LE(Math.min(entryCount, 0xffff), 10);
  end.writeUInt32LE(tableBytes, 12);
  end.writeUInt32LE(tableOffset, 16);
  return end;
}

/** A source over bytes in memory. */
export function inMemory(bytes: Uint8Array): ByteSource & { readonly bytesRead: () => number } {
  let bytesRead = 0;
  return {
    size: bytes.length,
    async read(start, end) {
      if (start < 0 || end > bytes.length || start > end) throw new Error(`no range ${start} to ${end}`);
      bytesRead += end - start;
      return bytes.subarray(start, end);
    },
    bytesRead: () => bytesRead,
  };
}

export async function contentOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes that cannot be packed any smaller, always the same ones. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 42;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[at] = state >> 16;
  }
  bytes[0] = 1;
  return bytes;
}
