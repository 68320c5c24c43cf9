import type { FileMetaData, SchemaElement } from 'hyparquet';
import { shownName } from '../../contracts/match-header.ts';
import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { footerFault } from './footer-shape.ts';

// Column names and number of rows of a Parquet file, from its footer alone.

export type ParquetSchema =
  | {
      readonly kind: 'schema';
      /** In the order of the file. */
      readonly columns: readonly string[];
      readonly rows: number;
    }
  | { readonly kind: 'unreadable'; readonly problem: Problem };

const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';
const TAIL_BYTES = 8;
/** The shortest file: both magics and the length of the footer. */
const LEAST_BYTES = MAGIC.length + TAIL_BYTES;
const MAX_FOOTER_BYTES = 16 * 1024 * 1024;
const MAX_COLUMNS = 10_000;
/** Record numbers are kept in 32 bits. */
const MAX_ROWS = 2_147_483_647n;

/**
 * A footer of a few bytes can claim a thousand million rows, each of which would be judged. The best packed of honest
 * files hold fewer than that in a byte; small ones are let through, since little work is asked for.
 */
const MOST_ROWS_IN_A_BYTE = 4n;
const FEW_ROWS = 1_000_000n;

export async function parquetSchema(source: ByteSource): Promise<ParquetSchema> {
  const footer = await footerOf(source);
  if (!(footer instanceof Uint8Array)) return unreadable(footer);
  const fault = footerFault(footer.subarray(0, footer.length - TAIL_BYTES));
  if (fault === 'too-large') return unreadable(unsafe('its footer is larger than that of any honest file'));
  if (fault !== undefined) return unreadable(damaged('its footer cannot be read'));
  const metadata = await metadataOf(footer);
  if (metadata === undefined) return unreadable(damaged('its footer cannot be read'));
  const columns = topLevel(metadata.schema);
  const problem =
    columns === undefined ? damaged('its schema cannot be read') : check(metadata, columns, source.size);
  if (problem !== undefined || columns === undefined)
    return unreadable(problem ?? damaged('its schema cannot be read'));
  return { kind: 'schema', columns: columns.map(({ name }) => name), rows: Number(metadata.num_rows) };
}

/** The footer with its length and the closing magic; or why there is none. */
async function footerOf(source: ByteSource): Promise<Uint8Array | Problem> {
  if (source.size < LEAST_BYTES) return damaged('it is too short to be one');
  const head = await source.read(0, MAGIC.length);
  const tail = Buffer.from(await source.read(source.size - TAIL_BYTES, source.size));
  const magic = tail.toString('latin1', 4);
  if (magic === ENCRYPTED_MAGIC) return ENCRYPTED;
  if (Buffer.from(head).toString('latin1') !== MAGIC) return damaged('it does not begin as one');
  if (magic !== MAGIC) return damaged('its end is missing');
  const length = tail.readUInt32LE(0);
  if (length > source.size - LEAST_BYTES) return unsafe('its footer is longer than the file');
  if (length > MAX_FOOTER_BYTES) return unsafe('its footer is larger than that of any honest file');
  return await source.read(source.size - TAIL_BYTES - length, source.size);
}

async function metadataOf(footer: Uint8Array): Promise<FileMetaData | undefined> {
  // It takes some milliseconds to load, and most files are not Parquet.
  const { parquetMetadataAsync } = await import('hyparquet');
  const bytes = Uint8Array.from(footer).buffer;
  const buffer = {
    byteLength: bytes.byteLength,
    slice: (start: number, end?: number) => bytes.slice(start, end),
  };
  try {
    return await parquetMetadataAsync(buffer, { geoparquet: false });
  } catch {
    // The bytes are all there, so it can only be what they say.
    return undefined;
  }
}

type TopLevel = { readonly name: string; readonly nested: boolean };

