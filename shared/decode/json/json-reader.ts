import type { Contract } from '../../contracts/contract.ts';
import { columnNamed, foldName, matchHeader } from '../../contracts/match-header.ts';
import type { Problem } from '../../domain/problem.ts';
import { type ByteSource, inRanges } from '../../ports/byte-source.ts';
import type { PartSink, ReadOutcome, TableHeader } from '../../ports/file-reader.ts';
import { BYTE_ORDER_MARK } from '../csv/csv-problems.ts';
import { headerOnly, headerProblems, refusedHeader } from '../header-problems.ts';
import type { PartBuilder } from '../part-builder.ts';
import { type JsonFindings, NotJson } from './json-bytes.ts';
import { type JsonRecord, jsonHeader, jsonRecords } from './json-records.ts';

// JSON read by a contract: the names of a record's fields are its header, so each record may have its own.

export async function readJsonHeaders(source: ByteSource): Promise<readonly TableHeader[] | Problem> {
  try {
    return [{ names: await jsonHeader(inRanges(source)) }];
  } catch (error) {
    if (error instanceof NotJson) return error.problem;
    throw error;
  }
}

export async function readJson(
  source: ByteSource,
  contract: Contract,
  builder: PartBuilder,
  sink: PartSink,
): Promise<ReadOutcome> {
  const findings: JsonFindings = { byteOrderMark: false };
  try {
    // The first records tell what the file has; rows with other fields are met one by one.
    const header = await jsonHeader(inRanges(source));
    const match = matchHeader(contract, header);
    const isEmpty = header.length === 0;
    const problems = isEmpty ? [] : headerProblems(contract, match);
    const refused = refusedHeader(problems, match);
    if (refused !== undefined) return refused;
    const fields = new FieldNames(contract);
    const records = await readRecords(jsonRecords(inRanges(source), findings), fields, builder, sink);
    if (records === 0 && contract.mayBeEmpty !== true) {
      return { kind: 'unreadable', problems: [headerOnly(contract)] };
    }
    return {
      kind: 'read',
      unexpectedColumns: fields.unexpected,
      missingOptionalColumns: fields.neverSeen,
      aliases: fields.aliases,
      notices: [...problems, ...(findings.byteOrderMark ? [BYTE_ORDER_MARK] : [])],
    };
  } catch (error) {
    if (error instanceof NotJson) return { kind: 'unreadable', problems: [error.problem] };
    throw error;
  }
}

async function readRecords(
  records: AsyncIterable<JsonRecord>,
  names: FieldNames,
  builder: PartBuilder,
  sink: PartSink,
): Promise<number> {
  let count = 0;
  for await (const record of records) {
    count += 1;
    takeRecord(record, names, builder);
    if (builder.isFull) await sink.take(builder.finish());
  }
  if (builder.records > 0) await sink.take(builder.finish());
  return count;
}

function takeRecord(record: JsonRecord, names: FieldNames, builder: PartBuilder): void {
  const place = { record: record.record, offset: record.offset };
  if (record.kind === 'malformed') {
    builder.rejectRecord(place, 'malformed-row', `row ${record.record}: ${record.malformed}`);
    return;
  }
  const cells: (string | undefined)[] = [];
  const claimedBy = new Map<number, string>();
  for (const name of record.nulls) names.columnOf(name);
  for (const [name, text] of record.fields) {
    const column = names.columnOf(name);
    if (column === undefined) {
      builder.seeUnexpected(record.record, name, text);
      continue;
    }
    if (claimedBy.has(column)) {
      const message = `row ${record.record} has two fields for ${names.nameOf(column)}, so nobody can tell which one counts`;
      builder.rejectRecord(place, 'malformed-row', message);
      return;
    }
    claimedBy.set(column, name);
    cells[column] = text;
  }
  builder.judgeRow({ ...place, cell: (column) => cells[column] });
}

/** More names than any honest file has: beyond them unknown ones are not listed any more, nor any kept in mind. */
const MOST_UNEXPECTED = 1_000;
/** No column has a name of that length. */
const LONGEST_KEPT = 1_000;

/** The fields met so far and the columns that they stand for. */
class FieldNames {
  readonly unexpected: string[] = [];
  readonly #contract: Contract;
  readonly #columns = new Map<string, number | undefined>();
  /** By the first name that each was met by, as names are compared. */
  readonly #seen = new Map<number, string>();

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  get neverSeen(): string[] {
    return this.#contract.columns.flatMap(({ name }, index) => (this.#seen.has(index) ? [] : [name]));
  }

  get aliases(): Record<string, string> {
    const met = Array.from(this.#seen, ([column, folded]) => [this.nameOf(column), folded] as const);
    return Object.fromEntries(met.filter(([name, folded]) => folded !== foldName(name)));
  }

  nameOf(column: number): string {
    return this.#contract.columns[column]?.name ?? '';
  }

  columnOf(name: string): number | undefined {
    if (this.#columns.has(name)) return this.#columns.get(name);
    const found = columnNamed(this.#contract, name);
    const column =
      found === undefined ? undefined : this.#contract.columns.findIndex((each) => each.name === found);
    if (column !== undefined && !this.#seen.has(column)) this.#seen.set(column, foldName(name));
    // A file of ever new names is not to fill the memory.
    if (this.#columns.size < 2 * MOST_UNEXPECTED) this.#keep(name, column);
    return column;
  }

  #keep(name: string, column: number | undefined): void {
    // A name that was cut out of a record would hold on to all of it.
    const kept = Buffer.from(name.slice(0, LONGEST_KEPT)).toString();
    if (name.length <= LONGEST_KEPT) this.#columns.set(kept, column);
    const isListed = column === undefined && name.trim() !== '' && this.unexpected.length < MOST_UNEXPECTED;
    if (isListed) this.unexpected.push(kept);
  }
}
