import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Contract } from '../contracts/contract.ts';
import { DatasetId, Sha256 } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { type Problem, ProblemCode } from '../domain/problem.ts';
import { runIdOf } from '../domain/run-identity.ts';
import type { BookView } from '../expectations/evaluate-sql.ts';
import { suiteOf } from '../expectations/suite.ts';
import type { Catalog } from '../kpis/catalog.ts';
import { type ByteSource, inRanges } from '../ports/byte-source.ts';
import type { Lake } from '../ports/lake.ts';
import type { QualityEntry, QualityLog } from '../ports/quality-log.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import type { Snapshot, SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { validationPage } from '../publishing/validation-page.ts';
import { notValidated } from '../runs/closing-documents.ts';
import { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { readByKpis } from './book.ts';
import { comparedBook } from './compared-book.ts';
import { EMPTY_FILE, fileTooLarge, notIdentified, unsafeName } from './drop-problems.ts';
import { filesToCountAgainst } from './earlier-files.ts';
import { identifyTables } from './identify-tables.ts';
import { MOST_FILE_BYTES } from './ingest.ts';
import { judgeFile } from './judge-file.ts';
import { parseLandingPath } from './landing-path.ts';
import { openComparedBook } from './open-compared-book.ts';
import { type ReadSnapshotDeps, readSnapshot, type Unusable, type Usable } from './read-snapshot.ts';
import { runOfFile } from './run-of-file.ts';
import { HISTORY } from './validate.ts';
import { validationReport } from './validation-report.ts';

// The verdict that a drop of the file would get, without the drop: nothing is landed, kept, registered or counted.

export type FileToCheck = {
  /** As it would be dropped: a path within landing, or a name alone. */
  readonly path: string;
  readonly source: ByteSource;
  /** Where the file belongs, as the folders of landing would say it. */
  readonly dataset?: DatasetId | undefined;
  /** The day that it stands for, where it does not say so itself. */
  readonly asOf?: LocalDate | undefined;
};

/** What a file is compared with. */
export type Comparison = {
  /** Puts the files that the contract's suite asks for into the session. */
  openBook(
    contract: Contract,
    asOf: LocalDate | undefined,
    session: { dir: string; sql: SqlSession },
  ): Promise<readonly BookView[]>;
  /** Accepted files, among which are those that its rows are counted against. */
  snapshots(): Promise<readonly Snapshot[]>;
  /** The earlier files of the contract, up to a landing. */
  history(contract: Contract, landedAt: string): Promise<readonly QualityEntry[]>;
};

export type CheckDeps = ReadSnapshotDeps & {
  scratch: ScratchSpace;
  catalog(): Promise<Catalog>;
  /** Without it references are not evaluated, and no volume is unusual. */
  comparison?: Comparison | undefined;
};

export type Checked = {
  readonly report: ValidationReport;
  readonly rejectedRows: readonly RejectedLine[];
  /** The report as a page for people. */
  readonly page: string;
};

/** A rejected row as quarantine describes it. */
export type RejectedLine = z.infer<typeof RejectedLine>;
export const RejectedLine = z.object({
  record: z.int().positive(),
  offset: z.int().nonnegative().optional(),
  issues: z
    .array(
      z.object({
        code: ProblemCode,
        severity: z.enum(['error', 'warning', 'notice']),
        column: z.string().optional(),
        message: z.string(),
      }),
    )
    .optional(),
  cells: z.record(z.string(), z.string()).optional(),
  codes: z.array(z.string()).optional(),
});

/** The report of a check, for programs: that of a drop, and the first rejected rows. */
export type CheckReport = z.infer<typeof CheckReport>;
export const CheckReport = ValidationReport.extend({ rejectedRows: z.array(RejectedLine) });

export async function checkFile(file: FileToCheck, deps: CheckDeps): Promise<Checked> {
  await using scratch = await deps.scratch.open();
  const { report, read } = await judgeWithoutDrop(file, scratch.dir, deps);
  const rejectedRows = read === undefined ? [] : await firstRejected(read.quarantineFile);
  return { report, rejectedRows, page: checkPage(report) };
}

export function checkReport({ report, rejectedRows }: Checked): CheckReport {
  return { ...report, rejectedRows: [...rejectedRows] };
}

/** What the store knows: its accepted files, and how the earlier files of a contract did. */
export function comparisonWithStore({
  registry,
  lake,
  quality,
}: {
  registry: SnapshotRegistry;
  lake: Lake;
  quality: QualityLog;
}): Comparison {
  return {
    openBook: async (contract, asOf, { dir, sql }) =>
      await openComparedBook(comparedBook(contract, asOf, await registry.all()), { dir, sql, lake }),
    snapshots: () => registry.all(),
    history: ({ dataset, name }, landedAt) => quality.history({ dataset, contract: name }, HISTORY, landedAt),
  };
}

export type JudgedWithoutDrop = {
  readonly run: RunRecord;
  readonly report: ValidationReport;
  /** Absent when the file was not read, since nothing says what it is. */
  readonly read?: Usable | Unusable;
};

/** Reads and judges every row; what it writes, it writes into `dir`. */
export async function judgeWithoutDrop(
  file: FileToCheck,
  dir: string,
  deps: Omit<CheckDeps, 'scratch'>,
): Promise<JudgedWithoutDrop> {
  const landedAt = deps.clock.now().toISOString();
  const path = landingPathOf(file);
  const { contract, ...identity } = await identifyFile(file, path, dir, deps);
  const run = recordOf({ ...identity, contract, path, file, landedAt });
  if (contract === undefined) return { run, report: notValidated(run) };
  const { comparison } = deps;
  const suite = suiteOf(contract);
  const history = (await comparison?.history(contract, landedAt)) ?? [];
  const read = await readSnapshot(
    { ...run, source: file.source },
    {
      contract,
      suite,
      dir,
      openBook: async (asOf, sql) => (await comparison?.openBook(contract, asOf, { dir, sql })) ?? [],
    },
    deps,
  );
  const snapshots = (await comparison?.snapshots()) ?? [];
  const earlier = filesToCountAgainst(contract, run, read.asOf, snapshots).map(({ rows }) => rows);
  const judged = judgeFile(run, { contract, suite, read, earlier });
  const isReadByKpis = readByKpis([contract], await deps.catalog()).length > 0;
  const { quarantinePath: _notThere, ...report } = validationReport(run, {
    contract,
    read,
    judged,
    history,
    isReadByKpis,
  });
  return { run, report, read };
}

/** Enough to see what is wrong; the counts are in the report. */
const SHOWN_ROWS = 20;

const UNKNOWN_DATASET = DatasetId.parse('unknown/unknown');

function landingPathOf({ path, dataset }: FileToCheck): string {
  return dataset === undefined || path.startsWith(`${dataset}/`) ? path : `${dataset}/${path}`;
}

type Identity = {
  readonly sha256: Sha256;
  readonly dataset: DatasetId;
  readonly contract: Contract | undefined;
  readonly problems: readonly Problem[];
};

/** What a drop would be taken for, with the same words where it would be taken for nothing. */
async function identifyFile(
  { source }: FileToCheck,
  path: string,
  dir: string,
  { reader }: Pick<CheckDeps, 'reader'>,
): Promise<Identity> {
  const location = parseLandingPath(path);
  if (location.kind === 'unsafe') return withoutContent(path, unsafeName(path, location.why));
  if (source.size > MOST_FILE_BYTES) return withoutContent(path, fileTooLarge(source.size, MOST_FILE_BYTES));
  const { dataset } = location;
  const unknown = { sha256: await hashOf(source), dataset: UNKNOWN_DATASET, contract: undefined };
  if (source.size === 0) return { ...unknown, ...(dataset && { dataset }), problems: [EMPTY_FILE] };
  const headers = await reader.readHeaders({ source, scratchDir: dir });
  if ('code' in headers && dataset === undefined) return { ...unknown, problems: [headers] };
  const found = identifyTables(dataset, 'code' in headers ? [] : headers);
  if (found.kind !== 'found') return { ...unknown, problems: [notIdentified(path, found)] };
  const { contract } = found;
  return { sha256: unknown.sha256, dataset: contract.dataset, contract, problems: [] };
}

function withoutContent(path: string, problem: Problem): Identity {
  const sha256 = Sha256.parse(createHash('sha256').update(path).digest('hex'));
  return { sha256, dataset: UNKNOWN_DATASET, contract: undefined, problems: [problem] };
}

async function hashOf(source: ByteSource): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const range of inRanges(source)) hash.update(range);
  return Sha256.parse(hash.digest('hex'));
}

