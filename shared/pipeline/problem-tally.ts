import type { RowIssue } from '../contracts/row-schema.ts';
import type { ValidationReport } from '../runs/documents.ts';

const FIRST_RECORDS = 10;

/** Counts problems by code and column; keeps the first message and the first few record numbers of each. */
export class ProblemTally {
  readonly #lines = new Map<string, RowIssue & { count: number; firstRecords: number[] }>();

  add(issue: RowIssue, record: number): void {
    const key = `${issue.severity} ${issue.code} ${issue.column}`;
    const line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, { ...issue, count: 1, firstRecords: [record] });
    else {
      line.count += 1;
      if (line.firstRecords.length < FIRST_RECORDS) line.firstRecords.push(record);
    }
  }

  /** Worst first, then the most frequent. */
  lines(): ValidationReport['problems'] {
    const order = { error: 0, warning: 1, notice: 2 };
    return [...this.#lines.values()]
      .sort((a, b) => order[a.severity] - order[b.severity] || b.count - a.count)
      .map(({ column, firstRecords, ...line }) => ({
        ...line,
        ...(column !== '' && { column }),
        ...(firstRecords[0] !== undefined && { record: firstRecords[0], firstRecords }),
      }));
  }
}
