import { type CellValue, cellParser } from '../contracts/cell-parser.ts';
import type { Column, Contract } from '../contracts/contract.ts';
import { ruleCheck, type TypedRow } from '../contracts/row-rules.ts';
import { type RawRow, type RowIssue, remarkOn, rowJudge } from '../contracts/row-schema.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { TokenMaker } from '../privacy/pseudonym.ts';
import { encodeRowGroup } from '../staging/parquet-row-group.ts';
import { asOfVotes } from './as-of-finder.ts';
import { BATCH_RECORDS, BatchBuilder, type BatchMemory, type ColumnBatch } from './column-batch.ts';
import { foldBatch } from './fold-batch.ts';
import { maskBatch } from './mask-batch.ts';
import { ProblemTally } from './problem-tally.ts';
import { type RuleProbe, ruleProbes } from './row-checks.ts';
import { safeCells } from './safe-cells.ts';
import { type SetAside, setAsideCheck } from './set-aside.ts';
import type { RejectedRow, SnapshotPart } from './snapshot-part.ts';
import { isWatched, SuspectWatch } from './suspect-watch.ts';

// The records of one part of a file, from cells to a finished part. Readers with a fast path write the plain cells of
// a row into `batch` themselves; everything else about rows happens here, once for all formats.

/**
 * Rejected rows of a part that are described in words, and those of one code and column. To describe a row takes as long
 * as to read some sixty. Only the first ones of a file are written down in words, so a later part describes fewer: as
 * many as are wanted when the parts before it are sound.
 */
const MOST_DETAILED = { inFirstRecords: { rows: 1_000, ofAKind: 100 }, later: { rows: 100, ofAKind: 10 } };
/** Of a file, the words of so many rejected rows are written down; after them, numbers, places and codes have to do. */
export const MOST_WORDED_ROWS = 1_000;
/** A file that is bad throughout is not written down a second time: the raw one is kept, and every row is counted. */
export const MOST_LISTED_ROWS = 50_000;
/** A part ends early when its texts grow beyond this, so that wide rows do not fill the memory. */
export const MOST_TEXT_BYTES = 32 * 1024 * 1024;

type Cells = Readonly<Record<string, string>>;

const NO_ISSUES: readonly RowIssue[] = [];

/** One record while it is read. */
export type RowAtHand = {
  readonly record: number;
  readonly offset?: number;
  /** Where people find it, if its number does not say so: ` (Excel row 10)`. */
  readonly place?: string;
  /** The text of a cell by the position of its column in the contract; undefined when the file lacks the column. */
  cell(column: number): string | undefined;
};

export class PartBuilder {
  readonly batch: BatchBuilder;
  /** Records so far, rejected ones included. */
  records = 0;

  /** Asks for a row by its record number; undefined when none is set aside. */
  readonly isSetAside: ((record: number) => boolean) | undefined;

