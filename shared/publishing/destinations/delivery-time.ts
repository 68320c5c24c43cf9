import type { Clock } from '../../ports/clock.ts';
import { ServiceUnavailable } from '../../resilience/service-errors.ts';

/** A delivery that takes five minutes is taken for lost and begun anew: one request may take as long as what is left. */
const MOST_MS = 150_000;

/**
 * Counts from now. The function that it returns stands before each request of a delivery that takes many, and throws
 * ServiceUnavailable once there is no more time: what is done stays done, and the next try goes on from there.
 */
export function deliveryTime(service: string, clock: Clock): () => void {
  const until = clock.now().getTime() + MOST_MS;
  return () => {
    if (clock.now().getTime() >= until)
      throw new ServiceUnavailable(`${service} takes too long: what is written stays, and the rest follows`);
  };
}
