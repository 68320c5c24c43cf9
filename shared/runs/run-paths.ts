import type { RunId, Sha256 } from '../domain/ids.ts';
import { type LocalDate, REFERENCE_DAY } from '../domain/local-date.ts';
import type { PeriodGrain } from '../kpis/kpi-result.ts';
import type { RunRecord } from './run-record.ts';

// Where everything of a run lies. Paths follow from ids, dates and hashes, never from a file's own name.

export const rawPath = (dataset: string, day: LocalDate, sha256: Sha256, extension: string): string =>
  `${dataset}/${day}/${sha256}.${extension}`;

/** Named by its content, too: what an attempt has staged is never written over by another one. */
export const stagingPath = (
  run: Pick<RunRecord, 'dataset' | 'runId'>,
  asOf: LocalDate,
  stagedSha256: Sha256,
): string => {
  const day = asOf === REFERENCE_DAY ? 'always' : asOf;
  return `${run.dataset}/as_of=${day}/${run.runId}-${stagedSha256.slice(0, 12)}.parquet`;
};

export const quarantinePath = (runId: RunId, attempt: number): string =>
  attemptPath(runId, attempt, 'rejected.jsonl');

export const martPath = (asOf: LocalDate, runId: RunId, extension: 'parquet' | 'csv' | 'json'): string =>
  `kpis/as_of=${asOf}/${runId}.${extension}`;

/** KPIs by the book they were computed over: whoever has the same book need not compute them again. */
export const bookMartPath = (bookId: string): string => `books/${bookId}.json`;

export const reportPath = (asOf: LocalDate, runId: RunId, extension: 'md' | 'html'): string =>
  `as_of=${asOf}/${runId}.${extension}`;

/** Documents of one attempt; they are never overwritten by a later one. */
export const attemptPath = (runId: RunId, attempt: number, name: string): string =>
  `${runId}/attempts/${attempt}/${name}`;

/** Documents of the newest attempt. */
export const artifactPath = (runId: RunId, name: string): string => `${runId}/${name}`;

export const latestPath = (dataset: string, contract: string): string =>
  `latest/${dataset.split('/')[0]}/${contract}.json`;

/** Which run was first to say what about the numbers of a date. */
export const raisedPath = (reportingDate: LocalDate): string => `anomalies/${reportingDate}.json`;

/** KPIs of any day, in periods of any length, by the files that could be in its book. */
export const dayMartPath = (bookId: string, asOf: LocalDate, grain: PeriodGrain): string =>
  `days/${bookId}/as_of=${asOf}-${grain}.json`;
