import { z } from 'zod';
import { BookId, DatasetId, RunId, Sha256 } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import { Problem } from '../domain/problem.ts';
import { ExpectationResult } from '../expectations/expectation-result.ts';
import { AnomalyCause, RaisedAnomaly } from '../kpis/anomaly.ts';
import { BookEntry } from '../kpis/kpi-result.ts';
import { Restatement } from '../kpis/restatement.ts';
import { PhaseMetrics, RunStatus } from './run-record.ts';

// The documents that a run leaves under `runs/<runId>/`. Each is parsed by its schema wherever it is read.

/** Exact sum of one money column: decimal text. */
const ControlTotals = z.record(z.string(), z.string());

export type ValidationReport = z.infer<typeof ValidationReport>;
export const ValidationReport = z.object({
  runId: RunId,
  dataset: DatasetId,
  contract: z.string(),
  contractVersion: z.int().nonnegative(),
  sourceFile: z.string(),
  inputSha256: Sha256,
  verdict: z.enum(['accepted', 'quarantined', 'rejected']),
  asOf: LocalDate.optional(),
  rows: z.object({
    read: z.int().nonnegative(),
    accepted: z.int().nonnegative(),
    rejected: z.int().nonnegative(),
    /** Of the rejected ones, those that another dataset does not know; the tolerance does not count them. */
    orphans: z.int().nonnegative().default(0),
    /** Left out, since an earlier row of their key speaks for them; absent in documents of before it was counted. */
    dropped: z.int().nonnegative().optional(),
    /** Of the dropped ones, those that say exactly what the earlier row says. */
    identicalDuplicates: z.int().nonnegative(),
  }),
  /** Whether any KPI is computed from such rows; absent in documents of before there were others. */
  isReadByKpis: z.boolean().optional(),
  /** Share of bad rows that the contract tolerates, and the share found; decimal text. */
  tolerance: z.object({ maxRejectedShare: z.string(), rejectedShare: z.string() }),
  /** One line for each code and column: how often, and the first few by record number. */
  problems: z.array(Problem.extend({ firstRecords: z.array(z.int()).optional() })),
  /** Columns of the file that the contract does not know, and optional ones that the file lacks. */
  columns: z.object({
    unexpected: z.array(z.string()),
    /** Of a file that was refused for its header, with the name in the file that comes nearest; otherwise absent. */
    missing: z.array(z.object({ column: z.string(), nearest: z.string().optional() })).optional(),
    missingOptional: z.array(z.string()),
    /** Columns that the file calls by another name of the contract; absent in documents of before it was kept. */
    aliases: z.record(z.string(), z.string()).optional(),
  }),
  nulls: z.record(z.string(), z.int()),
  controlTotals: ControlTotals,
  /** One result for each item of the contract's suite. */
  expectations: z.array(ExpectationResult).default([]),
  /** Hash of the results above, so that a later change of them shows. */
  expectationsSha256: Sha256.optional(),
  /** `0.0` to `100.0`; absent when nothing could be evaluated. */
  score: z.string().optional(),
  /** The earlier files of the contract, newest first. */
  qualityHistory: z
    .array(
      z.object({
        runId: RunId,
        attempt: z.int().positive(),
        landedAt: z.iso.datetime(),
        score: z.string().optional(),
        verdict: z.enum(['promote', 'block']),
        rows: z.int().nonnegative(),
      }),
    )
    .default([]),
  quarantinePath: z.string().optional(),
});

/** The first rows of a file as they may be looked at: ids are tokens, names were tokens before. */
export type MaskedSample = z.infer<typeof MaskedSample>;
export const MaskedSample = z.object({
  runId: RunId,
  columns: z.array(z.string()),
  rows: z.array(z.object({ record: z.int().positive(), cells: z.array(z.string().nullable()) })),
});

export type Compliance = z.infer<typeof Compliance>;
export const Compliance = z.object({
  runId: RunId,
  generatedAt: z.iso.datetime(),
  maskStage: z.enum(['none', 'transformation']),
  piiMaskedColumns: z.array(z.string()),
  /** Zones in which they are masked; ids stay clear in staging, where joins need them. */
  piiMaskedIn: z.array(z.string()),
  accessLog: z.array(
    z.object({
      /** `landing` is whoever brought the file; the others are the pipeline at work. */
      stage: z.string(),
      principal: z.string(),
      purpose: z.string(),
      ticket: z.string().optional(),
      action: z.string(),
      object: z.string(),
      status: z.string(),
      /** When it was done; absent in documents of before it was kept. */
      at: z.iso.datetime().optional(),
    }),
  ),
  /** The critical ones first; those of one cause stand together. */
  anomalies: z.array(RaisedAnomaly),
  /** The same by cause: one thing to look into each. */
  causes: z.array(
    AnomalyCause.extend({
      /** The owners of its KPIs; absent, as the evidence is, in documents of before they were named. */
      reviewers: z.array(z.string()).optional(),
      /** Where it can be looked at: each KPI explained as of its day, and what was found of the file. */
      evidence: z.array(z.string()).optional(),
    }),
  ),
  /** Causes that are critical, not KPIs: one bad month is one. */
  criticalAnomalyCount: z.int().nonnegative(),
  /** The same number under the name that the operations guide has for it. */
  critical_anomaly_count: z.int().nonnegative(),
  /** KPIs whose definition has changed, by the former version and by the one in force. */
  restatements: z.array(Restatement),
  metadata: z.object({ sourceFile: z.string(), checksum: Sha256, action: z.string() }),
});

export type Manifest = z.infer<typeof Manifest>;
export const Manifest = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  dataset: DatasetId,
  contract: z.string(),
  contractVersion: z.int().nonnegative(),
  asOf: LocalDate.optional(),
  bookId: BookId.optional(),
  book: z.array(BookEntry),
  catalogSha256: Sha256.optional(),
  /** Git revision that computed it. */
  revision: z.string(),
  files: z.array(
    z.object({ name: z.string(), container: z.string(), path: z.string(), bytes: z.int(), sha256: Sha256 }),
  ),
});

export type RunSummary = z.infer<typeof RunSummary>;
export const RunSummary = z.object({
  runId: RunId,
  status: RunStatus,
  dataset: DatasetId,
  contract: z.string(),
  contractVersion: z.int().nonnegative(),
  sourceFile: z.string(),
  attempt: z.int().positive(),
  cause: z.string(),
  /** Of the trace that the whole run is in the monitoring. */
  operationId: z.string().optional(),
  startedAt: z.iso.datetime(),
  completedAt: z.iso.datetime(),
  durationMs: z.int(),
  asOf: LocalDate.optional(),
  phases: PhaseMetrics,
  problems: z.array(Problem),
  /** sha256 of manifest.json, so that the summary vouches for every artifact. */
  manifestSha256: Sha256,
});
