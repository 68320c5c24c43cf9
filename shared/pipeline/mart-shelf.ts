import type { BookId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type { Lake } from '../ports/lake.ts';
import { martPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

// Reading a mart takes a second when its book is large, so the ones that were asked for last stay as they were parsed,
// for as long as their file is the same version: nobody reads a number that is no longer there. And of many more it is
// kept how many files their book has, since each run for a day is asked for that before one of them is shown.

export type DatedRun = RunRecord & { readonly asOf: LocalDate };

const MARTS_KEPT = 3;
const SIZES_KEPT = 2_000;

export class MartShelf {
  readonly #lake: Lake;
  readonly #marts = new Map<string, { readonly etag: string; readonly mart: KpiMart }>();
  readonly #sizes = new Map<BookId, number>();

  /** One for each lake, as long as that is there. */
  static of(lake: Lake): MartShelf {
    const known = SHELVES.get(lake) ?? new MartShelf(lake);
    SHELVES.set(lake, known);
    return known;
  }

  private constructor(lake: Lake) {
    this.#lake = lake;
  }

  /** Files in the book of a run; undefined while its mart is not there. */
  async filesInBook(run: DatedRun): Promise<number | undefined> {
    const known = run.bookId && this.#sizes.get(run.bookId);
    return known ?? (await this.martOf(run))?.book.length;
  }

  async martOf(run: DatedRun): Promise<KpiMart | undefined> {
    const path = martPath(run.asOf, run.runId, 'json');
    const etag = (await this.#lake.stat('marts', path))?.etag;
    if (etag === undefined) return undefined;
    const kept = this.#marts.get(path);
    const mart = kept?.etag === etag ? kept.mart : await this.#read(path);
    if (mart === undefined) return undefined;
    putLast(this.#marts, path, { etag, mart }, MARTS_KEPT);
    // While a run is computed again, its mart may be of another book than its record says.
    if (mart.bookId === run.bookId) putLast(this.#sizes, mart.bookId, mart.book.length, SIZES_KEPT);
    return mart;
  }

  async #read(path: string): Promise<KpiMart | undefined> {
    const body = await this.#lake.read('marts', path);
    return body && KpiMart.parse(JSON.parse(body.toString('utf8')));
  }
}

const SHELVES = new WeakMap<Lake, MartShelf>();

/** Last in the order of the map is last used; the first ones go. */
function putLast<K, T>(kept: Map<K, T>, key: K, value: T, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
