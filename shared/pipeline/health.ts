import { setTimeout as sleep } from 'node:timers/promises';
import { type ExpiringSecret, type ExpiryDeps, expiringSecrets } from '../alerting/secret-expiry.ts';
import type { Breakers } from '../ports/breakers.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SourceStates } from '../ports/source-states.ts';
import { causeIn, openBreakers } from './data-quality.ts';
import { describeError } from './work-stage.ts';

// Is the product well, and what does it wait for? The answer comes even when settings or storage do not.

const PATIENCE_MS = 5_000;

export type HealthCheck = {
  readonly name: string;
  readonly check: () => Promise<void>;
  /** Nothing is lost without it, such as a destination that results wait for: the product is degraded, and goes on. */
  readonly onlyDegrades?: true;
};

export type Health = {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly last_run: { run_id: string; status: string; dataset: string; at: string } | null;
  readonly next_run: string | null;
  readonly metrics_computed: number;
  readonly last_error: string | null;
  /** Datasets whose circuit breaker is open: the machinery is well, but no new numbers come from them. */
  readonly dataQuality: readonly { dataset: string; since: string; reason: string }[];
  /** Datasets that no longer come in by themselves: a secret is missing or refused. Everything else goes on. */
  readonly sources: readonly {
    dataset: string;
    status: 'paused: credentials';
    secret: string;
    since: string;
  }[];
  /** Secrets that run out within 14 days, or have run out, by what the vault says of them. */
  readonly secrets: readonly ExpiringSecret[];
  /** Settings that work in part, one sentence each. */
  readonly warnings: readonly string[];
  readonly checks: Readonly<Record<string, { ok: boolean; detail?: string }>>;
  readonly revision: string;
};

export type HealthReport = {
  /** For anybody: of an error its class and code, never its message. */
  readonly health: Health;
  /** What the errors say, with names of accounts and files: for the log, and for whoever has a key. */
  readonly details: readonly string[];
};

export async function checkHealth(
  checks: readonly HealthCheck[],
  deps: ExpiryDeps & {
    ledger: RunLedger;
    breakers: Breakers;
    sourceStates: SourceStates;
    clock: Clock;
    revision: string;
    nextRun: string | null;
    /** What the settings say of themselves. */
    warnings?: readonly string[];
    /** How long a check may take. Storage clients try again for minutes; whoever asks wants to know now. */
    patienceMs?: number;
  },
): Promise<HealthReport> {
  const { patienceMs = PATIENCE_MS } = deps;
  let secrets: readonly ExpiringSecret[] = [];
  const expiries: HealthCheck = {
    name: 'secret expiries',
    onlyDegrades: true,
    check: async () => void (secrets = await expiringSecrets(deps)),
  };
  const results = await Promise.all([...checks, expiries].map((check) => runCheck(check, patienceMs)));
  const checked = results.map(({ name, error }) => [
    name,
    error === undefined ? { ok: true } : { ok: false, detail: kindOf(error) },
  ]);
  const base = {
    next_run: deps.nextRun,
    revision: deps.revision,
    secrets,
    warnings: deps.warnings ?? [],
    checks: Object.fromEntries(checked),
  };
  const failed = results.filter(({ error }) => error !== undefined);
  const [first] = failed.filter(({ onlyDegrades }) => onlyDegrades === undefined);
  const [away] = failed;
  const inWords = failed.map(({ name, error }) => `${name}: ${describeError(error)}`);
  if (first !== undefined) {
    const last_error = `${first.name}: ${kindOf(first.error)}`;
    const nothing = { last_run: null, metrics_computed: 0, dataQuality: [], sources: [] };
    const health = { status: 'unhealthy', last_error, ...nothing, ...base } as const;
    return { health, details: inWords };
  }
  const [runs, breakers, sources] = await Promise.all([
    deps.ledger.list({ limit: 50 }),
    deps.breakers.all(),
    deps.sourceStates.all(),
  ]);
  const [last] = runs;
  const ended = runs.filter(({ completedAt }) => completedAt !== undefined);
  const newest = ended.toSorted((a, b) => ((a.completedAt ?? '') < (b.completedAt ?? '') ? 1 : -1));
  const lastFailure = newest.find(({ status }) => status === 'failed');
  // Files that no KPI reads succeed without any.
  const computed = newest.find(({ status, phases }) => status === 'success' && phases.calculation);
  const failure = lastFailure?.lastError;
  const ofRun = failure && `${failure.code} in stage ${failure.stage}`;
  const ofDestination = away && `${away.name}: ${kindOf(away.error)}`;
  const hasFailed = newest[0]?.status === 'failed';
  const health: Health = {
    status: hasFailed || away !== undefined ? 'degraded' : 'healthy',
    last_run: last
      ? {
          run_id: last.runId,
          status: last.status,
          dataset: last.dataset,
          at: last.completedAt ?? last.updatedAt,
        }
      : null,
    metrics_computed: computed?.phases.calculation?.kpisComputed ?? 0,
    // What is wrong now before what was wrong with a run that others have followed.
    last_error: (hasFailed ? (ofRun ?? ofDestination) : (ofDestination ?? ofRun)) ?? null,
    // Only the cause: what a file has wrong is not for anybody.
    dataQuality: openBreakers(breakers).map((open) => ({ ...open, reason: causeIn(open.reason) })),
    sources: sources.flatMap(({ dataset, pause }) =>
      pause?.kind === 'credentials'
        ? [{ dataset, status: 'paused: credentials' as const, secret: pause.secret, since: pause.since }]
        : [],
    ),
    ...base,
  };
  return { health, details: [...(failure === undefined ? [] : [failure.message]), ...inWords] };
}

/** The check with its outcome kept for a while: whoever asks often, and anybody may, makes no connection each time. */
export function keptFor(ms: number, check: HealthCheck, clock: Clock): HealthCheck {
  let last: { readonly at: number; readonly outcome: Promise<void> } | undefined;
  return {
    ...check,
    check: async () => {
      const now = clock.now().getTime();
      if (last === undefined || now >= last.at + ms) last = { at: now, outcome: check.check() };
      await last.outcome;
    },
  };
}

/** Class and code of an error: enough to know where to look, and nothing that an outsider could use. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[\w-]{1,60}$/.test(code) ? `${error.name} ${code}` : error.name;
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** A check that was made; without an error it is met. */
export type Checked = Omit<HealthCheck, 'check'> & { readonly error?: unknown };

/** Makes a check, and waits no longer than that for it. */
export async function runCheck({ check, ...of }: HealthCheck, patienceMs: number): Promise<Checked> {
  const answered = new AbortController();
  const silence = async (): Promise<never> => {
    await sleep(patienceMs, undefined, { signal: answered.signal });
    throw new NoAnswer(`no answer within ${patienceMs / 1_000} seconds`);
  };
  try {
    await Promise.race([check(), silence()]);
    return of;
  } catch (error) {
    return { ...of, error };
  } finally {
    answered.abort();
  }
}
