import { type JsonFindings, jsonBytes, NotJson } from './json-bytes.ts';
import { broken, type CutValue, isBlank, JsonCursor, MAX_RECORD_BYTES, NO_BYTE } from './json-cursor.ts';
import { type JsonLayout, jsonLayout } from './json-layout.ts';
import { readRecord } from './record-fields.ts';

// JSON into flat records: a list of objects, an object on each line, an object that holds such a list, or one object.

export type JsonRecord =
  | {
      readonly kind: 'fields';
      /** The first record of the file is 1. */
      readonly record: number;
      /** Place of its first byte in the file. */
      readonly offset: number;
      /** Text of each value by dotted name (`properties.email`): numbers as written, lists as JSON, no nulls. */
      readonly fields: ReadonlyMap<string, string>;
      /** Names whose value is null. */
      readonly nulls: readonly string[];
    }
  | {
      readonly kind: 'malformed';
      readonly record: number;
      readonly offset: number;
      readonly malformed: string;
    };

/** Members of an object that may hold its records. */
const RECORD_MEMBERS = ['data', 'results', 'rows', 'records'];

const MARK = { '{': 0x7b, '}': 0x7d, '[': 0x5b, ']': 0x5d, ',': 0x2c, ':': 0x3a } as const;
type Mark = keyof typeof MARK;

/** Throws NotJson, with the problem, at the place where nobody can tell any more where the next record begins. */
export async function* jsonRecords(
  source: AsyncIterable<Uint8Array>,
  findings: JsonFindings = { byteOrderMark: false },
): AsyncGenerator<JsonRecord> {
  const chunks = jsonBytes(source, findings);
  try {
    const { head, layout } = await readHead(chunks);
    const cursor = new JsonCursor(head, chunks);
    if (layout === 'lines') yield* recordsOfLines(cursor);
    else yield* recordsOfDocument(cursor);
  } finally {
    await chunks.return(undefined);
  }
}

const HEADER_RECORDS = 100;

/** The names in the first hundred records, in order of appearance. Throws NotJson. */
export async function jsonHeader(source: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const record of jsonRecords(source)) {
    if (record.kind === 'fields') {
      for (const name of record.fields.keys()) names.add(name);
      for (const name of record.nulls) names.add(name);
    }
    if (record.record >= HEADER_RECORDS) break;
  }
  return [...names];
}

/** As much of the file as tells its layout. */
async function readHead(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ head: Uint8Array; layout: JsonLayout }> {
  let head: Uint8Array = new Uint8Array(0);
  for (;;) {
    const next = await chunks.next();
    if (next.done !== true) head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const layout = jsonLayout(head, next.done === true);
    if (layout !== undefined) return { head, layout };
  }
}

/** A line that is no record spoils nothing but itself. */
async function* recordsOfLines(cursor: JsonCursor): AsyncGenerator<JsonRecord> {
  for (let line = await cursor.line(); line !== undefined; line = await cursor.line()) {
    const start = firstNotBlank(line.text);
    if (start === line.text.length) continue;
    const read = readRecord(line.text);
    const place = { record: cursor.record, offset: line.offset + start };
    yield read.kind === 'fields'
      ? { ...place, ...read }
      : { ...place, kind: 'malformed', malformed: `the line ${read.detail}` };
    cursor.record += 1;
  }
}

async function* recordsOfDocument(cursor: JsonCursor): AsyncGenerator<JsonRecord> {
  const first = await cursor.peek();
  if (first === NO_BYTE) return;
  if (first === MARK['[']) yield* recordsOfList(cursor);
  else if (first === MARK['{']) yield* recordsOfObject(cursor);
  else {
    const message =
      'The file does not begin with an object or a list, so it is not JSON. Nothing was read. Export it as JSON and drop it again.';
    throw new NotJson('damaged-file', message);
  }
  if ((await cursor.peek()) !== NO_BYTE) {
    throw broken(cursor.record, cursor.offset, 'something follows the end of the document');
  }
}

