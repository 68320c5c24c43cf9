import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  type BlobDownloadResponseParsed,
  type BlobServiceClient,
  type BlockBlobClient,
  RestError,
} from '@azure/storage-blob';
import {
  FileChanged,
  FileMissing,
  type Lake,
  type LakeFile,
  type WriteOptions,
  type WriteOutcome,
} from '../../ports/lake.ts';
import type { Zone } from '../../topology.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCKS_AT_ONCE = 2;

/** The lake on Azure Blob Storage: a zone is a container. */
export class BlobLake implements Lake {
  readonly #service: BlobServiceClient;

  constructor(service: BlobServiceClient) {
    this.#service = service;
  }

  async stat(zone: Zone, path: string): Promise<LakeFile | undefined> {
    const found = await absentAsUndefined(this.#blob(zone, path).getProperties());
    return found && lakeFile(path, found);
  }

  async open(zone: Zone, path: string, version?: { etag: string }): ReturnType<Lake['open']> {
    const conditions = version ? { conditions: { ifMatch: version.etag } } : {};
    const response = await absentAsUndefined(this.#blob(zone, path).download(0, undefined, conditions));
    if (response?.readableStreamBody === undefined) return undefined;
    return { file: lakeFile(path, response), body: Readable.from(response.readableStreamBody) };
  }

  async ranges(zone: Zone, path: string, version?: { etag: string }): ReturnType<Lake['ranges']> {
    const file = await this.stat(zone, path);
    if (file === undefined || (version !== undefined && version.etag !== file.etag)) return undefined;
    const blob = this.#blob(zone, path);
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      if (end <= start) return new Uint8Array(0);
      const range = blob.downloadToBuffer(start, end - start, {
        conditions: { ifMatch: file.etag },
        blockSize: end - start,
      });
      const bytes = await absentAsUndefined(range);
      if (bytes === undefined) throw new FileChanged(zone, path);
      return bytes;
    };
    return { file, source: { size: file.bytes, read } };
  }

  async read(zone: Zone, path: string): Promise<Buffer | undefined> {
    // In one request: asked for its length first, a file that is replaced in between would be cut off at the old one.
    const response = await absentAsUndefined(this.#blob(zone, path).download());
    if (response?.readableStreamBody === undefined) return undefined;
    return await buffer(response.readableStreamBody);
  }

  async write(
    zone: Zone,
    path: string,
    body: Uint8Array | string,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const bytes = Buffer.from(body);
    return await conflictAsOutcome(
      this.#blob(zone, path).upload(bytes, bytes.length, uploadOptions(options)),
      options,
    );
  }

  async writeStream(
    zone: Zone,
    path: string,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const stream = Readable.from(body, { objectMode: false });
    return await conflictAsOutcome(
      this.#blob(zone, path).uploadStream(stream, BLOCK_BYTES, BLOCKS_AT_ONCE, uploadOptions(options)),
      options,
    );
  }

  async remove(zone: Zone, path: string, { etag }: { etag: string }): Promise<boolean> {
    try {
      await this.#blob(zone, path).deleteIfExists({ conditions: { ifMatch: etag } });
      return true;
    } catch (error) {
      // Not that version: another one, or none any more.
      if (error instanceof RestError && error.statusCode === 412)
        return (await this.stat(zone, path)) === undefined;
      throw error;
    }
  }

  async *list(zone: Zone, prefix = ''): AsyncIterable<LakeFile> {
    const blobs = this.#service.getContainerClient(zone).listBlobsFlat({ prefix, includeMetadata: true });
    for await (const { name, properties, metadata } of blobs) {
      yield {
        path: name,
        etag: quoted(properties.etag),
        bytes: properties.contentLength ?? 0,
        modifiedAt: properties.lastModified,
        metadata: metadata ?? {},
      };
    }
  }

  async download(zone: Zone, path: string, localPath: string): Promise<void> {
    const opened = await this.open(zone, path);
    if (opened === undefined) throw new FileMissing(zone, path);
    await pipeline(opened.body, createWriteStream(localPath));
  }

  async upload(
    zone: Zone,
    path: string,
    localPath: string,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    // One request up to 256 MB, streamed: unlike a list of blocks it cannot be mixed up with another writer's.
    return await conflictAsOutcome(
      this.#blob(zone, path).uploadFile(localPath, uploadOptions(options)),
      options,
    );
  }

  #blob(zone: Zone, path: string): BlockBlobClient {
    return this.#service.getContainerClient(zone).getBlockBlobClient(path);
  }
}

function uploadOptions({
  contentType,
  metadata,
  onlyIf,
}: WriteOptions): Parameters<BlockBlobClient['upload']>[2] {
  return {
    ...(contentType !== undefined && { blobHTTPHeaders: { blobContentType: contentType } }),
    ...(metadata !== undefined && { metadata: { ...metadata } }),
    ...(onlyIf === 'absent' && { conditions: { ifNoneMatch: '*' } }),
    ...(typeof onlyIf === 'object' && { conditions: { ifMatch: onlyIf.etag } }),
  };
}

type BlobFacts = Pick<BlobDownloadResponseParsed, 'etag' | 'contentLength' | 'lastModified' | 'metadata'>;

function lakeFile(path: string, facts: BlobFacts): LakeFile {
  return {
    path,
    etag: quoted(facts.etag),
    bytes: facts.contentLength ?? 0,
    modifiedAt: facts.lastModified ?? new Date(0),
    metadata: facts.metadata ?? {},
  };
}

/** Listings give ETags without their quotation marks, properties with them. */
function quoted(etag: string | undefined): string {
  return etag === undefined || etag.startsWith('"') ? (etag ?? '') : `"${etag}"`;
}

async function absentAsUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof RestError && (error.statusCode === 404 || error.statusCode === 412))
      return undefined;
    throw error;
  }
}

async function conflictAsOutcome(
  request: Promise<{ etag?: string }>,
  { onlyIf }: WriteOptions,
): Promise<WriteOutcome> {
  try {
    return { kind: 'written', etag: quoted((await request).etag) };
  } catch (error) {
    if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) {
      return { kind: 'conflict' };
    }
    // Another writer committed first, which throws the blocks of everybody else away.
    if (error instanceof RestError && error.code === 'InvalidBlockList' && onlyIf !== undefined) {
      return { kind: 'conflict' };
    }
    throw error;
  }
}
