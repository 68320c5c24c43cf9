import { z } from 'zod';
import { BookId, DatasetId, RunId, Sha256 } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import { Problem, ProblemCode } from '../domain/problem.ts';
import { Stage } from '../pipeline/stages.ts';
import { LogLevel } from '../ports/log.ts';
import { Origin } from './origin.ts';

// What the ledger knows of a run. Who, when, state and pointers; the data itself lies in blobs.

/** `rejected`: the data is at fault, do not retry. `failed`: the machinery is at fault. */
export type RunStatus = z.infer<typeof RunStatus>;
export const RunStatus = z.enum(['running', 'success', 'rejected', 'failed', 'canceled']);

const Instant = z.iso.datetime();

/** The metrics of a finished phase, by the names of the operations guide. */
export type PhaseMetrics = z.infer<typeof PhaseMetrics>;
export const PhaseMetrics = z.object({
  ingestion: z
    .object({ fileBytes: z.int(), durationMs: z.int(), validationErrors: z.int(), rowsLoaded: z.int() })
    .optional(),
  transformation: z
    .object({
      rowsProcessed: z.int(),
      rowsAccepted: z.int(),
      rowsRejected: z.int(),
      rowsDropped: z.int(),
      nullCount: z.int(),
      maskedColumns: z.array(z.string()),
      /** `0.0` to `100.0`; absent when nothing could be evaluated. */
      qualityScore: z.string().optional(),
      durationMs: z.int(),
    })
    .optional(),
  calculation: z
    .object({
      kpisComputed: z.int(),
      kpisNotComputable: z.int(),
      errors: z.record(z.string(), z.string()),
      auditEntries: z.int(),
      durationMs: z.int(),
    })
    .optional(),
  output: z
    .object({
      filesPersisted: z.int(),
      /** Read back from storage, byte for byte, to be hashed for the manifest. */
      uploadsConfirmed: z.int().optional(),
      databaseWrites: z.int(),
      manifestMs: z.int(),
      durationMs: z.int(),
    })
    .optional(),
});

/** One landing of a file: the same name written again has another ETag and is another drop. */
export type Drop = z.infer<typeof Drop>;
export const Drop = z.object({
  /** Path in the landing container. */
  path: z.string(),
  etag: z.string(),
  landedAt: Instant,
  bytes: z.int().nonnegative(),
  /** Absent where nobody said. */
  origin: Origin.optional(),
});

/** The files that the rows were held against, as of which day, and the attempt that did so. No day: the newest files. */
export type CheckedBook = z.infer<typeof CheckedBook>;
export const CheckedBook = z.object({
  attempt: z.int().positive(),
  id: z.string(),
  asOf: LocalDate.optional(),
});

/** An operator's word that the file of a run is not to count. */
export type Rollback = z.infer<typeof Rollback>;
export const Rollback = z.object({ by: z.string(), reason: z.string(), at: Instant });

export type RunRecord = z.infer<typeof RunRecord>;
export const RunRecord = z.object({
  runId: RunId,
  dataset: DatasetId,
  /** Name of the contract within the dataset and its version; version 0 when no contract was found. */
  contract: z.string(),
  contractVersion: z.int().nonnegative(),
  sha256: Sha256,
  drop: Drop,
  /** The newest landing of the same content, where that is later than the one by which it has its place. */
  landedAgain: Drop.optional(),
  /** Path in the raw container, once the bytes are there. */
  rawPath: z.string().optional(),
  /** Operator's wish for the as-of date, used when the data has none of its own. */
  requestedAsOf: LocalDate.optional(),
  /** What was asked for as the as-of date and is none, as it may be shown. */
  unreadAsOf: z.string().optional(),
  status: RunStatus,
  /** The stage that is next or under way; the last one reached when the run has ended. */
  stage: Stage,
  attempt: z.int().positive(),
  /** Why the newest attempt was started: a drop, a rerun, or another dataset that changed the book. */
  cause: z.string(),
  startedAt: Instant,
  updatedAt: Instant,
  completedAt: Instant.optional(),
  /** When the run last succeeded: its numbers stand while it is computed again. */
  succeededAt: Instant.optional(),
  asOf: LocalDate.optional(),
  relation: z.string().optional(),
  stagingPath: z.string().optional(),
  rows: z.int().nonnegative().optional(),
  rejectedRows: z.int().nonnegative().optional(),
  checkedBook: CheckedBook.optional(),
  /** Until the run is done again from validate on. */
  rolledBack: Rollback.optional(),
  /** Runs whose rollback the report of that attempt tells of; absent where it never told of one. */
  toldRollbacks: z.object({ attempt: z.int().positive(), runIds: z.array(RunId).readonly() }).optional(),
  bookId: BookId.optional(),
  /** Hash of the series that the report was made with. */
  seriesSha256: Sha256.optional(),
  problems: z.array(Problem),
  phases: PhaseMetrics,
  /** Each stage as it was worked through, oldest first. */
  trail: z.array(
    z.object({
      stage: Stage,
      attempt: z.int().positive(),
      /** Why that attempt was started; records from before it was kept have none. */
      cause: z.string().optional(),
      startedAt: Instant,
      completedAt: Instant,
    }),
  ),
  /** The newest failure of a stage, for whoever is woken by it. */
  lastError: z.object({ stage: Stage, code: ProblemCode, message: z.string(), at: Instant }).optional(),
  /** How often the same file came again. */
  duplicates: z.int().nonnegative(),
  /** W3C trace context, so that one run is one trace through all queues. */
  traceparent: z.string().optional(),
  /** How much it tells of itself, where that was asked for. */
  logLevel: LogLevel.optional(),
});
