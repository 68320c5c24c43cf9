import { posix } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { UnreadableFile } from '../zip/unreadable-file.ts';
import type { ZipArchive, ZipEntry } from '../zip/zip-archive.ts';
import {
  BINARY_WORKBOOK,
  EXTERNAL_LINKS,
  MACROS,
  missingPart,
  NOT_WORKBOOK,
  OPEN_DOCUMENT,
} from './workbook-problems.ts';
import { readXmlPart } from './xml-part.ts';

// A workbook is a ZIP of parts that point to one another by relationships. Parts are found by following those, as
// Excel does, not by the names that they usually have.

export type Relationship = {
  readonly id: string;
  /** The last word of its type: `worksheet`, `sharedStrings`, `styles`. The rest differs between dialects. */
  readonly kind: string;
  /** Path of the part in the archive, in lower case. */
  readonly target: string;
};

export class PackageParts {
  readonly #parts: ReadonlyMap<string, ZipEntry>;

  constructor(archive: ZipArchive) {
    // Names of parts are the same in upper and lower case.
    this.#parts = new Map(archive.entries.map((entry) => [entry.name.toLowerCase(), entry]));
  }

  /** What forbids to read the archive as a workbook. */
  async problem(): Promise<Problem | undefined> {
    const names = [...this.#parts.keys()];
    if (names.includes('mimetype') && names.includes('content.xml')) return OPEN_DOCUMENT;
    if (names.some((name) => name.endsWith('/workbook.bin'))) return BINARY_WORKBOOK;
    if (!names.includes(CONTENT_TYPES)) return NOT_WORKBOOK;
    if (names.some((name) => MACRO_PART.test(name))) return MACROS;
    if (names.some((name) => name.startsWith('xl/externallinks/'))) return EXTERNAL_LINKS;
    return await this.#contentTypeProblem();
  }

  has(path: string): boolean {
    return this.#parts.has(path);
  }

  bytes(path: string): AsyncIterable<Uint8Array> {
    const part = this.#parts.get(path);
    if (part === undefined) throw missingPart(path);
    return part.bytes();
  }

  /** What a part points to. The part '' is the package itself. */
  async relationships(path: string): Promise<readonly Relationship[]> {
    const folder = posix.dirname(path);
    const file = posix.join(folder, '_rels', `${posix.basename(path)}.rels`);
    const found: Relationship[] = [];
    await readXmlPart(this.bytes(file), file, {
      open({ name, attribute }) {
        if (name !== 'Relationship') return;
        const kind = (attribute('Type') ?? '').split('/').at(-1) ?? '';
        const isOutside = attribute('TargetMode') === 'External';
        if (isOutside || kind.startsWith('externalLink')) throw new UnreadableFile(EXTERNAL_LINKS);
        if (/vbaProject|macrosheet/i.test(kind)) throw new UnreadableFile(MACROS);
        found.push({
          id: attribute('Id') ?? '',
          kind,
          target: posix
            .resolve('/', folder, attribute('Target') ?? '')
            .slice(1)
            .toLowerCase(),
        });
      },
    });
    return found;
  }

  async #contentTypeProblem(): Promise<Problem | undefined> {
    let found: Problem | undefined;
    await readXmlPart(this.bytes(CONTENT_TYPES), CONTENT_TYPES, {
      open({ attribute }) {
        const type = attribute('ContentType') ?? '';
        if (/sheet\.binary/i.test(type)) found ??= BINARY_WORKBOOK;
        else if (/macroEnabled|vbaProject|macrosheet/i.test(type)) found ??= MACROS;
        else if (/externalLink/i.test(type)) found ??= EXTERNAL_LINKS;
      },
    });
    return found;
  }
}

const CONTENT_TYPES = '[content_types].xml';
const MACRO_PART = /(?:^|\/)(?:vbaproject[^/]*\.bin|vbadata\.xml|macrosheets\/.*|intlmacrosheets\/.*)$/;
