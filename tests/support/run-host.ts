import { z } from 'zod';
import { startFunctionsHost } from '../../local/host/functions-host.ts';
import { stopOnSignals } from '../../local/host/stop-on-signals.ts';

// Runs the host over one app for a test that started this process. It speaks in lines of JSON on stdout:
// {"ready"}, {"failed"}, {"log"}, and whatever the app itself prints.

const Order = z.object({
  appDir: z.string(),
  storage: z.string(),
  keys: z.object({ master: z.string(), function: z.string(), system: z.string() }),
  graceMs: z.number(),
  leaseSeconds: z.number().optional(),
  pollMs: z.number().optional(),
  scanMs: z.number().optional(),
});

const { graceMs, leaseSeconds, pollMs, scanMs, ...order } = Order.parse(JSON.parse(process.argv[2] ?? ''));
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const host = await startFunctionsHost({
    ...order,
    ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(scanMs === undefined ? {} : { scanMs }),
    log: (line) => say({ log: line }),
  });
  stopOnSignals(host, { graceMs });
  say({ ready: { url: host.url, functions: host.functions } });
} catch (error) {
  say({ failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  process.exit(1);
}
