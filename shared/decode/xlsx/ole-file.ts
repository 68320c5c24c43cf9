import type { Problem } from '../../domain/problem.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { OLD_EXCEL, OTHER_OFFICE_FILE, PASSWORD } from './workbook-problems.ts';

// Before 2007 Office wrote a container with sectors and a directory of its own. Today a workbook with a password
// is packed into one. Only the names in its directory are read, to tell the person which of the two it is.
// The format: [MS-CFB].

const SIGNATURE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
/** The directory of a workbook fits into a few sectors; a chain that goes in circles ends here too. */
const MOST_SECTORS = 64;
/** How many sectors of the allocation table the header itself lists. */
const LISTED_SECTORS = 109;

/** What is to be said of an old container, or undefined when the file is none. */
export async function oleProblem(source: ByteSource): Promise<Problem | undefined> {
  const header = Buffer.from(await source.read(0, Math.min(HEADER_BYTES, source.size)));
  if (!SIGNATURE.every((byte, index) => header[index] === byte)) return undefined;
  const names = header.length < HEADER_BYTES ? [] : await directoryNames(source, header);
  if (names.includes('EncryptedPackage') || names.includes('EncryptionInfo')) return PASSWORD;
  return names.includes('Workbook') || names.includes('Book') ? OLD_EXCEL : OTHER_OFFICE_FILE;
}

async function directoryNames(source: ByteSource, header: Buffer): Promise<string[]> {
  const sectorBytes = header.readUInt16LE(30) === 12 ? 4_096 : 512;
  const names: string[] = [];
  let sector = header.readUInt32LE(48);
  for (let count = 0; count < MOST_SECTORS; count += 1) {
    const bytes = await sectorAt(source, sector, sectorBytes);
    if (bytes === undefined) break;
    for (let at = 0; at < sectorBytes; at += ENTRY_BYTES) names.push(nameAt(bytes, at));
    const next = await nextSector(source, header, sector, sectorBytes);
    if (next === undefined) break;
    sector = next;
  }
  return names;
}

function nameAt(sector: Buffer, at: number): string {
  const length = Math.min(sector.readUInt16LE(at + 64), 64);
  return length < 2 ? '' : sector.toString('utf16le', at, at + length - 2);
}

async function nextSector(
  source: ByteSource,
  header: Buffer,
  sector: number,
  sectorBytes: number,
): Promise<number | undefined> {
  const perSector = sectorBytes / 4;
  const listed = Math.floor(sector / perSector);
  if (listed >= LISTED_SECTORS) return undefined;
  const table = await sectorAt(source, header.readUInt32LE(76 + listed * 4), sectorBytes);
  return table?.readUInt32LE((sector % perSector) * 4);
}

/** Undefined for the marks that stand for no sector, and for what lies outside of the file. */
async function sectorAt(
  source: ByteSource,
  sector: number,
  sectorBytes: number,
): Promise<Buffer | undefined> {
  const start = (sector + 1) * sectorBytes;
  if (start + sectorBytes > source.size) return undefined;
  return Buffer.from(await source.read(start, start + sectorBytes));
}
