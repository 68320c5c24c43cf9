import type { Problem } from '../domain/problem.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { openZip } from './zip/zip-archive.ts';

export type FileFormat =
  | { readonly kind: 'csv' | 'json' | 'parquet' | 'workbook' | 'zip' }
  | { readonly kind: 'unsupported'; readonly problem: Problem };

const HEAD_BYTES = 4_096;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** Known by their first bytes and not read. */
const FOREIGN: readonly (readonly [signature: string, name: string])[] = [
  ['\u001f\u008b', 'compressed with gzip'],
  ['7z\u00bc\u00af', 'a 7-Zip archive'],
  ['Rar!', 'a RAR archive'],
  ['BZh', 'compressed with bzip2'],
  ['\u0028\u00b5\u002f\u00fd', 'compressed with Zstandard'],
  ['%PDF', 'a PDF'],
  ['\u0089PNG', 'a picture'],
  ['\u00ff\u00d8\u00ff', 'a picture'],
  ['ORC', 'an ORC file'],
  ['Obj\u0001', 'an Avro file'],
];

/** What a file is, by its first bytes. Whatever has no signature is taken for CSV, whose reader says what is wrong. */
export async function fileFormat(source: ByteSource): Promise<FileFormat> {
  const head = Buffer.from(await source.read(0, Math.min(HEAD_BYTES, source.size))).toString('latin1');
  if (head.startsWith('PAR1')) return { kind: 'parquet' };
  // The container of old Excel files and of encrypted ones; the workbook reader tells them apart.
  if (head.startsWith('\u00d0\u00cf\u0011\u00e0')) return { kind: 'workbook' };
  if (head.startsWith('PK')) return await zipFormat(source);
  const foreign = FOREIGN.find(([signature]) => head.startsWith(signature));
  if (foreign !== undefined) return { kind: 'unsupported', problem: unsupported(foreign[1]) };
  const text = (head.startsWith(BYTE_ORDER_MARK) ? head.slice(BYTE_ORDER_MARK.length) : head).trimStart();
  return { kind: text.startsWith('{') || text.startsWith('[') ? 'json' : 'csv' };
}

/** A workbook is a ZIP with a table of content types. */
async function zipFormat(source: ByteSource): Promise<FileFormat> {
  const archive = await openZip(source, { maxInflatedBytes: Number.MAX_SAFE_INTEGER, allowWorkbooks: true });
  if ('code' in archive) return { kind: 'unsupported', problem: archive };
  const isPackage = archive.entries.some(({ name }) => name === '[Content_Types].xml');
  return { kind: isPackage ? 'workbook' : 'zip' };
}

function unsupported(what: string): Problem {
  return {
    code: 'unsupported-format',
    severity: 'error',
    message: `The file is ${what}, which is not read here. Nothing was read. Export it as CSV, Excel (.xlsx), Parquet or JSON and drop it again.`,
  };
}