/** The run that a drop at this moment would become. No ledger ever sees it. */
function recordOf({
  sha256,
  dataset,
  contract,
  problems,
  path,
  file,
  landedAt,
}: Identity & { path: string; file: FileToCheck; landedAt: string }): RunRecord {
  const name = contract?.name ?? 'unknown';
  const version = contract?.version ?? 0;
  const landed = {
    sha256,
    drop: { path, etag: '', landedAt, bytes: file.source.size },
    ...(file.asOf !== undefined && { requestedAsOf: file.asOf }),
  };
  return {
    runId: contract === undefined ? runIdOf(dataset, name, version, sha256) : runOfFile(contract, landed),
    dataset,
    contract: name,
    contractVersion: version,
    ...landed,
    ...(contract !== undefined && { relation: contract.relation }),
    status: 'running',
    stage: 'validate',
    attempt: 1,
    cause: 'checked',
    startedAt: landedAt,
    updatedAt: landedAt,
    problems: [...problems],
    phases: {},
    trail: [],
    duplicates: 0,
  };
}

async function firstRejected(quarantineFile: string): Promise<RejectedLine[]> {
  const rows: RejectedLine[] = [];
  const input = createReadStream(quarantineFile);
  try {
    for await (const line of createInterface({ input })) {
      rows.push(RejectedLine.parse(JSON.parse(line)));
      if (rows.length === SHOWN_ROWS) break;
    }
  } finally {
    input.destroy();
  }
  return rows;
}

const CHECK_NOTE = `<main>
<p class="notice quiet">This was a check. Nothing was taken in and no number has changed: the page says what a drop of the file would come to.</p>`;

/** The page of a drop speaks as if the file had been dropped, so it has to say that it was not. */
function checkPage(report: ValidationReport): string {
  return validationPage(report, report.expectations, report.qualityHistory).replace(
    '<main>',
    () => CHECK_NOTE,
  );
}
