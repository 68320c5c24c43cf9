import type { Lake } from '../ports/lake.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import { ACCESS_FOLDER, AccessRecord, accessNumber } from './access-record.ts';

const AT_ONCE = 16;
const BATCH = 512;
/** For one report; what is beyond is counted and not read. */
const MOST_READ = 200_000;

/** Tells every record from a moment on, in the order of their numbers. What is no record is for the walk to tell. */
export async function recordsSince(
  from: string,
  lake: Lake,
  tell: (record: AccessRecord) => void,
  most = MOST_READ,
): Promise<{ readonly notRead: number }> {
  let notRead = 0;
  let read = 0;
  let batch: string[] = [];
  const readBatch = async (): Promise<void> => {
    const bodies = await severalAtOnce(batch, AT_ONCE, (path) => lake.read('audit', path));
    for (const record of bodies.map(recordIn)) if (record !== undefined && record.at >= from) tell(record);
    batch = [];
  };
  // A file is written once, so that one which is older holds no record of that time.
  for await (const { path, modifiedAt } of lake.list('audit', ACCESS_FOLDER)) {
    if (accessNumber(path) === undefined || modifiedAt.toISOString() < from.slice(0, 19)) continue;
    if (read === most) {
      notRead += 1;
      continue;
    }
    read += 1;
    if (batch.push(path) === BATCH) await readBatch();
  }
  await readBatch();
  return { notRead };
}

function recordIn(body: Buffer | undefined): AccessRecord | undefined {
  try {
    return AccessRecord.safeParse(JSON.parse(body?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}