async function* recordsOfList(cursor: JsonCursor): AsyncGenerator<JsonRecord> {
  cursor.step();
  if ((await cursor.peek()) === MARK[']']) return cursor.step();
  for (;;) {
    yield recordOf(cursor, await cursor.value());
    cursor.record += 1;
    const mark = await cursor.peek();
    if (mark !== MARK[','] && mark !== MARK[']']) throw expected(cursor, 'a comma or the end of the list');
    cursor.step();
    if (mark === MARK[']']) return;
  }
}

/** Records are in one member of the object, or the object is itself the record. */
async function* recordsOfObject(cursor: JsonCursor): AsyncGenerator<JsonRecord> {
  const offset = cursor.offset;
  const members: string[] = [];
  let length = 2;
  let holder: string | undefined;
  cursor.step();
  let mark = await cursor.peek();
  if (mark === MARK['}']) cursor.step();
  while (mark !== MARK['}']) {
    if ((await cursor.peek()) !== 0x22) throw expected(cursor, 'a name in quotation marks');
    const { text: key } = await cursor.value();
    await skip(cursor, ':');
    if (isHolder(key, await cursor.peek())) {
      if (holder !== undefined) throw twoLists(holder, key);
      holder = key;
      // What came before the records is not theirs.
      members.length = 0;
      if ((await cursor.peek()) === MARK['[']) yield* recordsOfList(cursor);
      else {
        yield recordOf(cursor, await cursor.value());
        cursor.record += 1;
      }
    } else {
      const value = await cursor.value();
      checkMember(cursor, key, value);
      length += key.length + value.text.length + 2;
      if (holder === undefined && length <= MAX_RECORD_BYTES) members.push(`${key}:${value.text}`);
    }
    mark = await cursor.peek();
    if (mark !== MARK[','] && mark !== MARK['}']) throw expected(cursor, 'a comma or the end of the object');
    cursor.step();
  }
  if (holder !== undefined) return;
  if (length > MAX_RECORD_BYTES) throw objectTooLong();
  yield recordOf(cursor, { text: `{${members.join(',')}}`, offset });
  cursor.record += 1;
}

/** A list under one of the names that records have; `data` may also be the only record itself. */
function isHolder(key: string, next: number): boolean {
  const name = key.slice(1, -1);
  return RECORD_MEMBERS.includes(name) && (next === MARK['['] || (name === 'data' && next === MARK['{']));
}

function recordOf(cursor: JsonCursor, { text, offset }: CutValue): JsonRecord {
  const { record } = cursor;
  const read = readRecord(text);
  if (read.kind === 'broken') throw broken(record, offset, `it ${read.detail}`);
  if (read.kind === 'malformed') return { kind: 'malformed', record, offset, malformed: read.detail };
  return { record, offset, ...read };
}

/** Members beside the records are not kept, but a file with a broken one is damaged. */
function checkMember(cursor: JsonCursor, key: string, value: CutValue): void {
  const read = readRecord(`{${key}:${value.text}}`);
  if (read.kind === 'broken') throw broken(cursor.record, value.offset, `it ${read.detail}`);
}

async function skip(cursor: JsonCursor, mark: Mark): Promise<void> {
  if ((await cursor.peek()) !== MARK[mark]) throw expected(cursor, 'a colon after the name');
  cursor.step();
}

function expected(cursor: JsonCursor, what: string): NotJson {
  return broken(cursor.record, cursor.offset, `${what} is missing`);
}

function twoLists(first: string, second: string): NotJson {
  const message = `The file has records under ${first} and under ${second}, so it is unclear which ones count. Nothing was promoted. Export one of them and drop the file again.`;
  return new NotJson('unsupported-format', message);
}

function objectTooLong(): NotJson {
  const message = `The file is one object that is longer than ${MAX_RECORD_BYTES} bytes and has no list of records. Nothing was read. Export a list of objects, one for each record, and drop the file again.`;
  return new NotJson('record-too-long', message);
}

function firstNotBlank(text: string): number {
  let at = 0;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}
