import { ACCESS_FOLDER, AccessRecord, accessNumber } from '../access/access-record.ts';
import { lastWalk } from '../access/last-walk.ts';
import type { Lake } from '../ports/lake.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import type { ComplianceMonth } from './compliance-month.ts';

const AT_ONCE = 16;
/** How many are held at a time. */
const BATCH = 512;

type Access = ComplianceMonth['access'];
type Span = { readonly from: string; readonly to: string };

/**
 * What was done and looked at over HTTP, as the access record has it. Records beyond `most` are counted and not read; what
 * is broken in it the walk tells.
 */
export async function accessOfMonth(span: Span, most: number, lake: Lake): Promise<Access> {
  const counts = new AccessCounts();
  let read = 0;
  let notRead = 0;
  let batch: string[] = [];
  const readBatch = async (): Promise<void> => {
    const bodies = await severalAtOnce(batch, AT_ONCE, (path) => lake.read('audit', path));
    for (const body of bodies) counts.add(recordIn(body), span);
    batch = [];
  };
  // Files are written once: one that is older than the month is no record of it. One that was copied back looks newer.
  for await (const { path, modifiedAt } of lake.list('audit', ACCESS_FOLDER)) {
    if (accessNumber(path) === undefined || modifiedAt.toISOString() < span.from) continue;
    if (read >= most) {
      notRead += 1;
      continue;
    }
    read += 1;
    batch.push(path);
    if (batch.length === BATCH) await readBatch();
  }
  await readBatch();
  const walk = await lastWalk(lake);
  return {
    ...counts.all(),
    notRead,
    ...(walk && {
      chain: {
        walkedAt: walk.at,
        breaks: walk.breaks.length + walk.moreBreaks,
        ...(walk.newest && { newest: walk.newest }),
      },
    }),
  };
}

function recordIn(body: Buffer | undefined): AccessRecord | undefined {
  try {
    return AccessRecord.safeParse(JSON.parse(body?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}

class AccessCounts {
  #acts = 0;
  #looks = 0;
  #withoutReason = 0;
  #refused = 0;
  readonly #open = new Set<number>();
  readonly #keys = new Set<string>();
  readonly #routes = new Map<string, number>();

  add(record: AccessRecord | undefined, { from, to }: Span): void {
    if (record === undefined || record.at < from) return;
    const { entry, number } = record;
    // What came of an act may be told in the month after.
    if (entry.kind === 'answered') {
      if (this.#open.delete(entry.asked) && entry.status >= 400) this.#refused += 1;
      return;
    }
    if (record.at >= to) return;
    if (entry.who.key !== undefined) this.#keys.add(entry.who.key);
    this.#routes.set(entry.what.route, (this.#routes.get(entry.what.route) ?? 0) + 1);
    if (entry.kind === 'read') {
      this.#looks += 1;
      return;
    }
    this.#acts += 1;
    this.#open.add(number);
    if (entry.why.reason === undefined && entry.why.ticket === undefined) this.#withoutReason += 1;
  }

  all(): Omit<Access, 'notRead' | 'chain'> {
    return {
      acts: this.#acts,
      looks: this.#looks,
      withoutReason: this.#withoutReason,
      withoutOutcome: this.#open.size,
      refused: this.#refused,
      keys: this.#keys.size,
      byRoute: Object.fromEntries([...this.#routes].toSorted(([a], [b]) => a.localeCompare(b))),
    };
  }
}
