import type { Contract } from '../contracts/contract.ts';
import { AsOfFinder } from '../decode/as-of-finder.ts';
import { ProblemTally } from '../decode/problem-tally.ts';
import type { SnapshotPart, SuspectColumn } from '../decode/snapshot-part.ts';
import { addSuspects } from '../decode/suspect-watch.ts';
import type { PartSink } from '../ports/file-reader.ts';
import type { ParquetFile } from '../staging/parquet-file.ts';
import type { QuarantineFile } from './quarantine-file.ts';

/** Adds up the parts of a file in their order: rows to staging, rejected ones to quarantine, sums and counts here. */
export class SnapshotIntake implements PartSink {
  readonly tally = new ProblemTally();
  readonly asOf: AsOfFinder;
  readonly nulls: Record<string, number> = {};
  readonly totals: Record<string, bigint> = {};
  records = 0;
  accepted = 0;
  rejected = 0;
  dropped = 0;

  readonly #staged: ParquetFile;
  readonly #quarantine: QuarantineFile;
  readonly #suspects = new Map<string, SuspectColumn>();

  constructor(contract: Contract, staged: ParquetFile, quarantine: QuarantineFile) {
    this.#staged = staged;
    this.#quarantine = quarantine;
    this.asOf = new AsOfFinder(contract);
    for (const { name, type } of contract.columns) if (type === 'decimal') this.totals[name] = 0n;
  }

  get suspects(): readonly SuspectColumn[] {
    return [...this.#suspects.values()];
  }

  async take(part: SnapshotPart): Promise<void> {
    this.records += part.records;
    this.accepted += part.accepted;
    this.rejected += part.rejected;
    this.dropped += part.dropped;
    for (const [name, total] of Object.entries(part.totals))
      this.totals[name] = (this.totals[name] ?? 0n) + total;
    for (const [name, count] of Object.entries(part.nulls))
      this.nulls[name] = (this.nulls[name] ?? 0) + count;
    this.asOf.add(part.votes);
    this.tally.merge(part.issues);
    addSuspects(this.#suspects, part.suspects);
    await this.#quarantine.write(part.rejectedRows);
    if (part.rowGroup !== undefined) await this.#staged.append(part.rowGroup);
  }
}
