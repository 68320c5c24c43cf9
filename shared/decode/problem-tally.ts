import type { RowIssue } from '../contracts/row-schema.ts';
import type { ValidationReport } from '../runs/documents.ts';

const FIRST_RECORDS = 10;

/** All issues of one severity, code and column. */
export type IssueLine = Omit<RowIssue, 'message'> & {
  /** In the words of the first of them. */
  message: string;
  count: number;
  firstRecords: number[];
};

/** Counts issues by code and column; keeps the first message and the first few record numbers of each. */
export class ProblemTally {
  readonly #lines = new Map<string, IssueLine>();

  add(issue: RowIssue, record: number): void {
    const line = this.lineOf(issue);
    if (line === undefined) this.#lines.set(keyOf(issue), { ...issue, count: 1, firstRecords: [record] });
    else {
      line.count += 1;
      if (line.firstRecords.length < FIRST_RECORDS) line.firstRecords.push(record);
    }
  }

  /** Adds the lines of a later part of the file. */
  merge(lines: readonly IssueLine[]): void {
    for (const other of lines) {
      const line = this.lineOf(other);
      if (line === undefined)
        this.#lines.set(keyOf(other), { ...other, firstRecords: [...other.firstRecords] });
      else {
        line.count += other.count;
        line.firstRecords.push(...other.firstRecords.slice(0, FIRST_RECORDS - line.firstRecords.length));
      }
    }
  }

  /** What has been counted of this kind so far. */
  lineOf(issue: Pick<RowIssue, 'severity' | 'code' | 'column'>): IssueLine | undefined {
    return this.#lines.get(keyOf(issue));
  }

  all(): readonly IssueLine[] {
    return [...this.#lines.values()];
  }

  /** Worst first, then the most frequent. */
  lines(): ValidationReport['problems'] {
    const order = { error: 0, warning: 1, notice: 2 };
    return this.all()
      .toSorted((a, b) => order[a.severity] - order[b.severity] || b.count - a.count)
      .map(({ column, firstRecords, ...line }) => ({
        ...line,
        ...(column !== '' && { column }),
        ...(firstRecords[0] !== undefined && { record: firstRecords[0], firstRecords }),
      }));
  }
}

function keyOf({ severity, code, column }: Pick<RowIssue, 'severity' | 'code' | 'column'>): string {
  return `${severity} ${code} ${column}`;
}
