import { z } from 'zod';
import { BookId, DatasetId, RunId, Sha256 } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import { withSharedFields } from './compact-mart.ts';
import { Parity } from './parity-result.ts';

// What a computed KPI looks like, in the marts, over HTTP and in reports. Numbers are decimal text: a JSON
// number would be read back as a binary float and lose cents.

export type KpiStatus = z.infer<typeof KpiStatus>;
export const KpiStatus = z.enum(['ok', 'warning', 'critical', 'not-computable']);

export type KpiUnit = z.infer<typeof KpiUnit>;
export const KpiUnit = z.enum([
  'percent',
  'usd',
  'count',
  'fraction',
  'index',
  'days',
  'times',
  'percent-per-day',
  'score',
  'months',
]);

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
  /** Present where values go on changing after their period is over, so that a new one is not like those before. */
  ripens: z.literal(true).optional(),
  /** A guardrail has a warning alone. */
  thresholds: z.object({ warning: Decimal, critical: Decimal.optional() }).optional(),
  /** The SQL model the measures were read from. */
  model: z.string(),
  /** Datasets that the value was computed from. */
  inputs: z.array(z.string()),
  /** Rows of the model that went in, and rows whose measure was empty and counted as zero. */
  rows: z.int().nonnegative(),
  nulls: z.int().nonnegative(),
  /** The measures that the numerator and the denominator are made of, by name. Kept for the newest results alone. */
  measures: z.record(z.string(), Decimal).optional(),
});

/** One of the largest parts of a KPI's numerator. */
export type Contributor = z.infer<typeof Contributor>;
export const Contributor = z.object({
  kpi: z.string(),
  column: z.enum(['loan_id', 'customer_id']),
  /** A pseudonym. */
  token: z.string(),
  value: Decimal,
  /** Of the whole numerator, with ten decimals. */
  share: Decimal,
});

/** A derived table for reading and export. Without columns it could not be made, and `reason` says why. */
export type DerivedTable = z.infer<typeof DerivedTable>;
export const DerivedTable = z.object({
  name: z.string(),
  columns: z.array(
    z.object({ name: z.string(), type: z.enum(['text', 'date', 'integer', 'decimal', 'boolean']) }),
  ),
  rows: z.array(z.array(z.string().nullable())),
  reason: z.string().optional(),
});

/** How long the periods are that results belong to. */
export type PeriodGrain = z.infer<typeof PeriodGrain>;
export const PeriodGrain = z.enum(['day', 'week', 'month', 'quarter']);

/** Of snapshots that were written down before staged files were named by their content. */
export const UNKNOWN_CONTENT = Sha256.parse('0'.repeat(64));

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
export const KpiMart = z.preprocess(
  // As it is written, it says once what all results of a KPI have in common.
  withSharedFields,
  z.object({
    bookId: BookId,
    asOf: LocalDate,
    grain: PeriodGrain.default('month'),
    book: z.array(BookEntry),
    /** Hash of all KPI definitions and models. */
    catalogSha256: Sha256,
    /** One result for each KPI of the catalogue in the version in force, at the newest reporting date. */
    kpis: z.array(KpiResult),
    /** The same KPIs at every reporting date that the book has, oldest first. */
    series: z.array(KpiResult),
    /** The newest result of each version that has been replaced: computed beside the one in force, as a restatement. */
    former: z.array(KpiResult).default([]),
    /** Each KPI by the values of its dimensions, one dimension at a time, at the newest reporting date and the one before. */
    breakdowns: z.array(KpiResult).default([]),
    /** The same KPIs by quarter: each divides its own sums. */
    quarters: z.array(KpiResult).default([]),
    contributors: z.array(Contributor).default([]),
    tables: z.array(DerivedTable).default([]),
    /** What the second computation of the core KPIs said. Absent where there was none, as in old marts. */
    parity: Parity.optional(),
  }),
);
