import { z } from 'zod';
import { BookId, DatasetId, RunId, Sha256 } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';

// What a computed KPI looks like, in the marts, over HTTP and in reports. Numbers are decimal text: a JSON
// number would be read back as a binary float and lose cents.

export type KpiStatus = z.infer<typeof KpiStatus>;
export const KpiStatus = z.enum(['ok', 'warning', 'critical', 'not-computable']);

export type KpiUnit = z.infer<typeof KpiUnit>;
export const KpiUnit = z.enum(['percent', 'usd', 'count', 'fraction', 'index']);

/** Decimal text: `12.50`. */
const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/);

export type KpiResult = z.infer<typeof KpiResult>;
export const KpiResult = z.object({
  id: z.string(),
  /** Version of the definition. */
  version: z.int().positive(),
  name: z.string(),
  /** The true day of the data. */
  asOf: LocalDate,
  /** The label of the snapshot in the feed, which may be a later month end. Equal to asOf when there is none. */
  reportingDate: LocalDate,
  /** Empty for the total. */
  dimension: z.record(z.string(), z.string()),
  /** numerator / denominator with ten decimals for a ratio, the exact sum otherwise; null when not computable. */
  value: Decimal.nullable(),
  numerator: Decimal.nullable(),
  denominator: Decimal.nullable(),
  unit: KpiUnit,
  /** Digits to show. */
  precision: z.int().nonnegative(),
  status: KpiStatus,
  /** Why it is not computable, in a sentence. */
  reason: z.string().optional(),
  owner: z.string(),
  direction: z.enum(['higher-is-better', 'lower-is-better', 'neutral']),
  /** A guardrail has a warning alone. */
  thresholds: z.object({ warning: Decimal, critical: Decimal.optional() }).optional(),
  /** The SQL model the measures were read from. */
  model: z.string(),
  /** Datasets that the value was computed from. */
  inputs: z.array(z.string()),
  /** Rows of the model that went in, and rows whose measure was empty and counted as zero. */
  rows: z.int().nonnegative(),
  nulls: z.int().nonnegative(),
});

/** Of snapshots that were written down before staged files were named by their content. */
const UNKNOWN_CONTENT = Sha256.parse('0'.repeat(64));

/** One snapshot of the book. */
export type BookEntry = z.infer<typeof BookEntry>;
export const BookEntry = z.object({
  dataset: DatasetId,
  /** Name of the SQL relation that the snapshot becomes; two shapes of a dataset are two relations. */
  relation: z.string().regex(/^[a-z][a-z0-9_]*$/),
  asOf: LocalDate,
  sha256: Sha256,
  contractVersion: z.int().positive(),
  runId: RunId,
  /** Path in the staging container. */
  stagingPath: z.string(),
  /** Of the staged bytes: the same file may be staged with other rows when those it refers to have changed. */
  stagedSha256: Sha256.default(UNKNOWN_CONTENT),
  rows: z.int().nonnegative(),
});

/** The KPIs of one book. It holds no clock time, so the same book gives the same bytes. */
export type KpiMart = z.infer<typeof KpiMart>;
export const KpiMart = z.object({
  bookId: BookId,
  asOf: LocalDate,
  book: z.array(BookEntry),
  /** Hash of all KPI definitions and models. */
  catalogSha256: Sha256,
  /** One result for each KPI of the catalogue, at the newest reporting date. */
  kpis: z.array(KpiResult),
  /** The same KPIs at every reporting date that the book has, oldest first. */
  series: z.array(KpiResult),
});