/** The columns below the root; undefined when the tree does not add up. */
function topLevel(schema: readonly SchemaElement[]): readonly TopLevel[] | undefined {
  const columns: TopLevel[] = [];
  let at = 1;
  const skip = (): boolean => {
    // How many elements are still to come at the level under way and below it.
    for (let open = 1; open > 0; open -= 1, at += 1) {
      const children = schema[at]?.num_children ?? 0;
      if (schema[at] === undefined || children < 0) return false;
      open += children;
    }
    return true;
  };
  while (at < schema.length) {
    const element = schema[at];
    const nested = (element?.num_children ?? 0) > 0 || element?.repetition_type === 'REPEATED';
    columns.push({ name: element?.name ?? '', nested });
    if (!skip()) return undefined;
  }
  return columns.length === schema[0]?.num_children ? columns : undefined;
}

function check(metadata: FileMetaData, columns: readonly TopLevel[], size: number): Problem | undefined {
  if (columns.length > MAX_COLUMNS) return unsafe(`it has more than ${MAX_COLUMNS} columns`);
  if (columns.length === 0) return damaged('it has no columns');
  const nested = columns.filter((column) => column.nested).map(({ name }) => name);
  if (nested.length > 0) return nestedColumns(nested);
  return sizeProblem(metadata, columns.length, BigInt(size));
}

/** Sizes that contradict each other or the file. A footer may leave any of them out, whatever the types say. */
function sizeProblem(
  { num_rows, row_groups }: FileMetaData,
  columns: number,
  size: bigint,
): Problem | undefined {
  if (!isSize(num_rows) || num_rows > MAX_ROWS) return unsafe('it has more rows than there can be');
  if (num_rows > FEW_ROWS && num_rows > size * MOST_ROWS_IN_A_BYTE) {
    return unsafe('it claims more rows than its bytes can hold');
  }
  let rows = 0n;
  for (const group of row_groups) {
    if (!isSize(group.num_rows) || group.columns.length !== columns) {
      return damaged('its row groups do not fit its schema');
    }
    rows += group.num_rows;
    for (const chunk of group.columns) {
      const problem = chunkProblem(chunk, size);
      if (problem !== undefined) return problem;
    }
  }
  return rows === num_rows ? undefined : unsafe('its row groups have another number of rows than the file');
}

function chunkProblem(
  { file_path, crypto_metadata, meta_data }: FileMetaData['row_groups'][number]['columns'][number],
  size: bigint,
): Problem | undefined {
  if (crypto_metadata !== undefined) return ENCRYPTED;
  if (file_path !== undefined) return unsafe('its data are in another file');
  if (meta_data === undefined) return damaged('it does not say where its data are');
  const start = meta_data.dictionary_page_offset ?? meta_data.data_page_offset;
  const length = meta_data.total_compressed_size;
  const isThere = isSize(start) && isSize(length) && isSize(meta_data.total_uncompressed_size);
  return isThere && start + length <= size
    ? undefined
    : unsafe('it says that its data are where the file has none');
}

function isSize(size: unknown): size is bigint {
  return typeof size === 'bigint' && size >= 0n;
}

function nestedColumns(names: readonly string[]): Problem {
  const listed = names.slice(0, 20).map((name) => JSON.stringify(shownName(name)));
  const more = names.length > listed.length ? ` and ${names.length - listed.length} more` : '';
  return {
    code: 'unsupported-format',
    severity: 'error',
    message: `These columns of the Parquet file hold lists or objects instead of single values: ${listed.join(', ')}${more}. Nothing was read. Export them as plain columns, or leave them out, and drop the file again.`,
  };
}

const ENCRYPTED: Problem = {
  code: 'encrypted-file',
  severity: 'error',
  message: 'The Parquet file is encrypted. Nothing was read. Export it without encryption and drop it again.',
};

function damaged(why: string): Problem {
  const message = `The Parquet file is damaged or cut off: ${why}. Nothing was read. Export it again and drop the new file.`;
  return { code: 'damaged-file', severity: 'error', message };
}

function unsafe(why: string): Problem {
  const message = `The Parquet file cannot be trusted: ${why}. Nothing was read. Export it again and drop the new file.`;
  return { code: 'unsafe-file', severity: 'error', message };
}

function unreadable(problem: Problem): ParquetSchema {
  return { kind: 'unreadable', problem };
}
