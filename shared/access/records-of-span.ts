import type { Lake } from '../ports/lake.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import { ACCESS_FOLDER, AccessRecord, accessNumber, accessPath } from './access-record.ts';

const AT_ONCE = 16;
/** How many are held at a time. */
const BATCH = 512;
/** What came of an act is told within minutes: a record that is a day later tells nothing of it. */
const AFTERWARDS_MS = 86_400_000;

type Span = { readonly from: string; readonly to: string };

/**
 * The numbers, in their order, of the records that may tell of that time: by their dates, and not by reading all of them.
 * None that was written long after it is among them.
 */
export async function numbersOfSpan({ from, to }: Span, lake: Lake): Promise<readonly number[]> {
  const numbers: number[] = [];
  // A file is written once: one that is older than the time is no record of it. One that was copied back looks newer.
  for await (const { path, modifiedAt } of lake.list('audit', ACCESS_FOLDER)) {
    const number = accessNumber(path);
    if (number !== undefined && modifiedAt.toISOString() >= from.slice(0, 19)) numbers.push(number);
  }
  const until = new Date(Date.parse(to) + AFTERWARDS_MS).toISOString();
  return numbers.slice(0, await countBefore(until, numbers, lake));
}

/** Tells these records, in this order. What is no record is for the walk to tell. */
export async function tellRecords(
  numbers: readonly number[],
  lake: Lake,
  tell: (record: AccessRecord) => void,
): Promise<void> {
  for (let from = 0; from < numbers.length; from += BATCH) {
    const batch = numbers.slice(from, from + BATCH);
    const records = await severalAtOnce(batch, AT_ONCE, (number) => recordAt(number, lake));
    for (const record of records) if (record !== undefined) tell(record);
  }
}

/** They follow each other in time, so that a few of them tell where it ends. */
async function countBefore(until: string, numbers: readonly number[], lake: Lake): Promise<number> {
  let [low, high] = [0, numbers.length];
  // Mostly there is nothing later, which the last one tells.
  for (let middle = high - 1; low < high; middle = Math.floor((low + high) / 2)) {
    const found = await readableFrom(middle, high, numbers, lake);
    if (found === undefined || found.at >= until) high = middle;
    else low = found.index + 1;
  }
  return high;
}

async function readableFrom(
  start: number,
  end: number,
  numbers: readonly number[],
  lake: Lake,
): Promise<{ readonly index: number; readonly at: string } | undefined> {
  for (const [offset, number] of numbers.slice(start, end).entries()) {
    const record = await recordAt(number, lake);
    if (record !== undefined) return { index: start + offset, at: record.at };
  }
  return undefined;
}

async function recordAt(number: number, lake: Lake): Promise<AccessRecord | undefined> {
  const body = await lake.read('audit', accessPath(number));
  try {
    return AccessRecord.safeParse(JSON.parse(body?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}
