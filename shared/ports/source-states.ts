import { z } from 'zod';
import { DatasetId } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import type { Versioned } from './run-ledger.ts';
import { SourceName } from './source-client.ts';

// How far each dataset of each source has been pulled, and what became of it.

const Pull = z.object({
  at: z.iso.datetime(),
  /** A schedule, or who asked. */
  cause: z.string(),
  outcome: z.enum(['landed', 'nothing-new', 'skipped', 'failed']),
  /** One sentence for people. */
  detail: z.string(),
  records: z.int().nonnegative().optional(),
  /** How many the source promised. */
  promised: z.int().nonnegative().optional(),
  /** Where the file came to lie in landing. */
  path: z.string().optional(),
  /** How far all is known with it: the watermark, once the run of its file has succeeded. */
  upTo: z.string().optional(),
  requests: z.int().nonnegative().optional(),
  retries: z.int().nonnegative().optional(),
  /** How long its own limits of rate held it up. */
  waitedMs: z.int().nonnegative().optional(),
  durationMs: z.int().nonnegative().optional(),
});
export type Pull = z.infer<typeof Pull>;

export type LandedFile = z.infer<typeof LandedFile>;
const LandedFile = z.object({
  path: z.string(),
  etag: z.string(),
  sha256: z.string(),
  /** Up to when everything is known once the run of this file has succeeded. */
  watermark: z.string(),
});

export const SourceState = z.object({
  source: SourceName,
  dataset: DatasetId,
  /** Moves when the run of what was pulled has succeeded, and not before. */
  watermark: z.string().optional(),
  /** The newest file whose run succeeded: what later pulls are merged with. */
  settled: LandedFile.optional(),
  /** A file whose run is not over. */
  pending: LandedFile.optional(),
  pause: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('person'),
        by: z.string(),
        reason: z.string(),
        since: z.iso.datetime(),
        until: z.iso.datetime(),
      }),
      z.object({
        kind: z.literal('credentials'),
        /** The secret that is missing or refused. */
        secret: z.string(),
        reason: z.string(),
        since: z.iso.datetime(),
      }),
    ])
    .optional(),
  /** A pull that the source could not answer: it is asked again by itself. */
  retry: z
    .object({
      at: z.iso.datetime(),
      /** In vain so far. */
      tries: z.int().positive(),
      cause: z.string(),
      since: z.iso.datetime().optional(),
      days: z.object({ from: LocalDate, to: LocalDate }).optional(),
    })
    .optional(),
  /** Newest first. */
  pulls: z.array(Pull).default([]),
});
export type SourceState = z.infer<typeof SourceState>;

/** Shared by all instances. Of two writers one wins, the other reads again. */
export interface SourceStates {
  get(source: SourceName, dataset: DatasetId): Promise<Versioned<SourceState> | undefined>;
  save(state: SourceState, version: string | undefined): Promise<'saved' | 'conflict'>;
  all(): Promise<readonly SourceState[]>;
}
