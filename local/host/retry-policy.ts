import type { RetryContext, RetryOptions } from './core-contract.ts';
import type { RunOutcome } from './function-runner.ts';

/** Runs again after a failure as the function's `retry` options say; the count lives in memory only. */
export async function runWithRetries(
  options: RetryOptions | undefined,
  run: (retryContext?: RetryContext) => Promise<RunOutcome>,
  sleep: (ms: number) => Promise<boolean>,
): Promise<RunOutcome> {
  let outcome = await run();
  if (options === undefined) return outcome;
  const { maxRetryCount } = options;
  // -1: for ever.
  for (
    let tries = 1;
    outcome.kind === 'failed' && (maxRetryCount === -1 || tries <= maxRetryCount);
    tries += 1
  ) {
    const { error } = outcome;
    if (!(await sleep(delayBefore(tries, options)))) return outcome;
    outcome = await run({
      retryCount: tries,
      maxRetryCount,
      exception: { message: error.message, source: '', stackTrace: error.stack ?? '' },
    });
  }
  return outcome;
}

/** Milliseconds before the nth repetition (from 1). */
export function delayBefore(tries: number, options: RetryOptions): number {
  if (options.retryStrategy === 'fixedDelay') return (options.delayInterval?.seconds ?? 0) * 1000;
  const shortest = (options.minimumInterval?.seconds ?? 0) * 1000;
  const longest = (options.maximumInterval?.seconds ?? 0) * 1000;
  return Math.min(longest, shortest * 2 ** (tries - 1));
}
