import type { Contract } from '../contracts/contract.ts';
import type { Problem } from '../domain/problem.ts';
import type { FileReader, InputFile, PartSink, ReadOutcome, TableHeader } from '../ports/file-reader.ts';
import type { ParquetRows } from '../ports/parquet-rows.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { pseudonymiser, tokensOf } from '../privacy/pseudonym.ts';
import { unseal } from '../privacy/sealed.ts';
import { readCsv, readCsvHeaders } from './csv/csv-reader.ts';
import { fileFormat } from './file-format.ts';
import { readJson, readJsonHeaders } from './json/json-reader.ts';
import { readParquet, readParquetHeaders } from './parquet/parquet-reader.ts';
import { PartBuilder } from './part-builder.ts';
import type { SetAside } from './set-aside.ts';
import { readWorkbook, readWorkbookHeaders } from './xlsx/workbook-reader.ts';
import { unpackSingleFile } from './zip/single-file.ts';

// One door for all formats. What a file is follows from its first bytes: its name is only what somebody called it.

export type ReaderDeps = {
  readonly secrets: SecretStore;
  /** Reads Parquet files of that folder. */
  readonly parquetRows: (scratchDir: string) => ParquetRows;
  /** Threads for large CSV files. */
  readonly workers: number;
  /** Size that a CSV file has to have for that; undefined for the usual one. */
  readonly parallelFromBytes?: number | undefined;
};

export function anyFileReader(deps: ReaderDeps): FileReader {
  return {
    readHeaders: (file) => readHeaders(file),
    read: (file, contract, sink, setAside) => read(file, contract, { sink, setAside, deps }),
  };
}

async function readHeaders(file: InputFile): Promise<readonly TableHeader[] | Problem> {
  const format = await fileFormat(file.source);
  switch (format.kind) {
    case 'csv':
      return readCsvHeaders(file.source);
    case 'json':
      return readJsonHeaders(file.source);
    case 'parquet':
      return readParquetHeaders(file.source);
    case 'workbook':
      return readWorkbookHeaders(file.source);
    case 'zip':
      return unpacked(file, readHeaders, (problem) => problem);
    case 'unsupported':
      return format.problem;
  }
}

type Reading = {
  readonly sink: PartSink;
  readonly setAside: SetAside | undefined;
  readonly deps: ReaderDeps;
};

async function read(file: InputFile, contract: Contract, reading: Reading): Promise<ReadOutcome> {
  const format = await fileFormat(file.source);
  if (format.kind === 'unsupported') return unreadable(format.problem);
  if (format.kind === 'zip') return unpacked(file, (inner) => read(inner, contract, reading), unreadable);

  const { sink, setAside, deps } = reading;
  const key = await deps.secrets.get('pseudonym-key');
  const tokenOf = tokensOf(pseudonymiser(key));
  const { source } = file;
  if (format.kind === 'csv') {
    const settings = {
      tokenOf,
      pseudonymKey: unseal(key),
      workers: deps.workers,
      parallelFromBytes: deps.parallelFromBytes,
      setAside,
    };
    return readCsv(source, contract, sink, settings);
  }
  const builder = new PartBuilder(contract, tokenOf, setAside);
  switch (format.kind) {
    case 'json':
      return readJson(source, contract, builder, sink);
    case 'parquet':
      return readParquet(file, contract, builder, { sink, rows: deps.parquetRows(file.scratchDir) });
    case 'workbook':
      return readWorkbook(source, contract, builder, sink);
  }
}

async function unpacked<T>(
  { source, scratchDir }: InputFile,
  readInner: (file: InputFile) => Promise<T>,
  refuse: (problem: Problem) => T,
): Promise<T> {
  const inner = await unpackSingleFile(source, scratchDir);
  if ('code' in inner) return refuse(inner);
  // It is no archive again: that was looked at while it was unpacked.
  await using unpackedSource = inner.source;
  return await readInner({ source: unpackedSource, scratchDir });
}

function unreadable(problem: Problem): ReadOutcome {
  return { kind: 'unreadable', problems: [problem] };
}
