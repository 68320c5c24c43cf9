import type { FunctionsHost } from './functions-host.ts';

export type SignalSource = {
  once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
};

/** Ends the process cleanly on Ctrl+C and on SIGTERM: work in flight is finished or goes back to its queue. */
export function stopOnSignals(
  host: Pick<FunctionsHost, 'stop'>,
  options: { graceMs: number; alsoStop?: () => Promise<void> },
  source: SignalSource = process,
): void {
  const stop = async (): Promise<void> => {
    try {
      await host.stop({ graceMs: options.graceMs });
      await options.alsoStop?.();
      source.exit(0);
    } catch (error) {
      process.stderr.write(`the host did not stop cleanly: ${String(error)}\n`);
      source.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) source.once(signal, () => void stop());
}
