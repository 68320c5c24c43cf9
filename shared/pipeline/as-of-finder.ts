import type { CellValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import { fromEpochDay, LocalDate, toEpochDay } from '../domain/local-date.ts';
import type { RowBatch } from '../ports/file-reader.ts';

// The true as-of date of a file, from its rows and by the rule of its contract.

/** A due date that stands for "never" leads beyond it, to a day that cannot be written. */
const LAST_DAY = toEpochDay(LocalDate.parse('9999-12-31'));

export type AsOfFinding = {
  readonly asOf: LocalDate | undefined;
  /** Rows of the newest snapshot that say another day than most. */
  readonly disagreeing: number;
};

export class AsOfFinder {
  readonly #rule: Contract['asOf'];
  readonly #column: (batch: RowBatch, name: string) => readonly CellValue[];
  #newestLabel = Number.NEGATIVE_INFINITY;
  /** How many rows imply each day, among the rows of the newest label. */
  #votes = new Map<number, number>();

  constructor(contract: Contract) {
    this.#rule = contract.asOf;
    const position = new Map(contract.columns.map(({ name }, index) => [name, index]));
    this.#column = (batch, name) => batch.columns[position.get(name) ?? -1] ?? [];
  }

  add(batch: RowBatch): void {
    const rule = this.#rule;
    const label = rule.kind === 'newest' ? rule.column : rule.label;
    const labels = label === undefined ? undefined : this.#column(batch, label);
    const dates = rule.kind === 'newest' ? [] : this.#column(batch, rule.date);
    const days = rule.kind === 'newest' ? [] : this.#column(batch, rule.days);
    for (let row = 0; row < batch.length; row += 1) {
      const labelled = numberAt(labels, row) ?? 0;
      if (labelled > this.#newestLabel) {
        this.#newestLabel = labelled;
        this.#votes.clear();
      }
      const [date, late] = [numberAt(dates, row), numberAt(days, row)];
      if (labelled < this.#newestLabel || date === undefined || late === undefined || late <= 0) continue;
      this.#votes.set(date + late, (this.#votes.get(date + late) ?? 0) + 1);
    }
  }

  find(): AsOfFinding {
    const [most] = [...this.#votes]
      .filter(([day]) => day <= LAST_DAY)
      .sort(([dayA, a], [dayB, b]) => b - a || dayB - dayA);
    if (most !== undefined) {
      const [day, agreeing] = most;
      const all = [...this.#votes.values()].reduce((sum, votes) => sum + votes, 0);
      return { asOf: fromEpochDay(day), disagreeing: all - agreeing };
    }
    const hasLabel = this.#rule.kind === 'newest' || this.#rule.label !== undefined;
    const known = hasLabel && Number.isFinite(this.#newestLabel);
    return { asOf: known ? fromEpochDay(this.#newestLabel) : undefined, disagreeing: 0 };
  }
}

function numberAt(values: readonly CellValue[] | undefined, row: number): number | undefined {
  const value = values?.[row];
  return typeof value === 'number' ? value : undefined;
}

const DATE_IN_NAME = /(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?!\d)/g;

/** The first day written in a file's name: `loans_2025-12-10.csv`, `loans-20251210.csv`. */
export function asOfInName(
  path: string,
  parse: (text: string) => LocalDate | undefined,
): LocalDate | undefined {
  for (const [, year, month, day] of (path.split('/').at(-1) ?? '').matchAll(DATE_IN_NAME)) {
    const date = parse(`${year}-${month}-${day}`);
    if (date !== undefined) return date;
  }
  return undefined;
}
