import { z } from 'zod';
import { DatasetId } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import type { PullWindow, SourceClient } from '../ports/source-client.ts';
import { SourceName } from '../ports/source-client.ts';

/** What waits on the queue of pulls. It names what is wanted; how far the source was pulled is looked up by then. */
export type PullMessage = z.infer<typeof PullMessage>;
export const PullMessage = z.object({
  v: z.literal(1),
  source: SourceName,
  dataset: DatasetId,
  /** A schedule, or who asked. */
  cause: z.string(),
  /** Other than the usual window. */
  since: z.iso.datetime().optional(),
  days: z.object({ from: LocalDate, to: LocalDate }).optional(),
  /** The run of the file that it brings is the same trace. */
  traceparent: z.string().optional(),
});

/** One message for each dataset, so that each is pulled, and tried again, by itself. */
export function pullMessages(
  { source, datasets }: Pick<SourceClient, 'source' | 'datasets'>,
  cause: string,
): readonly PullMessage[] {
  return datasets.map(({ dataset }) => ({ v: 1, source, dataset, cause }));
}

export function windowOf({ since, days }: PullMessage): PullWindow | undefined {
  return since === undefined && days === undefined ? undefined : { since, days };
}
