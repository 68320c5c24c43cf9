import type { LocalDate } from '../domain/local-date.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../ports/sql-engine.ts';
import { isSmallBook } from './book-size.ts';
import type { BookEntry, PeriodGrain } from './kpi-result.ts';
import { BOOK_RELATION, REPORT_RELATION, STAGED_RELATIONS } from './relations.ts';
import type { ResolvedModel } from './resolved-models.ts';

// Turns a book into SQL: a view for each staged file, and a view or a table for each model that is needed. Of a large
// book mostly views: what is read once need not be kept. Of a small one tables: to plan a deep chain of views again for
// each query takes longer than to work it out.

/** A snapshot of the book has no local file: the caller forgot to fetch it. */
export class SnapshotNotFetched extends Error {
  override readonly name = 'SnapshotNotFetched';
}

export type Book = {
  readonly entries: readonly BookEntry[];
  /** Local Parquet file of each relation. */
  readonly files: ReadonlyMap<string, string>;
  /** The day that is reported. */
  readonly asOf: LocalDate;
  readonly grain: PeriodGrain;
};

/** Relations and models that could not be set up, with the error. Those that read them are in it too. */
export type ViewFailures = ReadonlyMap<string, unknown>;

export async function createModelViews(
  sql: SqlSession,
  { entries, files, asOf, grain }: Book,
  {
    models,
    onStep = () => undefined,
  }: { readonly models: readonly ResolvedModel[]; readonly onStep?: (model: string) => void },
): Promise<ViewFailures> {
  const failures = new Map<string, unknown>();
  const isSmall = isSmallBook(entries);
  const create = async (name: string, select: string, kind: 'VIEW' | 'TABLE' = 'VIEW') => {
    try {
      await sql.run(`CREATE OR REPLACE TEMP ${kind} ${name} AS ${select}`);
    } catch (error) {
      if (error instanceof SqlEngineExhausted) throw error;
      failures.set(name, error);
    }
  };

  await create(BOOK_RELATION, bookEntriesSelect(entries));
  await create(REPORT_RELATION, `SELECT DATE ${textLiteral(asOf)} AS as_of, ${textLiteral(grain)} AS grain`);
  for (const { relation } of entries.filter((entry) => STAGED_RELATIONS.includes(entry.relation))) {
    const file = files.get(relation);
    if (file === undefined) throw new SnapshotNotFetched(`no local file was given for ${relation}`);
    await create(relation, `SELECT * FROM read_parquet(${textLiteral(file)})`);
  }
  for (const { name, variant } of models) {
    onStep(name);
    const broken = variant.reads.find((read) => failures.has(read));
    if (broken === undefined) await create(name, variant.sql, isSmall || variant.isStored ? 'TABLE' : 'VIEW');
    else failures.set(name, failures.get(broken));
  }
  return failures;
}

function bookEntriesSelect(entries: readonly BookEntry[]): string {
  const rows = entries.map(({ relation, asOf }) => `(${textLiteral(relation)}, DATE ${textLiteral(asOf)})`);
  return `SELECT * FROM (VALUES ${['(NULL, NULL)', ...rows].join(', ')}) AS entry (relation, as_of) WHERE relation IS NOT NULL`;
}

function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
