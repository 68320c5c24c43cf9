import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Contract, contractLabel } from '../contracts/contract.ts';
import { Sha256 } from '../domain/ids.ts';
import type { EncodedRowGroup } from './parquet-row-group.ts';
import { RECORD_NUMBER, type StagedColumn, writeSchema } from './parquet-schema.ts';
import { writeRowGroup } from './row-group-metadata.ts';
import { ThriftWriter } from './thrift-compact.ts';

const MAGIC = Buffer.from('PAR1', 'latin1');
const CREATED_BY = 'abaco-loans-analytics staging 1';

/**
 * A typed staging file on the local disk. It holds only what the footer will say of the row groups, about 2 kB for
 * each. Until `finish` the file has no footer, and no reader accepts it.
 */
export class ParquetFile implements AsyncDisposable {
  readonly #contract: Contract;
  readonly #columns: readonly StagedColumn[];
  readonly #handle: FileHandle;
  /** What the footer says of each row group. */
  readonly #groups: Uint8Array[] = [];
  readonly #hash = createHash('sha256');
  #rows = 0;
  #bytes = 0;

  private constructor(contract: Contract, handle: FileHandle) {
    this.#contract = contract;
    this.#columns = [RECORD_NUMBER, ...contract.columns];
    this.#handle = handle;
  }

  /** Starts the file anew, also where there was one before. */
  static async open(path: string, contract: Contract): Promise<ParquetFile> {
    const file = new ParquetFile(contract, await open(path, 'w'));
    try {
      await file.#write(MAGIC);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
    return file;
  }

  /** Row groups stand in the file in the order of the calls; each call must have ended before the next one. */
  async append(group: EncodedRowGroup): Promise<void> {
    if (group.chunks.length !== this.#columns.length) {
      throw new Error(
        `The row group has ${group.chunks.length} columns, but the file ${this.#columns.length}.`,
      );
    }
    if (group.rows === 0) return;
    const start = this.#bytes;
    await this.#write(group.bytes);
    this.#groups.push(writeRowGroup(group, this.#columns, start));
    this.#rows += group.rows;
  }

  /** Writes the footer: the file is complete then. Its hash was made on the way. */
  async finish(): Promise<{ readonly rows: number; readonly bytes: number; readonly sha256: Sha256 }> {
    const footer = this.#footer();
    const size = Buffer.alloc(4);
    size.writeUInt32LE(footer.length);
    await this.#write(Buffer.concat([footer, size, MAGIC]));
    return { rows: this.#rows, bytes: this.#bytes, sha256: Sha256.parse(this.#hash.digest('hex')) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  #footer(): Uint8Array {
    const thrift = new ThriftWriter();
    thrift.element(() => {
      thrift.i32(1, 1);
      writeSchema(thrift, 2, this.#columns);
      thrift.i64(3, this.#rows);
      thrift.writtenStructs(4, this.#groups);
      thrift.structs(5, [{ key: 'contract', value: contractLabel(this.#contract) }], ({ key, value }) => {
        thrift.text(1, key);
        thrift.text(2, value);
      });
      thrift.text(6, CREATED_BY);
      // Limits are in the order of each column's type: without this line readers do not trust them.
      thrift.structs(7, this.#columns, () => thrift.struct(1, () => undefined));
    });
    return thrift.bytes;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }
}
