import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { ServiceUnavailable } from './service-errors.ts';

const again = retry(handleType(ServiceUnavailable), {
  maxAttempts: 3,
  backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5_000 }),
});

/**
 * Does the work again, at once, while the service is unavailable: a connection that broke need not wait for the next
 * timer. Only for work that may have been done before and does no harm twice.
 */
export async function triedAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  return await again.execute(work);
}
