import { severalAtOnce } from '../resilience/several-at-once.ts';
import type { AccessDeps } from './access-chain.ts';
import { AccessRecord, accessPath, BEFORE_THE_FIRST, type Link, linkOf } from './access-record.ts';
import { type Break, brokenRecord } from './chain-files.ts';

export type Walked = {
  readonly breaks: readonly Break[];
  readonly records: number;
  /** The last one that is a record, and in its place. */
  readonly newest: NewestRecord | undefined;
  /** Acts whose outcome is not among these records. */
  readonly unanswered: readonly AccessRecord[];
};
export type NewestRecord = Link & { readonly at: string };

const AT_ONCE = 16;
/** As `infra/modules/retention.bicep` has it. */
const KEPT_DAYS = 2_557;
const MS_PER_DAY = 86_400_000;

/**
 * Reads records in the order of their numbers, and holds each against the one before it. The first is held against
 * nothing unless the chain begins with it; `noted` are links that were noted elsewhere.
 */
export async function walkRecords(
  numbers: Iterable<number>,
  { first, noted = [] }: { readonly first: number; readonly noted?: readonly Link[] | undefined },
  deps: AccessDeps,
): Promise<Walked> {
  const breaks: Break[] = [];
  const open = new Map<number, AccessRecord>();
  let before: Before | undefined;
  let newest: NewestRecord | undefined;
  let records = 0;
  for await (const { number, body } of filesOf(numbers, deps)) {
    records += 1;
    if (number === first) before = first === 1 ? BEFORE_THE_FIRST : goneBefore(first, noted);
    if (before?.number !== number - 1) before = undefined;
    const link = body && linkOf(number, body);
    const record = recordIn(number, body);
    const fault = faultOf(number, { record, link, noted, before }, deps);
    if (fault !== undefined) breaks.push(fault);
    before = link;
    if (link === undefined || record === undefined) continue;
    if (fault === undefined) newest = { ...link, at: record.at };
    if (record.entry.kind === 'asked') open.set(number, record);
    if (record.entry.kind === 'answered') open.delete(record.entry.asked);
  }
  return { breaks, records, newest, unanswered: [...open.values()] };
}

type Before = {
  readonly number: number;
  readonly sha256?: Link['sha256'] | undefined;
  readonly isGone?: true;
};

/** After seven years the chain begins behind a record that nobody has any more; its hash may have been noted. */
function goneBefore(first: number, noted: readonly Link[]): Before {
  const number = first - 1;
  return { number, isGone: true, sha256: noted.find((link) => link.number === number)?.sha256 };
}

type Found = {
  readonly record: AccessRecord | undefined;
  readonly link: Link | undefined;
  readonly before: Before | undefined;
  readonly noted: readonly Link[];
};

function faultOf(
  number: number,
  { record, link, before, noted }: Found,
  deps: AccessDeps,
): Break | undefined {
  if (link === undefined) return brokenRecord(number, 'it is not there');
  if (record === undefined) return brokenRecord(number, 'it is no record of ours');
  const other = noted.find((one) => one.number === number && one.sha256 !== link.sha256);
  if (other !== undefined) return brokenRecord(number, 'it is not the one that was noted', other);
  return before && faultBehind(record, before, deps);
}

/** Does it follow from the record before? */
function faultBehind(record: AccessRecord, before: Before, { clock }: AccessDeps): Break | undefined {
  const isKept = clock.now().getTime() - Date.parse(record.at) < (KEPT_DAYS - 1) * MS_PER_DAY;
  if (before.isGone && isKept)
    return brokenRecord(
      before.number,
      'it is not there, nor is any before it, though they are kept for seven years',
    );
  if (before.sha256 === undefined || record.previous === before.sha256) return undefined;
  const why =
    before.number === 0
      ? 'it does not begin a chain: it was put in the place of the first one'
      : `it does not follow from record ${before.number}: that one was changed or replaced since, or this one was put in`;
  return brokenRecord(record.number, why);
}

async function* filesOf(numbers: Iterable<number>, { lake }: Pick<AccessDeps, 'lake'>): AsyncIterable<File> {
  const filesAt = (some: readonly number[]): Promise<readonly File[]> =>
    severalAtOnce(some, AT_ONCE, async (number) => ({
      number,
      body: await lake.read('audit', accessPath(number)),
    }));
  let some: number[] = [];
  for (const number of numbers) {
    some.push(number);
    if (some.length < AT_ONCE) continue;
    yield* await filesAt(some);
    some = [];
  }
  yield* await filesAt(some);
}

type File = { readonly number: number; readonly body: Uint8Array | undefined };

function recordIn(number: number, body: Uint8Array | undefined): AccessRecord | undefined {
  if (body === undefined) return undefined;
  try {
    const record = AccessRecord.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
    return record?.number === number ? record : undefined;
  } catch {
    return undefined;
  }
}
