import { severalAtOnce } from '../resilience/several-at-once.ts';
import type { AccessDeps } from './access-chain.ts';
import {
  ACCESS_FOLDER,
  AccessRecord,
  accessNumber,
  accessPath,
  BEFORE_THE_FIRST,
  type Link,
  linkOf,
} from './access-record.ts';

export type ChainVerdict =
  | {
      readonly kind: 'whole';
      readonly records: number;
      /** Undefined while there is none. */
      readonly newest: (Link & { readonly at: string }) | undefined;
      /** Acts whose outcome is not recorded: the process died, or is at it now. */
      readonly unanswered: readonly AccessRecord[];
    }
  | { readonly kind: 'broken' /** The first break. */; readonly where: string; readonly why: string };

const AT_ONCE = 16;
/** As `infra/modules/retention.bicep` has it. */
const KEPT_DAYS = 2_557;
const MS_PER_DAY = 86_400_000;

/**
 * Walks the whole chain and names the first break. What the chain alone cannot show is that its end was cut off or
 * changed: for that, give a link that was noted elsewhere, such as in the log.
 */
export async function verifyChain(
  { noted }: { readonly noted?: Link | undefined },
  deps: AccessDeps,
): Promise<ChainVerdict> {
  const numbers: number[] = [];
  for await (const { path } of deps.lake.list('audit', ACCESS_FOLDER)) {
    const number = accessNumber(path);
    if (number === undefined) return { kind: 'broken', where: `file ${path}`, why: 'it is no record' };
    numbers.push(number);
  }
  const [first = 1] = numbers;
  // After seven years the chain begins later, behind a record that nobody has any more.
  let before: Before = first === 1 ? BEFORE_THE_FIRST : goneBefore(first, noted);
  let newest: (Link & { readonly at: string }) | undefined;
  const open = new Map<number, AccessRecord>();
  for await (const { number, body } of filesOf(numbers, deps)) {
    const next = before.number + 1;
    const record = number === next ? recordIn(body) : undefined;
    if (number !== next || body === undefined) return broken(next, 'it is not there');
    if (record?.number !== number) return broken(number, 'it is no record of ours');
    const fault = faultOf(record, before, deps);
    if (fault !== undefined) return fault;
    newest = { ...linkOf(number, body), at: record.at };
    before = newest;
    if (noted?.number === number && noted.sha256 !== newest.sha256)
      return broken(number, 'it is not the one that was noted');
    if (record.entry.kind === 'asked') open.set(number, record);
    if (record.entry.kind === 'answered') open.delete(record.entry.asked);
  }
  if (noted !== undefined && (noted.number > (newest?.number ?? 0) || noted.number < first - 1))
    return broken(noted.number, 'it is not there, though it was noted');
  return { kind: 'whole', records: numbers.length, newest, unanswered: [...open.values()] };
}

type Before = {
  readonly number: number;
  readonly sha256?: Link['sha256'] | undefined;
  readonly isGone?: true;
};

/** Nobody has it any more, but its hash may have been noted. */
function goneBefore(first: number, noted: Link | undefined): Before {
  const number = first - 1;
  return { number, isGone: true, sha256: noted?.number === number ? noted.sha256 : undefined };
}

/** Does it follow from the record before? */
function faultOf(record: AccessRecord, before: Before, { clock }: AccessDeps): ChainVerdict | undefined {
  const isKept = clock.now().getTime() - Date.parse(record.at) < (KEPT_DAYS - 1) * MS_PER_DAY;
  if (before.isGone && isKept)
    return broken(
      before.number,
      'it is not there, nor is any before it, though they are kept for seven years',
    );
  if (before.sha256 === undefined || record.previous === before.sha256) return undefined;
  const why =
    before.number === 0
      ? 'it does not begin a chain: it was put in the place of the first one'
      : `it does not follow from record ${before.number}: that one was changed or replaced since, or this one was put in`;
  return broken(record.number, why);
}

async function* filesOf(
  numbers: readonly number[],
  { lake }: Pick<AccessDeps, 'lake'>,
): AsyncIterable<{ readonly number: number; readonly body: Uint8Array | undefined }> {
  for (let from = 0; from < numbers.length; from += AT_ONCE) {
    yield* await severalAtOnce(numbers.slice(from, from + AT_ONCE), AT_ONCE, async (number) => ({
      number,
      body: await lake.read('audit', accessPath(number)),
    }));
  }
}

function recordIn(body: Uint8Array | undefined): AccessRecord | undefined {
  if (body === undefined) return undefined;
  try {
    return AccessRecord.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function broken(number: number, why: string): ChainVerdict {
  return { kind: 'broken', where: `record ${number}`, why };
}
