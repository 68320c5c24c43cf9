import type { BookId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type { Lake } from '../ports/lake.ts';
import { martPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

// The mart of a book never changes, and reading one takes a second when the book is large. So the ones that were asked
// for last stay as they were parsed, by book; and of many more how many files their book has, since each run for a day
// is asked for that before one of them is shown.

export type DatedRun = RunRecord & { readonly asOf: LocalDate };

const MARTS_KEPT = 3;
const SIZES_KEPT = 2_000;

export class MartShelf {
  readonly #lake: Lake;
  readonly #marts = new Map<BookId, KpiMart>();
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
    const known = run.bookId && this.#marts.get(run.bookId);
    const mart = known ?? (await this.#read(run));
    // While a run is computed again, its mart may be of another book than its record says.
    if (mart && mart.bookId === run.bookId) this.#keep(mart);
    return mart;
  }

  async #read({ asOf, runId }: DatedRun): Promise<KpiMart | undefined> {
    const body = await this.#lake.read('marts', martPath(asOf, runId, 'json'));
    return body && KpiMart.parse(JSON.parse(body.toString('utf8')));
  }

  #keep(mart: KpiMart): void {
    putLast(this.#marts, mart.bookId, mart, MARTS_KEPT);
    putLast(this.#sizes, mart.bookId, mart.book.length, SIZES_KEPT);
  }
}

const SHELVES = new WeakMap<Lake, MartShelf>();

/** Last in the order of the map is last used; the first ones go. */
function putLast<T>(kept: Map<BookId, T>, bookId: BookId, value: T, most: number): void {
  kept.delete(bookId);
  kept.set(bookId, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
