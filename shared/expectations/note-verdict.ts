import type { DatasetId } from '../domain/ids.ts';
import type { Breakers } from '../ports/breakers.ts';
import {
  type BreakerEvent,
  breakerName,
  closedBreaker,
  type DataBreaker,
  noteRun,
  type RunOutcome,
} from './data-breaker.ts';

/**
 * Counts a run in the breaker of its dataset: reads, changes and saves, again and again until no other writer came
 * between. Each conflict means that somebody else's save went through, so it ends.
 */
export async function noteVerdict(
  { dataset, outcome }: { dataset: DatasetId; outcome: RunOutcome },
  { breakers }: { breakers: Breakers },
): Promise<{ state: DataBreaker; events: readonly BreakerEvent[] }> {
  for (;;) {
    const found = await breakers.get(breakerName(dataset));
    const before = found?.value ?? closedBreaker(dataset);
    const noted = noteRun(before, outcome);
    if (noted.state === before) return noted;
    if ((await breakers.save(noted.state, found?.version)) === 'saved') return noted;
  }
}
