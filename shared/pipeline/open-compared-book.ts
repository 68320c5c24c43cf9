import { join } from 'node:path';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import type { BookView } from '../expectations/evaluate-sql.ts';
import type { Lake } from '../ports/lake.ts';
import type { Snapshot } from '../ports/snapshot-registry.ts';
import type { SqlSession } from '../ports/sql-engine.ts';

/** Brings the files of the book to the local disk and makes each a view of its relation's name. */
export async function openComparedBook(
  book: readonly Snapshot[],
  { dir, sql, lake }: { dir: string; sql: SqlSession; lake: Lake },
): Promise<readonly BookView[]> {
  for (const { relation, stagingPath } of book) {
    const path = join(dir, `book_${relation}.parquet`);
    await lake.download('staging', stagingPath, path);
    await sql.run(
      `CREATE OR REPLACE VIEW "${relation}" AS SELECT * FROM read_parquet('${path.replaceAll("'", "''")}')`,
    );
  }
  return book.map(({ relation, asOf }) => ({ relation, asOf: asOf === REFERENCE_DAY ? undefined : asOf }));
}
