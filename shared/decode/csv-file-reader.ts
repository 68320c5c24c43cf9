import type { CellValue } from '../contracts/cell-parser.ts';
import { type Contract, contractLabel } from '../contracts/contract.ts';
import { type HeaderMatch, matchHeader } from '../contracts/match-header.ts';
import { type RawRow, type RowIssue, rowJudge } from '../contracts/row-schema.ts';
import type { Problem } from '../domain/problem.ts';
import type { FileReader, ReadOutcome, RejectedRow, RowBatch, RowSink } from '../ports/file-reader.ts';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';
import { NotCsvText, type TextFindings } from './csv-text.ts';
import { headerProblems, wrongDelimiter } from './header-problems.ts';

// The reference reader of CSV: csv-parse splits, zod judges.

const BATCH_ROWS = 8_192;

export const csvFileReader: FileReader = { readHeader, read };

async function readHeader(source: AsyncIterable<Uint8Array>): Promise<readonly string[] | Problem> {
  let header: readonly string[] | Problem | undefined;
  try {
    await readCsvRecords(source, { byteOrderMark: false }, (record) => {
      header =
        record.kind === 'cells' ? (wrongDelimiter(record.cells) ?? record.cells) : malformedHeader(record);
      return false;
    });
  } catch (error) {
    if (error instanceof NotCsvText) return error.problem;
    throw error;
  }
  return header ?? NO_HEADER;
}

async function read(
  source: AsyncIterable<Uint8Array>,
  contract: Contract,
  sink: RowSink,
): Promise<ReadOutcome> {
  const findings: TextFindings = { byteOrderMark: false };
  const intake = new RowIntake(contract, sink);
  try {
    await readCsvRecords(source, findings, (record) => intake.take(record));
  } catch (error) {
    if (error instanceof NotCsvText) return { kind: 'unreadable', problems: [error.problem] };
    throw error;
  }
  return await intake.finish(findings);
}

/** Takes records one by one: the first is the header, the rest are judged and handed on in batches. */
class RowIntake {
  readonly #contract: Contract;
  readonly #sink: RowSink;
  readonly #judge: ReturnType<typeof rowJudge>;
  #match: HeaderMatch | undefined;
  #width = 0;
  #problems: Problem[] = [];
  #rows = 0;
  #pending = emptyBatch(0);

  constructor(contract: Contract, sink: RowSink) {
    this.#contract = contract;
    this.#sink = sink;
    this.#judge = rowJudge(contract);
  }

  async take(record: CsvRecord): Promise<boolean> {
    if (this.#match === undefined) return this.#takeHeader(record);
    this.#rows += 1;
    if (record.kind === 'malformed') {
      await this.#reject(record.number, {}, 'malformed-row', `row ${record.number}: ${record.detail}`);
    } else if (record.cells.length !== this.#width) {
      const detail = `row ${record.number} has ${record.cells.length} cells, the header has ${this.#width}`;
      await this.#reject(record.number, this.#named(record.cells), 'ragged-row', detail);
    } else {
      await this.#judgeRow(record.number, record.cells);
    }
    return true;
  }

  async finish(findings: TextFindings): Promise<ReadOutcome> {
    const match = this.#match;
    if (match === undefined) return { kind: 'unreadable', problems: [NO_HEADER] };
    if (this.#problems.some(({ severity }) => severity === 'error')) {
      return { kind: 'unreadable', problems: this.#problems };
    }
    if (this.#rows === 0) return { kind: 'unreadable', problems: [headerOnly(this.#contract)] };
    await this.#flush();
    return {
      kind: 'read',
      rows: this.#rows,
      unexpectedColumns: match.unexpected,
      missingOptionalColumns: match.missingOptional,
      notices: [...this.#problems, ...(findings.byteOrderMark ? [BYTE_ORDER_MARK] : [])],
    };
  }

  #takeHeader(record: CsvRecord): boolean {
    const header = record.kind === 'cells' ? record.cells : [];
    this.#match = matchHeader(this.#contract, header);
    this.#width = header.length;
    this.#pending = emptyBatch(this.#contract.columns.length);
    const broken = record.kind === 'malformed' ? malformedHeader(record) : wrongDelimiter(header);
    this.#problems = broken ? [broken] : headerProblems(this.#contract, this.#match);
    return this.#problems.every(({ severity }) => severity !== 'error');
  }

  async #judgeRow(number: number, cells: readonly string[]): Promise<void> {
    const raw = this.#named(cells);
    const verdict = this.#judge(raw);
    if (verdict.kind === 'rejected') {
      const issues = verdict.issues.map((issue) => atRow(number, issue));
      await this.#sink.reject({ record: number, issues, cells: raw });
      return;
    }
    const batch = this.#pending;
    batch.recordNumbers.push(number);
    for (const [index, { name }] of this.#contract.columns.entries()) {
      batch.columns[index]?.push(verdict.row[name] ?? null);
    }
    for (const remark of verdict.remarks) batch.remarks.push({ ...atRow(number, remark), record: number });
    batch.length += 1;
    if (batch.length >= BATCH_ROWS) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = emptyBatch(this.#contract.columns.length);
    if (batch.length > 0) await this.#sink.accept(batch);
  }

  async #reject(
    record: number,
    cells: RejectedRow['cells'],
    code: RowIssue['code'],
    message: string,
  ): Promise<void> {
    await this.#sink.reject({ record, cells, issues: [{ code, severity: 'error', column: '', message }] });
  }

  #named(cells: readonly string[]): Record<string, string> & RawRow {
    const raw: Record<string, string> = {};
    for (const [name, position] of this.#match?.positions ?? []) {
      const cell = cells[position];
      if (cell !== undefined) raw[name] = cell;
    }
    return raw;
  }
}

function atRow(number: number, issue: RowIssue): RowIssue {
  return { ...issue, message: `row ${number}: ${issue.message}` };
}

type GrowingBatch = {
  length: number;
  recordNumbers: number[];
  columns: CellValue[][];
  remarks: RowBatch['remarks'][number][];
};

function emptyBatch(columns: number): GrowingBatch {
  return { length: 0, recordNumbers: [], columns: Array.from({ length: columns }, () => []), remarks: [] };
}

const NO_HEADER: Problem = {
  code: 'empty-file',
  severity: 'error',
  message: 'The file has no header and no rows. Nothing was read. Export it again and drop the new file.',
};

const BYTE_ORDER_MARK: Problem = {
  code: 'byte-order-mark',
  severity: 'notice',
  message: 'The file begins with a byte order mark. It was removed; nothing is to be done.',
};

function malformedHeader({ detail }: Extract<CsvRecord, { kind: 'malformed' }>): Problem {
  return {
    code: 'malformed-row',
    severity: 'error',
    message: `The header cannot be split into names: ${detail}. Nothing was read. Correct the quotation marks and drop the file again.`,
  };
}

function headerOnly(contract: Contract): Problem {
  return {
    code: 'header-only',
    severity: 'error',
    message: `The file has the header of ${contractLabel(contract)} and no row. Nothing was promoted. Check the filter of the export and drop the file again.`,
  };
}
