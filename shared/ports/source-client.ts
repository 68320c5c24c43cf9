import { z } from 'zod';
import type { DatasetId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import type { ServiceCost } from '../resilience/service-http.ts';

// One door for everything that is fetched. A new source is a folder with a client, and a contract for each dataset.

export type SourceName = z.infer<typeof SourceName>;
export const SourceName = z.enum(['cascade', 'hubspot', 'meta']);

/** What is asked for. */
export type PullWindow = {
  /** Everything since; undefined for all there is. */
  readonly since?: string | undefined;
  /** Days, for sources that report by day. */
  readonly days?: { readonly from: LocalDate; readonly to: LocalDate } | undefined;
};

/** Part of an answer: whole files as they are, or records. */
export type SourcePage =
  | {
      readonly kind: 'file';
      /** Writes the file to a local path; what kind it is shows by then. */
      readonly save: (path: string) => Promise<{ readonly bytes: number; readonly extension: FileExtension }>;
    }
  | {
      readonly kind: 'records';
      readonly records: readonly SourceRecord[];
    };

export type FileExtension = 'csv' | 'xlsx' | 'zip' | 'json' | 'ndjson';

export type SourceRecord = z.infer<typeof SourceRecord>;
export const SourceRecord = z.record(z.string(), z.unknown());

export type SourceDataset = {
  readonly dataset: DatasetId;
  /**
   * How records of a pull and of the file before make up the whole; none for sources that always give all of it.
   * Later records replace those with the same identity.
   */
  readonly merge?: {
    readonly identity: (record: SourceRecord) => string;
    /** Whether a record of the file before is left out, because this window brings it anew if it still exists. */
    readonly supersedes?: (record: SourceRecord, window: PullWindow) => boolean;
  };
  /** What is asked for at the usual time, by what is known already. */
  readonly window: (state: { readonly watermark: string | undefined; readonly now: Date }) => PullWindow;
  /** The day that what is brought now stands for, where the records do not say it themselves. */
  readonly standsFor?: (now: Date) => LocalDate;
  /** Up to when everything is known after this window was brought. */
  readonly watermark: (window: PullWindow, now: Date) => string;
  /** What a person may ask for again. */
  readonly backfill: 'days' | 'since' | 'none';
};

export interface SourceClient {
  readonly source: SourceName;
  readonly datasets: readonly SourceDataset[];
  /**
   * Brings a window, page by page. Throws CredentialsRefused, AnswerChanged, RequestRefused, ServiceUnavailable,
   * CircuitOpen or SecretMissing.
   */
  pull(dataset: DatasetId, window: PullWindow): AsyncIterable<SourcePage>;
  /** How many records there are in all, where the source can tell. */
  count?(dataset: DatasetId): Promise<number | undefined>;
  /** What it has cost since the client was made. */
  readonly cost: ServiceCost;
}
