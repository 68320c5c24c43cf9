import type { Contract } from '../contracts/contract.ts';
import type { SetAside } from '../decode/set-aside.ts';
import type { SnapshotPart } from '../decode/snapshot-part.ts';
import type { Problem } from '../domain/problem.ts';
import type { ByteSource } from './byte-source.ts';

// A file of any format in, judged and typed parts out, in the order of its rows.

export type InputFile = {
  readonly source: ByteSource;
  /** A private folder on the local disk, for formats that have to be unpacked or opened by path. */
  readonly scratchDir: string;
};

/** The names at the top of one table of the file: a workbook has several. */
export type TableHeader = { readonly names: readonly string[]; readonly table?: string };

export interface PartSink {
  take(part: SnapshotPart): Promise<void>;
}

/** What a file's header lacks and has besides, against its contract. */
export type ColumnDifference = {
  readonly unexpected: readonly string[];
  /** Columns that have to be there and are not, with the name in the header that may be meant. */
  readonly missing: readonly { readonly column: string; readonly nearest?: string }[];
  readonly missingOptional: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
};

export type ReadOutcome =
  | {
      readonly kind: 'read';
      readonly unexpectedColumns: readonly string[];
      readonly missingOptionalColumns: readonly string[];
      /** Columns that the file calls by another of their names, with that name as it is compared. */
      readonly aliases: Readonly<Record<string, string>>;
      /** What was noticed about the file as a whole: byte order mark, delimiter, ignored columns, the sheet read. */
      readonly notices: readonly Problem[];
    }
  | {
      readonly kind: 'unreadable';
      readonly problems: readonly Problem[];
      /** Where the header is what is wrong. */
      readonly columns?: ColumnDifference;
    };

export interface FileReader {
  /** The headers of the file's tables, without reading further than needed; or why there is none. */
  readHeaders(file: InputFile): Promise<readonly TableHeader[] | Problem>;
  /** Reads every row; those that are set aside are left out of the parts. */
  read(file: InputFile, contract: Contract, sink: PartSink, setAside?: SetAside): Promise<ReadOutcome>;
}
