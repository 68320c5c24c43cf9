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

/** Counts issues by code and column; keeps the lowest record numbers of each and the message of the first of them. */
export class ProblemTally {
  /** By severity, code and column: to put the three together for each issue of a bad file would take longer than reading it. */
  readonly #lines = { error: newLines(), warning: newLines(), notice: newLines() };
  /** In order of first appearance. */
  readonly #all: IssueLine[] = [];

  add(issue: RowIssue, record: number): void {
    const line = this.lineOf(issue);
    if (line === undefined) this.#set({ ...issue, count: 1, firstRecords: [record] });
    else {
      line.count += 1;
      noteRecord(line, record, issue.message);
    }
  }

  /** Adds the lines of another part of the file. */
  merge(lines: readonly IssueLine[]): void {
    for (const other of lines) {
      const line = this.lineOf(other);
      if (line === undefined) this.#set({ ...other, firstRecords: [...other.firstRecords] });
      else {
        line.count += other.count;
        for (const record of other.firstRecords) noteRecord(line, record, other.message);
      }
    }
  }

  /** What has been counted of this kind so far. */
  lineOf({ severity, code, column }: Pick<RowIssue, 'severity' | 'code' | 'column'>): IssueLine | undefined {
    return this.#lines[severity].get(code)?.get(column);
  }

  all(): readonly IssueLine[] {
    return [...this.#all];
  }

  #set(line: IssueLine): void {
    const ofCode = this.#lines[line.severity].get(line.code) ?? new Map<string, IssueLine>();
    ofCode.set(line.column, line);
    this.#lines[line.severity].set(line.code, ofCode);
    this.#all.push(line);
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

/** Issues need not come in the order of their records: rows with one key are found by the hash of that key. */
function noteRecord(line: IssueLine, record: number, message: string): void {
  const { firstRecords } = line;
  const isFull = firstRecords.length >= FIRST_RECORDS;
  if (isFull && record >= (firstRecords.at(-1) ?? 0)) return;
  if (record < (firstRecords[0] ?? Infinity)) line.message = message;
  const place = firstRecords.findIndex((each) => each > record);
  firstRecords.splice(place === -1 ? firstRecords.length : place, 0, record);
  if (isFull) firstRecords.pop();
}

type Lines = Map<string, Map<string, IssueLine>>;

function newLines(): Lines {
  return new Map();
}
