import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EXPECTED_PATH } from '../local/generate/generate-book.ts';
import { stageFiles } from '../local/stage-files.ts';
import { LocalDate } from '../shared/domain/local-date.ts';
import { loadCatalog } from '../shared/kpis/catalog.ts';
import { BookEntry } from '../shared/kpis/kpi-result.ts';
import { stageDeps } from './cases/product-deps.ts';

/** A generated book, staged as drops of its files would be: what the file says that `stageBook` writes. */
export type StagedBook = z.infer<typeof StagedBook>;
export const StagedBook = z.object({
  asOf: LocalDate,
  entries: z.array(BookEntry),
  /** Staged file of each relation. */
  files: z.record(z.string(), z.string()),
});

const Expected = z.object({ asOf: LocalDate });

/** Stages every file of a generated book. `file` names all staged files; they are gone when disposed. */
export async function stageBook(
  book: string,
  below: string,
): Promise<AsyncDisposable & { readonly file: string }> {
  const dir = await mkdtemp(join(below, 'abaco-bench-staged-'));
  const { asOf } = Expected.parse(JSON.parse(await readFile(join(book, EXPECTED_PATH), 'utf8')));
  const names = (await Array.fromAsync(glob('*/*', { cwd: book }))).toSorted();
  const paths = names.map((name) => ({ path: join(book, name), isNamed: false }));
  // Its last month is labelled by its end.
  const clock = { now: () => new Date('2026-01-05T06:30:00Z') };
  const staged = await stageFiles(paths, { dir, deps: { ...stageDeps(1), clock, catalog: loadCatalog } });
  const [bad] = staged.rejected;
  if (bad !== undefined) throw new Error(`${bad.path}: ${bad.reason}`);
  const listed: StagedBook = {
    asOf,
    entries: [...staged.book],
    files: Object.fromEntries(staged.files),
  };
  const file = join(dir, 'staged.json');
  await writeFile(file, JSON.stringify(listed));
  return { file, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}
