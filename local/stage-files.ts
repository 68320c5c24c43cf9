import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { localFile } from '../shared/decode/zip/local-file.ts';
import { type LocalDate, REFERENCE_DAY } from '../shared/domain/local-date.ts';
import type { ProblemCode } from '../shared/domain/problem.ts';
import type { BookEntry } from '../shared/kpis/kpi-result.ts';
import { isReferenceData, readByKpis, supersedes } from '../shared/pipeline/book.ts';
import { type CheckDeps, judgeWithoutDrop } from '../shared/pipeline/check-file.ts';
import { contractOf, type OtherFile } from './check-against.ts';

// Files as a drop of them would be staged, and the book that they make together. Nothing is landed or kept.

export type StagedBook = {
  readonly book: readonly BookEntry[];
  /** Staged Parquet file of each relation, below the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that would be rejected, with the reason. */
  readonly rejected: readonly { readonly path: string; readonly reason: string }[];
};

export type StageFilesDeps = Omit<CheckDeps, 'scratch' | 'comparison'>;

/** A file that does not say which day it stands for takes the newest day of the others. */
export async function stageFiles(
  paths: readonly OtherFile[],
  { dir, deps }: { dir: string; deps: StageFilesDeps },
): Promise<StagedBook> {
  const staged = new Map<string, StagedOne>();
  const rejected: RejectedOne[] = [];
  const take = async (files: readonly OtherFile[], place: string, asOf?: LocalDate): Promise<OtherFile[]> => {
    const undated: OtherFile[] = [];
    for (const [index, file] of files.entries()) {
      const folder = join(dir, `${place}-${index}`);
      await mkdir(folder);
      const one = await stageOne(file, { dir: folder, asOf, deps });
      if (one === undefined) continue;
      if ('entry' in one) {
        if (isNewer(one, staged.get(one.entry.relation))) staged.set(one.entry.relation, one);
      } else if (one.code === 'no-as-of' && asOf === undefined) undated.push(file);
      else rejected.push(one);
    }
    return undated;
  };
  const undated = await take(paths, 'file');
  await take(undated, 'undated', newestDay([...staged.values()].map(({ entry }) => entry)) ?? REFERENCE_DAY);
  return {
    book: [...staged.values()].map(({ entry }) => entry),
    files: new Map([...staged].map(([relation, { file }]) => [relation, file])),
    rejected,
  };
}

/** The newest day that any of them stands for, reference data aside. */
export function newestDay(book: readonly BookEntry[]): LocalDate | undefined {
  return book
    .filter((entry) => !isReferenceData(entry))
    .map(({ asOf }) => asOf)
    .toSorted()
    .at(-1);
}

type StagedOne = { readonly entry: BookEntry; readonly file: string; readonly landedAt: string };

type RejectedOne = StagedBook['rejected'][number] & { readonly code: ProblemCode | undefined };

/** Undefined for a file that no KPI is computed from, as long as nobody named it. */
async function stageOne(
  { path, isNamed }: OtherFile,
  { dir, asOf, deps }: { dir: string; asOf?: LocalDate | undefined; deps: StageFilesDeps },
): Promise<StagedOne | RejectedOne | undefined> {
  await using source = await localFile(path);
  const contract = await contractOf(path, source, dir, deps);
  if (contract === undefined && !isNamed) return undefined;
  if (contract !== undefined && readByKpis([contract], await deps.catalog()).length === 0) return undefined;
  const file = { path: basename(path), source, dataset: contract?.dataset, asOf };
  const { run, report, read } = await judgeWithoutDrop(file, dir, deps);
  if (contract === undefined || report.verdict === 'rejected' || read?.kind !== 'usable')
    return {
      path,
      reason: report.problems[0]?.message ?? 'it could not be read',
      code: report.problems[0]?.code,
    };
  const entry = {
    dataset: contract.dataset,
    relation: contract.relation,
    asOf: read.asOf ?? REFERENCE_DAY,
    sha256: run.sha256,
    contractVersion: contract.version,
    runId: run.runId,
    stagingPath: basename(read.stagedFile),
    stagedSha256: read.stagedSha256,
    rows: read.intake.accepted,
  };
  return { entry, file: read.stagedFile, landedAt: run.drop.landedAt };
}

function isNewer(one: StagedOne, other: StagedOne | undefined): boolean {
  if (other === undefined) return true;
  const [a, b] = [one, other].map(({ entry, landedAt }) => ({ ...entry, landedAt }));
  return a !== undefined && b !== undefined && supersedes(a, b);
}
