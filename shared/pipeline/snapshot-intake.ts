import { createHash } from 'node:crypto';
import { type CellValue, showValue } from '../contracts/cell-parser.ts';
import type { Contract } from '../contracts/contract.ts';
import type { TypedRow } from '../contracts/row-rules.ts';
import type { RowIssue } from '../contracts/row-schema.ts';
import type { RejectedRow, RowBatch, RowSink } from '../ports/file-reader.ts';
import type { StagingWriter } from '../ports/staging-writer.ts';
import { AsOfFinder } from '../decode/as-of-finder.ts';
import { ProblemTally } from './problem-tally.ts';

// What happens to each row between the reader and the staging file: repeated rows are found, totals and nulls
// are folded, rejected rows are written down. It holds one digest per key, never the rows themselves.

export type QuarantinedRow = {
  readonly record: number;
  readonly issues: readonly RowIssue[];
  readonly cells: Readonly<Record<string, string>>;
};

export class SnapshotIntake implements RowSink {
  readonly tally = new ProblemTally();
  readonly asOf: AsOfFinder;
  readonly nulls: Record<string, number> = {};
  readonly totals: Record<string, bigint> = {};
  accepted = 0;
  rejected = 0;
  identicalDuplicates = 0;

  readonly #contract: Contract;
  readonly #writer: StagingWriter;
  readonly #quarantine: (row: QuarantinedRow) => Promise<void>;
  readonly #keyColumns: readonly number[];
  readonly #seen = new Map<string, { record: number; digest: string }>();
  /** Keys that came with different rows: the first record has to leave staging again. */
  readonly #contradicted = new Map<string, number>();

  constructor(contract: Contract, writer: StagingWriter, quarantine: (row: QuarantinedRow) => Promise<void>) {
    this.#contract = contract;
    this.#writer = writer;
    this.#quarantine = quarantine;
    this.asOf = new AsOfFinder(contract);
    this.#keyColumns = contract.key.map((name) =>
      contract.columns.findIndex((column) => column.name === name),
    );
    for (const { name, type } of contract.columns) if (type === 'decimal') this.totals[name] = 0n;
  }

  async accept(batch: RowBatch): Promise<void> {
    for (const remark of batch.remarks) this.tally.add(remark, remark.record);
    const kept: number[] = [];
    for (let row = 0; row < batch.length; row += 1) {
      if (await this.#isNew(batch, row)) kept.push(row);
    }
    const fresh = kept.length === batch.length ? batch : selectRows(batch, kept);
    this.#fold(fresh);
    this.asOf.add(fresh);
    await this.#writer.append(fresh);
  }

  async reject(row: RejectedRow): Promise<void> {
    this.rejected += 1;
    for (const issue of row.issues) this.tally.add(issue, row.record);
    await this.#quarantine(row);
  }

  /** Takes the first of each contradicted pair out again: which of the two is right, nobody can tell. */
  async settleContradictions(): Promise<void> {
    const records = [...this.#contradicted.values()].sort((a, b) => a - b);
    const removed = await this.#writer.remove(records);
    for (const [index, row] of removed.entries()) {
      const record = records[index] ?? 0;
      this.accepted -= 1;
      this.asOf.remove(row);
      for (const [name, total] of Object.entries(this.totals)) {
        this.totals[name] = total - BigInt(Number(row[name] ?? 0));
      }
      for (const { name } of this.#contract.columns) {
        if (row[name] === null) this.nulls[name] = (this.nulls[name] ?? 0) - 1;
      }
      await this.#rejectConflict(record, undefined, this.#shown(row));
    }
  }

  async #isNew(batch: RowBatch, row: number): Promise<boolean> {
    const key = JSON.stringify(this.#keyColumns.map((index) => batch.columns[index]?.[row] ?? null));
    const digest = digestOf(batch.columns.map((values) => values[row] ?? null));
    const record = batch.recordNumbers[row] ?? 0;
    const earlier = this.#seen.get(key);
    if (earlier === undefined) {
      this.#seen.set(key, { record, digest });
      return true;
    }
    if (earlier.digest === digest) {
      this.identicalDuplicates += 1;
      const message = `row ${record} repeats row ${earlier.record} exactly and was dropped`;
      this.tally.add({ code: 'identical-duplicate', severity: 'notice', column: '', message }, record);
      return false;
    }
    this.#contradicted.set(key, earlier.record);
    const cells = Object.fromEntries(
      this.#contract.columns.map(({ name }, index) => [name, batch.columns[index]?.[row] ?? null]),
    );
    await this.#rejectConflict(record, earlier.record, this.#shown(cells));
    return false;
  }

  async #rejectConflict(
    record: number,
    earlier: number | undefined,
    cells: QuarantinedRow['cells'],
  ): Promise<void> {
    const other = earlier === undefined ? 'a later row' : `row ${earlier}`;
    const key = this.#contract.key.join(' and ');
    const message = `row ${record} has the same ${key} as ${other} but says something else; neither was kept`;
    const issue: RowIssue = { code: 'conflicting-duplicate', severity: 'error', column: '', message };
    await this.reject({ record, issues: [issue], cells });
  }

  #fold(batch: RowBatch): void {
    this.accepted += batch.length;
    for (const [index, { name, type }] of this.#contract.columns.entries()) {
      const values = batch.columns[index] ?? [];
      let nulls = 0;
      // Scaled integers of a batch stay far below 2^53 only if each is checked: fold in BigInt when one is not.
      let sum = 0n;
      let small = 0;
      for (const value of values) {
        if (value === null) nulls += 1;
        else if (type === 'decimal') {
          const units = Number(value);
          if (Math.abs(units) < MAX_SMALL_UNITS) small += units;
          else sum += BigInt(units);
        }
      }
      if (nulls > 0) this.nulls[name] = (this.nulls[name] ?? 0) + nulls;
      if (type === 'decimal') this.totals[name] = (this.totals[name] ?? 0n) + sum + BigInt(small);
    }
  }

  #shown(row: TypedRow): Record<string, string> {
    return Object.fromEntries(
      this.#contract.columns.map((column) => [column.name, showValue(column, row[column.name] ?? null)]),
    );
  }
}

/** 65,536 values below this add up to less than 2^53. */
const MAX_SMALL_UNITS = 1.3e11;

function digestOf(values: readonly CellValue[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 22);
}

function selectRows(batch: RowBatch, rows: readonly number[]): RowBatch {
  return {
    length: rows.length,
    recordNumbers: rows.map((row) => batch.recordNumbers[row] ?? 0),
    columns: batch.columns.map((values) => rows.map((row) => values[row] ?? null)),
    remarks: batch.remarks,
  };
}
