import type { Deps } from '../../shared/app.ts';
import { type PortCall, watched } from './port-faults.ts';

/** Work that stands still just before one of its port calls, while the world goes on. */
export type Held<Outcome> = {
  /** True as long as it stands still; false when it ended without coming to that call. */
  readonly isHeld: boolean;
  /** Lets it go on, and waits for its end. */
  release(): Promise<Outcome>;
};

/** Starts the work and returns when it stands before the first call that is `isMoment`, or has ended. */
export async function holdAt<Outcome>(
  deps: Deps,
  isMoment: (call: PortCall) => boolean,
  work: (deps: Deps) => Promise<Outcome>,
): Promise<Held<Outcome>> {
  const reached = Promise.withResolvers<boolean>();
  const released = Promise.withResolvers<void>();
  let isPast = false;
  const slow = watched(deps, async (call) => {
    if (isPast || !isMoment(call)) return;
    isPast = true;
    reached.resolve(true);
    await released.promise;
  });
  const ended = work(slow).then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  const isHeld = await Promise.race([reached.promise, ended.then(() => false)]);
  return {
    isHeld,
    async release() {
      released.resolve();
      const end = await ended;
      if ('error' in end) throw end.error;
      return end.outcome;
    },
  };
}
