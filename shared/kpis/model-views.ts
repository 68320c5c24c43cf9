import type { SqlSession } from '../ports/sql-engine.ts';
import { SqlEngineExhausted } from '../ports/sql-engine.ts';
import type { BookEntry } from './kpi-result.ts';
import type { Model } from './model-graph.ts';
import { BOOK_RELATION, STAGED_RELATIONS } from './relations.ts';

// Turns a book into SQL: a view for each staged file, and a view for each model whose inputs are there. Mostly
// views and not tables: each mart is scanned once, so a copy would only cost time.

/** A snapshot of the book has no local file: the caller forgot to fetch it. */
export class SnapshotNotFetched extends Error {
  override readonly name = 'SnapshotNotFetched';
}

export type Book = {
  readonly entries: readonly BookEntry[];
  /** Local Parquet file of each relation. */
  readonly files: ReadonlyMap<string, string>;
};

/** Relations and models that could not be set up, with the error. Those that read them are in it too. */
export type ViewFailures = ReadonlyMap<string, unknown>;

export async function createModelViews(
  sql: SqlSession,
  { entries, files }: Book,
  models: readonly Model[],
): Promise<ViewFailures> {
  const failures = new Map<string, unknown>();
  const ready = new Set<string>();
  const create = async (name: string, select: string, kind: 'VIEW' | 'TABLE' = 'VIEW') => {
    try {
      await sql.run(`CREATE OR REPLACE TEMP ${kind} ${name} AS ${select}`);
      ready.add(name);
    } catch (error) {
      if (error instanceof SqlEngineExhausted) throw error;
      failures.set(name, error);
    }
  };

  await create(BOOK_RELATION, bookEntriesSelect(entries));
  for (const { relation } of entries.filter((entry) => STAGED_RELATIONS.includes(entry.relation))) {
    const file = files.get(relation);
    if (file === undefined) throw new SnapshotNotFetched(`no local file was given for ${relation}`);
    await create(relation, `SELECT * FROM read_parquet(${textLiteral(file)})`);
  }
  for (const model of models) {
    const broken = model.reads.find((read) => failures.has(read));
    if (broken !== undefined) {
      failures.set(model.name, failures.get(broken));
    } else if (model.reads.every((read) => ready.has(read))) {
      await create(model.name, model.sql, model.isStored ? 'TABLE' : 'VIEW');
    }
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
