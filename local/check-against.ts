import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Contract } from '../shared/contracts/contract.ts';
import { CONTRACTS } from '../shared/contracts/registry.ts';
import { localFile } from '../shared/decode/zip/local-file.ts';
import type { DatasetId } from '../shared/domain/ids.ts';
import { REFERENCE_DAY } from '../shared/domain/local-date.ts';
import { type CheckDeps, type Comparison, judgeWithoutDrop } from '../shared/pipeline/check-file.ts';
import { comparedBook, comparedRelations } from '../shared/pipeline/compared-book.ts';
import { identifyTables } from '../shared/pipeline/identify-tables.ts';
import type { ByteSource } from '../shared/ports/byte-source.ts';
import type { Snapshot } from '../shared/ports/snapshot-registry.ts';
import { UsageError } from './pipeline-options.ts';

// Without a store the files that references lead to are given as files: staged when they are asked for, as a drop of
// them would be.

type Against = {
  readonly deps: Omit<CheckDeps, 'scratch' | 'comparison'>;
  /** Hears of files that are of no use, and why. */
  readonly say: (line: string) => void;
};

/** A file that nobody named, since it only lies in a folder of others, may be of any kind. */
export type OtherFile = { readonly path: string; readonly isNamed: boolean };

export function comparisonWithFiles(files: readonly OtherFile[], against: Against): Comparison {
  return {
    snapshots: () => Promise.resolve([]),
    history: () => Promise.resolve([]),
    async openBook(contract, asOf, { dir, sql }) {
      const wanted = comparedRelations(contract);
      const snapshots: Snapshot[] = [];
      for (const [index, file] of (wanted.length === 0 ? [] : files).entries()) {
        const folder = join(dir, `against-${index}`);
        await mkdir(folder);
        const snapshot = await stagedFrom(file, wanted, folder, against);
        if (snapshot === undefined) continue;
        snapshots.push(snapshot);
        if (asOf !== undefined && snapshot.asOf > asOf)
          against.say(
            `${file.path} stands for ${snapshot.asOf}, after ${asOf}, which the checked file stands for, so nothing was compared with it.`,
          );
      }
      const book = comparedBook(contract, asOf, snapshots);
      for (const { relation, stagingPath } of book) {
        const file = stagingPath.replaceAll("'", "''");
        await sql.run(`CREATE OR REPLACE VIEW "${relation}" AS SELECT * FROM read_parquet('${file}')`);
      }
      return book.map(({ relation, asOf }) => ({
        relation,
        asOf: asOf === REFERENCE_DAY ? undefined : asOf,
      }));
    },
  };
}

const DATA_FILE = /\.(?:csv|tsv|txt|xlsx|json|jsonl|ndjson|parquet|zip)$/i;

/** Every data file below a folder, in the order of the paths. */
export async function filesBelow(folder: string): Promise<OtherFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => {
    throw new UsageError(`--book ${folder} is not a folder that can be read`);
  });
  return entries
    .filter((entry) => entry.isFile() && DATA_FILE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path, isNamed: false }));
}

/** The contract that the columns and the folder of a file lead to. */
export async function contractOf(
  path: string,
  source: ByteSource,
  dir: string,
  { reader }: Pick<CheckDeps, 'reader'>,
): Promise<Contract | undefined> {
  const headers = source.size === 0 ? [] : await reader.readHeaders({ source, scratchDir: dir });
  const found = 'code' in headers ? undefined : identifyTables(datasetInPath(path), headers);
  return found?.kind === 'found' ? found.contract : undefined;
}

/** The file as the snapshot that a drop of it would be, with the staged file as its place. */
async function stagedFrom(
  { path, isNamed }: OtherFile,
  wanted: readonly string[],
  dir: string,
  { deps, say }: Against,
): Promise<Snapshot | undefined> {
  await using source = await localFile(path);
  const contract = await contractOf(path, source, dir, deps);
  if (contract === undefined && isNamed)
    say(`${path} is of no dataset that its columns or its folder tell, so nothing was compared with it.`);
  if (contract === undefined || !wanted.includes(contract.relation)) return undefined;

  const { run, report, read } = await judgeWithoutDrop(
    { path: basename(path), source, dataset: contract.dataset },
    dir,
    deps,
  );
  if (report.verdict === 'rejected' || read?.kind !== 'usable') {
    say(`${path} would be rejected, so nothing was compared with it: ${report.problems[0]?.message ?? ''}`);
    return undefined;
  }
  return {
    dataset: contract.dataset,
    relation: contract.relation,
    asOf: read.asOf ?? REFERENCE_DAY,
    sha256: run.sha256,
    contractVersion: contract.version,
    runId: run.runId,
    attempt: run.attempt,
    stagingPath: read.stagedFile,
    stagedSha256: read.stagedSha256,
    rows: read.intake.accepted,
    landedAt: run.drop.landedAt,
  };
}

/** The dataset that the folders name, as in landing (`looker/loans/x.csv`) or in a generated book (`looker/loans.csv`). */
function datasetInPath(path: string): DatasetId | undefined {
  const [file = '', folder = '', above = ''] = path.split(/[\\/]/).toReversed();
  const names = [`${above}/${folder}`, `${folder}/${file.replace(/\..*$/, '')}`];
  return CONTRACTS.find(({ dataset }) => names.includes(dataset))?.dataset;
}