  readonly #setAside: SetAside | undefined;
  readonly #contract: Contract;
  readonly #tokenOf: TokenMaker;
  readonly #judge: ReturnType<typeof rowJudge>;
  readonly #parsers: readonly ReturnType<typeof cellParser>[];
  readonly #rules: readonly {
    severity: RowIssue['severity'];
    code: ProblemCode;
    check: ReturnType<typeof ruleCheck>;
    probe: RuleProbe | undefined;
  }[];
  readonly #allColumns: readonly number[];
  readonly #suspects: SuspectWatch;
  #tally = new ProblemTally();
  #rejectedRows: RejectedRow[] = [];
  #detailed = 0;
  #dropped = 0;
  /** Rejected rows of all parts so far: where others read some of the parts before, there are more. */
  #rejectedBefore = 0;
  /** On the row under way: one array for all rows, of which most have none. */
  readonly #remarks: RowIssue[] = [];
  readonly #codes = new Map<ProblemCode, readonly ProblemCode[]>();

  /** `setAside` are rows that are not to be kept although nothing in them is wrong. */
  constructor(contract: Contract, tokenOf: TokenMaker, setAside?: SetAside, memory?: BatchMemory) {
    this.batch = new BatchBuilder(contract, memory);
    this.#contract = contract;
    this.#tokenOf = tokenOf;
    this.#judge = rowJudge(contract);
    this.#parsers = contract.columns.map(cellParser);
    const probes = ruleProbes(contract, this.batch);
    this.#rules = contract.rules.map((rule, index) => ({
      severity: rule.severity,
      code: rule.code,
      check: ruleCheck(rule, contract),
      probe: probes[index],
    }));
    this.#allColumns = contract.columns.map((_, index) => index);
    this.#suspects = new SuspectWatch(contract);
    this.isSetAside = setAside && setAsideCheck(setAside);
    this.#setAside = setAside;
  }

  /** Enough records for a part, or enough text. */
  get isFull(): boolean {
    return this.records >= BATCH_RECORDS || this.batch.textBytes > MOST_TEXT_BYTES;
  }

  /** The row under way has been written into `batch` in full and breaks no rule. */
  acceptRow(record: number): void {
    this.records += 1;
    this.batch.endRow(record);
  }

  /** The same of so many rows, whose records follow one another. */
  acceptRows(firstRecord: number, count: number): void {
    this.records += count;
    this.batch.endRows(firstRecord, count);
  }

  /**
   * Judges a row. `unread` are the columns that the caller has not written into the batch as plain values; all of them
   * unless it says otherwise.
   */
  judgeRow(row: RowAtHand, unread: readonly number[] = this.#allColumns): void {
    this.records += 1;
    const remarks = this.#remarks;
    if (remarks.length > 0) remarks.length = 0;
    const issues = this.#readCells(row, unread);
    const broken = issues.length > 0 ? issues : this.#checkRules();
    if (broken.length > 0) {
      this.#reject(row, broken);
      return;
    }
    if (this.isSetAside?.(row.record) === true) {
      this.#leaveOut(row);
      return;
    }
    for (const remark of remarks) this.#tally.add(atRow(row, remark), row.record);
    this.batch.endRow(row.record);
  }

  /** A row with something wrong that its cells do not show. */
  refuseRow(row: RowAtHand, issues: readonly RowIssue[]): void {
    this.records += 1;
    this.#keepAsItIs(
      row,
      issues.map((issue) => atRow(row, issue)),
    );
  }

  /** A record that is no row: torn, or with another number of cells. These are asked for only if they are kept. */
  rejectRecord(
    at: { record: number; offset?: number },
    code: ProblemCode,
    message: string,
    cells: Cells | (() => Cells) = {},
  ): void {
    this.records += 1;
    const issues: readonly RowIssue[] = [{ code, severity: 'error', column: '', message }];
    const masking = { isTorn: true, tokenOf: this.#tokenOf };
    this.#keepRejected(at, issues, () => {
      const named = typeof cells === 'function' ? cells() : cells;
      return { issues, cells: safeCells(this.#contract, named, masking) };
    });
  }

  /**
   * A cell of a column that the contract does not know: it is not kept, but it must not name a person. Only those of
   * the records that are watched count.
   */
  seeUnexpected(record: number, column: string, text: string): void {
    if (isWatched(record)) this.#suspects.see(column, text);
  }

  /** Everything so far as a part; the builder is empty afterwards. */
  finish(): SnapshotPart {
    const clear = this.batch.take();
    this.#suspects.seeBatch(clear);
    const batch: ColumnBatch = maskBatch(clear, this.#contract, this.#tokenOf);
    const part: SnapshotPart = {
      records: this.records,
      accepted: batch.rows,
      rejected: this.records - batch.rows - this.#dropped,
      dropped: this.#dropped,
      rowGroup: batch.rows === 0 ? undefined : encodeRowGroup(batch, this.#contract.columns),
      ...foldBatch(batch, this.#contract),
      votes: asOfVotes(this.#contract, batch),
      issues: this.#tally.all(),
      rejectedRows: this.#rejectedRows,
      suspects: this.#suspects.take(),
    };
    this.records = 0;
    this.#tally = new ProblemTally();
    this.#rejectedRows = [];
    this.#detailed = 0;
    this.#dropped = 0;
    return part;
  }

  /** Returns what the contract refuses; `#remarks` has what it only warns of. */
  #readCells(row: RowAtHand, unread: readonly number[]): readonly RowIssue[] {
    let issues: RowIssue[] | undefined;
    const at = this.batch.rows;
    for (const index of unread) {
      const column = this.#contract.columns[index] as Column;
      const text = row.cell(index);
      const cell = (this.#parsers[index] as ReturnType<typeof cellParser>)(text);
      if (cell.kind === 'bad') {
        issues ??= [];
        issues.push({ code: cell.code, severity: 'error', column: column.name, message: cell.detail });
        continue;
      }
      if (cell.note !== undefined) this.#remarks.push(remarkOn(column, cell.note, text));
      this.batch.columns[index]?.set(at, cell.value);
    }
    return issues ?? NO_ISSUES;
  }

  /** Adds what rules only warn of to `#remarks` and returns what they refuse. */
  #checkRules(): readonly RowIssue[] {
    const at = this.batch.rows;
    const broken: RowIssue[] = [];
    let typed: TypedRow | undefined;
    for (const { severity, code, check, probe } of this.#rules) {
      const blamed = probe?.breachAt(at) ?? -1;
      if (blamed === -1) continue;
      const column = probe?.blamed[blamed] ?? '';
      if (severity === 'error' && this.#tally.lineOf({ severity, code, column }) !== undefined) {
        // It has been told in words before; if it is told again, then in those of the judge.
        broken.push({ code, severity, column, message: '' });
        continue;
      }
      typed ??= this.#typedRow();
      const breach = check(typed);
      if (breach === undefined) continue;
      const issue = { code, severity, column: breach.column, message: breach.detail };
      if (severity === 'warning')
        this.#remarks.push({ ...issue, message: `${breach.detail}; the row was kept as it is` });
      else broken.push(issue);
    }
    return broken;
  }

  #typedRow(): TypedRow {
    const at = this.batch.rows;
    const row: Record<string, CellValue> = {};
    for (const [index, { name, type }] of this.#contract.columns.entries()) {
      const column = this.batch.columns[index];
      if (column === undefined || column.isNull(at)) row[name] = null;
      else if (type === 'boolean') row[name] = column.numberAt(at) === 1;
      // No rule reads a text; that there is one is all that matters.
      else row[name] = type === 'text' ? 'text' : column.numberAt(at);
    }
    return row;
  }

  /** A row that other rows speak against goes to quarantine, one that is there twice nowhere. */
  #leaveOut(row: RowAtHand): void {
    const issue = this.#setAside?.rejected.get(row.record);
    if (issue === undefined) {
      this.#dropped += 1;
      return;
    }
    this.#keepAsItIs(row, [issue]);
  }

  #keepAsItIs(row: RowAtHand, issues: readonly RowIssue[]): void {
    const masking = { isTorn: false, tokenOf: this.#tokenOf };
    this.#keepRejected(row, issues, () => ({
      issues,
      cells: safeCells(this.#contract, this.#rawRow(row), masking),
    }));
  }

  #reject(row: RowAtHand, issues: readonly RowIssue[]): void {
    this.#keepRejected(row, issues, () => {
      const raw = this.#rawRow(row);
      const verdict = this.#judge(raw);
      if (verdict.kind === 'accepted')
        throw new Error(`row ${row.record}: two judges of one contract disagree`);
      const cells = safeCells(this.#contract, raw, { isTorn: false, tokenOf: this.#tokenOf });
      return { issues: verdict.issues.map((issue) => atRow(row, issue)), cells };
    });
  }

  /** In words while there is room, and whenever something is wrong for the first time. Every issue is counted. */
  #keepRejected(
    { record, offset }: { record: number; offset?: number },
    issues: readonly RowIssue[],
    inWords: () => { issues: readonly RowIssue[]; cells: Readonly<Record<string, string>> },
  ): void {
    const { rows, ofAKind } = record <= BATCH_RECORDS ? MOST_DETAILED.inFirstRecords : MOST_DETAILED.later;
    const isWanted = this.#rejectedBefore < MOST_WORDED_ROWS && this.#detailed < rows;
    this.#rejectedBefore += 1;
    const isListed = this.#rejectedBefore <= MOST_LISTED_ROWS;
    // The first of each part, since another thread may have read the parts before.
    const most = isWanted ? ofAKind : 1;
    if (!this.#isRare(issues, most)) {
      const codes = this.#codesOf(issues);
      if (isListed)
        this.#rejectedRows.push(offset === undefined ? { record, codes } : { record, offset, codes });
      for (const issue of issues) this.#tally.add(issue, record);
      return;
    }
    const worded = inWords();
    this.#detailed += 1;
    this.#rejectedRows.push({ record, ...(offset !== undefined && { offset }), ...worded });
    for (const issue of worded.issues) this.#tally.add(issue, record);
  }

  /** Has one of them been counted less often than that? */
  #isRare(issues: readonly RowIssue[], most: number): boolean {
    for (const issue of issues) if ((this.#tally.lineOf(issue)?.count ?? 0) < most) return true;
    return false;
  }

  /** Most rows have one, and share what names it. */
  #codesOf(issues: readonly RowIssue[]): readonly ProblemCode[] {
    const [first] = issues;
    if (first === undefined || issues.length > 1) return [...new Set(issues.map(({ code }) => code))];
    const known = this.#codes.get(first.code);
    if (known !== undefined) return known;
    const alone = [first.code];
    this.#codes.set(first.code, alone);
    return alone;
  }

  #rawRow(row: RowAtHand): RawRow {
    const raw: Record<string, string> = {};
    for (const [index, { name }] of this.#contract.columns.entries()) {
      const text = row.cell(index);
      if (text !== undefined) raw[name] = text;
    }
    return raw;
  }
}

function atRow({ record, place = '' }: Pick<RowAtHand, 'record' | 'place'>, issue: RowIssue): RowIssue {
  return { ...issue, message: `row ${record}${place}: ${issue.message}` };
}
