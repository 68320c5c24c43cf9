import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { RunLedger } from '../ports/run-ledger.ts';

// Is the product well, and what does it wait for? The answer comes even when settings or storage do not.

const PATIENCE_MS = 5_000;

export type HealthCheck = { readonly name: string; readonly check: () => Promise<void> };

export type Health = {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly last_run: { run_id: string; status: string; dataset: string; at: string } | null;
  readonly next_run: string | null;
  readonly metrics_computed: number;
  readonly last_error: string | null;
  readonly checks: Readonly<Record<string, { ok: boolean; detail?: string }>>;
  readonly revision: string;
};

export async function checkHealth(
  checks: readonly HealthCheck[],
  deps: {
    ledger: RunLedger;
    clock: Clock;
    revision: string;
    nextRun: string | null;
    /** How long a check may take. Storage clients try again for minutes; whoever asks wants to know now. */
    patienceMs?: number;
  },
): Promise<Health> {
  const { patienceMs = PATIENCE_MS } = deps;
  const results = await Promise.all(checks.map((check) => runCheck(check, patienceMs)));
  const base = { next_run: deps.nextRun, revision: deps.revision, checks: Object.fromEntries(results) };
  if (results.some(([, { ok }]) => !ok)) {
    const [failed] = results.filter(([, { ok }]) => !ok);
    const last_error = failed === undefined ? null : `${failed[0]}: ${failed[1].detail}`;
    return { status: 'unhealthy', last_run: null, metrics_computed: 0, last_error, ...base };
  }
  const runs = await deps.ledger.list({ limit: 50 });
  const [last] = runs;
  const ended = runs.filter(({ completedAt }) => completedAt !== undefined);
  const newest = ended.toSorted((a, b) => ((a.completedAt ?? '') < (b.completedAt ?? '') ? 1 : -1));
  const lastFailure = newest.find(({ status }) => status === 'failed');
  const computed = newest.find(({ status }) => status === 'success');
  return {
    status: newest[0]?.status === 'failed' ? 'degraded' : 'healthy',
    last_run: last
      ? {
          run_id: last.runId,
          status: last.status,
          dataset: last.dataset,
          at: last.completedAt ?? last.updatedAt,
        }
      : null,
    metrics_computed: computed?.phases.calculation?.kpisComputed ?? 0,
    last_error: lastFailure?.lastError?.message ?? null,
    ...base,
  };
}

async function runCheck(
  { name, check }: HealthCheck,
  patienceMs: number,
): Promise<[string, { ok: boolean; detail?: string }]> {
  const answered = new AbortController();
  const silence = async (): Promise<never> => {
    await sleep(patienceMs, undefined, { signal: answered.signal });
    throw new Error(`no answer within ${patienceMs / 1_000} seconds`);
  };
  try {
    await Promise.race([check(), silence()]);
    return [name, { ok: true }];
  } catch (error) {
    return [name, { ok: false, detail: error instanceof Error ? error.message : String(error) }];
  } finally {
    answered.abort();
  }
}
