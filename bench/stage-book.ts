import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EXPECTED_PATH } from '../local/generate/generate-book.ts';
import type { Contract } from '../shared/contracts/contract.ts';
import { CONTRACTS } from '../shared/contracts/registry.ts';
import { localFile } from '../shared/decode/zip/local-file.ts';
import { RunId, Sha256 } from '../shared/domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../shared/domain/local-date.ts';
import { BookEntry } from '../shared/kpis/kpi-result.ts';
import { stageFile } from '../shared/pipeline/stage-file.ts';
import { stageDeps } from './cases/product-deps.ts';

/** A generated book, staged as the product does it: what the file says that `stageBook` writes. */
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
  const staged: { entry: BookEntry; file: string }[] = [];
  for (const contract of CONTRACTS) {
    const path = await fileOf(contract, book);
    if (path !== undefined) staged.push(await stageOne(contract, path, { dir, asOf }));
  }
  const listed: StagedBook = {
    asOf,
    entries: staged.map(({ entry }) => entry),
    files: Object.fromEntries(staged.map(({ entry, file }) => [entry.relation, file])),
  };
  const file = join(dir, 'staged.json');
  await writeFile(file, JSON.stringify(listed));
  return { file, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** `looker_loans` lies in `looker/loans.csv`. */
async function fileOf({ relation }: Contract, book: string): Promise<string | undefined> {
  for (const extension of ['csv', 'json']) {
    const path = join(book, `${relation.replace('_', '/')}.${extension}`);
    if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  }
  return undefined;
}

async function stageOne(
  contract: Contract,
  path: string,
  { dir, asOf }: { readonly dir: string; readonly asOf: LocalDate },
): Promise<{ entry: BookEntry; file: string }> {
  await using source = await localFile(path);
  const folder = join(dir, contract.relation);
  await mkdir(folder, { recursive: true });
  const staged = await stageFile(source, contract, { dir: folder }, stageDeps(1));
  if (staged.kind === 'unstaged') throw new Error(staged.problems.map(({ message }) => message).join('\n'));
  const { dataset, relation, version: contractVersion } = contract;
  return {
    file: staged.stagedFile,
    entry: {
      dataset,
      relation,
      asOf: contract.asOf.kind === 'always' ? REFERENCE_DAY : asOf,
      sha256: Sha256.parse('0'.repeat(64)),
      contractVersion,
      runId: RunId.parse('run_000000000000'),
      stagingPath: relation,
      stagedSha256: Sha256.parse('0'.repeat(64)),
      rows: staged.intake.accepted,
    },
  };
}
