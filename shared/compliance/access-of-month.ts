import type { AccessRecord } from '../access/access-record.ts';
import { lastWalk } from '../access/last-walk.ts';
import { numbersOfSpan, tellRecords } from '../access/records-of-span.ts';
import type { Lake } from '../ports/lake.ts';
import type { ComplianceMonth } from './compliance-month.ts';

type Access = ComplianceMonth['access'];
type Span = { readonly from: string; readonly to: string };

/**
 * What was done and looked at over HTTP, as the access record has it. Records beyond `most` are counted and not read; what
 * is broken in it the walk tells.
 */
export async function accessOfMonth(span: Span, most: number, lake: Lake): Promise<Access> {
  const counts = new AccessCounts();
  const numbers = await numbersOfSpan(span, lake);
  await tellRecords(numbers.slice(0, most), lake, (record) => counts.add(record, span));
  const walk = await lastWalk(lake);
  return {
    ...counts.all(),
    notRead: Math.max(0, numbers.length - most),
    ...(walk && {
      chain: {
        walkedAt: walk.at,
        breaks: walk.breaks.length + walk.moreBreaks,
        ...(walk.newest && { newest: walk.newest }),
      },
    }),
  };
}

class AccessCounts {
  #acts = 0;
  #looks = 0;
  #withoutReason = 0;
  #refused = 0;
  readonly #open = new Set<number>();
  readonly #keys = new Set<string>();
  readonly #routes = new Map<string, number>();

  add(record: AccessRecord, { from, to }: Span): void {
    if (record.at < from) return;
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
