import type { Contract } from '../contracts/contract.ts';
import type { RowIssue } from '../contracts/row-schema.ts';
import { type IssueLine, ProblemTally } from '../decode/problem-tally.ts';
import type { SetAside } from '../decode/set-aside.ts';
import { rational } from '../domain/rational.ts';
import type { SqlRow, SqlSession } from '../ports/sql-engine.ts';

// Rows with the key of another row. They are found in the staged file, which the engine can do in bounded memory: a
// slice of all keys at a time, by their hash.

export type Repeated = {
  /** Rows that say exactly what an earlier row of their key says, or that the first of them speaks for. */
  readonly dropped: Int32Array;
  /** Every row of a key whose rows contradict each other; the first of them where they are more than is tolerated. */
  readonly rejected: SetAside['rejected'];
  readonly dropIssues: readonly IssueLine[];
  readonly conflictIssues: readonly IssueLine[];
  readonly identical: number;
  readonly conflicting: number;
};

/** Keys to group, and rows to compare, at a time. */
export type SliceSizes = { readonly rows: number; readonly candidates: number };

const SLICES: SliceSizes = { rows: 1_000_000, candidates: 200_000 };
/** Of a file that is refused anyhow so many are listed, and the rest only counted. */
const MOST_LISTED = 100_000;

/** The session has the staged rows as view `staged`. */
export async function findRepeated(
  contract: Contract,
  rows: number,
  sql: SqlSession,
  sizes: SliceSizes = SLICES,
): Promise<Repeated> {
  if (contract.key.length === 0) return NONE;
  const key = contract.key.map((name) => `"${name}"`).join(', ');
  await sql.run('CREATE OR REPLACE TEMP TABLE repeated_keys (key_hash UBIGINT)');
  for (const part of slices(rows, sizes.rows)) {
    await sql.run(
      `INSERT INTO repeated_keys SELECT hash(${key}) FROM staged WHERE ${part(`hash(${key})`)} GROUP BY 1 HAVING count(*) > 1`,
    );
  }
  const repeated = `staged SEMI JOIN repeated_keys ON hash(${key}) = key_hash`;
  const [counted] = await sql.rows(`SELECT count(*)::VARCHAR AS candidates FROM ${repeated}`);
  const candidates = Number(counted?.['candidates'] ?? 0);
  if (candidates === 0) return NONE;
  const settlement = new Settlement(contract, Math.max(MOST_LISTED, mostTolerated(contract, rows)));
  const columns = contract.columns.map(({ name }) => `"${name}"`).join(', ');
  for (const part of slices(candidates, sizes.candidates)) {
    settlement.add(
      await sql.rows(
        `SELECT record_number, md5((${key}, 0)::VARCHAR) AS key, md5((${columns}, 0)::VARCHAR) AS content
         FROM ${repeated} WHERE ${part(`hash(${key})`)} ORDER BY key, record_number`,
      ),
    );
  }
  return settlement.result();
}

/** A file with more bad rows is refused; of any other each of them has to be set aside. */
function mostTolerated({ maxRejectedShare }: Contract, rows: number): number {
  const { numerator, denominator } = rational(maxRejectedShare);
  return Number((BigInt(rows) * numerator) / denominator);
}

/** Conditions that cut all hashes into slices of about that many rows. */
function slices(rows: number, size: number): readonly ((hash: string) => string)[] {
  const count = Math.max(1, Math.ceil(rows / size));
  return Array.from(
    { length: count },
    (_, slice) => (hash) => (count === 1 ? 'true' : `${hash} % ${count} = ${slice}`),
  );
}

class Settlement {
  readonly #contract: Contract;
  readonly #mostRejected: number;
  readonly #dropped: number[] = [];
  readonly #rejected = new Map<number, RowIssue>();
  readonly #dropIssues = new ProblemTally();
  readonly #conflictIssues = new ProblemTally();
  #identical = 0;
  #conflicting = 0;

  constructor(contract: Contract, mostRejected: number) {
    this.#contract = contract;
    this.#mostRejected = mostRejected;
  }

  add(candidates: readonly SqlRow[]): void {
    for (const rows of byKey(candidates)) {
      const [first] = rows;
      if (first === undefined || rows.length === 1) continue;
      const keepsFirst = this.#contract.repeatedKeys === 'keep-first';
      if (!keepsFirst && rows.some(({ content }) => content !== first.content)) this.#reject(rows, first);
      else for (const row of rows.slice(1)) this.#drop(row, first);
    }
  }

  result(): Repeated {
    return {
      dropped: Int32Array.from(this.#dropped).sort(),
      rejected: this.#rejected,
      dropIssues: this.#dropIssues.all(),
      conflictIssues: this.#conflictIssues.all(),
      identical: this.#identical,
      conflicting: this.#conflicting,
    };
  }

  #drop({ record, content }: Candidate, first: Candidate): void {
    const isSame = content === first.content;
    this.#dropped.push(record);
    if (isSame) this.#identical += 1;
    const issue = isSame ? repeats(record, first.record) : spokenFor(this.#contract, record, first.record);
    this.#dropIssues.add(issue, record);
  }

  #reject(rows: readonly Candidate[], first: Candidate): void {
    for (const row of rows) {
      const issue = contradicts(this.#contract, row.record, row === first ? undefined : first.record);
      this.#conflicting += 1;
      this.#conflictIssues.add(issue, row.record);
      if (this.#rejected.size < this.#mostRejected) this.#rejected.set(row.record, issue);
    }
  }
}

type Candidate = { readonly record: number; readonly content: string };

function* byKey(candidates: readonly SqlRow[]): Generator<readonly Candidate[]> {
  let key: unknown;
  let rows: Candidate[] = [];
  for (const row of candidates) {
    if (row['key'] !== key) {
      if (rows.length > 0) yield rows;
      rows = [];
      key = row['key'];
    }
    rows.push({ record: Number(row['record_number']), content: String(row['content']) });
  }
  if (rows.length > 0) yield rows;
}

function repeats(record: number, first: number): RowIssue {
  const message = `row ${record} repeats row ${first} exactly and was dropped`;
  return { code: 'identical-duplicate', severity: 'notice', column: '', message };
}

function spokenFor({ key }: Contract, record: number, first: number): RowIssue {
  const message = `row ${record} has the same ${key.join(' and ')} as row ${first}, which is the one that counts, and was dropped`;
  return { code: 'repeated-key', severity: 'notice', column: '', message };
}

function contradicts({ key }: Contract, record: number, earlier: number | undefined): RowIssue {
  const other = earlier === undefined ? 'a later row' : `row ${earlier}`;
  const message = `row ${record} has the same ${key.join(' and ')} as ${other} but says something else; neither was kept`;
  return { code: 'conflicting-duplicate', severity: 'error', column: '', message };
}

const NONE: Repeated = {
  dropped: new Int32Array(0),
  rejected: new Map(),
  dropIssues: [],
  conflictIssues: [],
  identical: 0,
  conflicting: 0,
};
