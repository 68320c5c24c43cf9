import type { Zone } from '../topology.ts';
import type { ByteSource } from './byte-source.ts';

// The lake: files in zones. Paths use `/`; every write says what must hold for it to happen.

export type LakeFile = {
  readonly path: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
};

export type WriteOptions = {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Write only if nothing is there, or only over exactly this version. */
  readonly onlyIf?: 'absent' | { readonly etag: string };
};

/** `conflict`: the condition did not hold, nothing was written. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly etag: string }
  | { readonly kind: 'conflict' };

export interface Lake {
  stat(zone: Zone, path: string): Promise<LakeFile | undefined>;
  /** Bytes in order, streamed. Undefined when there is no such file, or no longer that version of it. */
  open(
    zone: Zone,
    path: string,
    version?: { etag: string },
  ): Promise<{ file: LakeFile; body: AsyncIterable<Uint8Array> } | undefined>;
  /** The same file in ranges. A range throws FileChanged when the file is no longer that version of it. */
  ranges(
    zone: Zone,
    path: string,
    version?: { etag: string },
  ): Promise<{ file: LakeFile; source: ByteSource } | undefined>;
  /** A small document, whole. */
  read(zone: Zone, path: string): Promise<Buffer | undefined>;
  write(zone: Zone, path: string, body: Uint8Array | string, options?: WriteOptions): Promise<WriteOutcome>;
  /** A large body, streamed; the same conditions. */
  writeStream(
    zone: Zone,
    path: string,
    body: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<WriteOutcome>;
  /**
   * Removes exactly this version. False when somebody wrote over it in between; one that is gone already is as good as
   * removed.
   */
  remove(zone: Zone, path: string, version: { etag: string }): Promise<boolean>;
  list(zone: Zone, prefix?: string): AsyncIterable<LakeFile>;
  /** Copies a file of the lake to a local path. Throws FileMissing when it is not there. */
  download(zone: Zone, path: string, localPath: string): Promise<void>;
  upload(zone: Zone, path: string, localPath: string, options?: WriteOptions): Promise<WriteOutcome>;
}

/** A file that an earlier stage wrote is gone: the machinery is at fault, not the data. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing';
  constructor(zone: Zone, path: string) {
    super(`${zone}/${path} is not there`);
  }
}

/** Somebody wrote over the file while it was read. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
  constructor(zone: Zone, path: string) {
    super(`${zone}/${path} was replaced or removed while it was read`);
  }
}
