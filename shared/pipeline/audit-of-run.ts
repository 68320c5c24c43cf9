import type { RunId } from '../domain/ids.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type { DeliverySubject } from '../ports/deliveries.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { auditOfAttempt } from '../runs/audit-of-attempt.ts';
import type { AuditPayload } from '../runs/audit-payload.ts';
import { Manifest, RunSummary, ValidationReport } from '../runs/documents.ts';
import { attemptPath } from '../runs/run-paths.ts';
import { readOfAttempts } from './read-of-attempts.ts';

export type FoundAudit =
  | {
      readonly kind: 'found';
      readonly subject: Extract<DeliverySubject, { kind: 'run' }>;
      readonly payload: AuditPayload;
    }
  | { readonly kind: 'unknown-run' }
  | { readonly kind: 'no-such-attempt'; readonly attempts: number }
  | { readonly kind: 'not-ended'; readonly attempt: number };

/** What somebody asks for by the name of a run: of its newest attempt unless they name another. */
export async function findAudit(
  { runId, attempt }: { readonly runId: RunId; readonly attempt: number | undefined },
  deps: { readonly lake: Lake; readonly ledger: RunLedger },
): Promise<FoundAudit> {
  const run = (await deps.ledger.find(runId))?.value;
  if (run === undefined) return { kind: 'unknown-run' };
  const subject = { kind: 'run', runId, attempt: attempt ?? run.attempt } as const;
  if (subject.attempt > run.attempt) return { kind: 'no-such-attempt', attempts: run.attempt };
  const payload = await auditOfRun(subject, deps);
  if (payload === undefined) return { kind: 'not-ended', attempt: subject.attempt };
  return { kind: 'found', subject, payload };
}

/** What an attempt leaves in the audit tables; undefined while it has not ended. */
export async function auditOfRun(
  subject: Extract<DeliverySubject, { kind: 'run' }>,
  { lake, ledger }: { readonly lake: Lake; readonly ledger: RunLedger },
): Promise<AuditPayload | undefined> {
  const { runId, attempt } = subject;
  const [manifestBody, summaryBody] = await Promise.all(
    ['manifest.json', 'summary.json'].map((name) => lake.read('runs', attemptPath(runId, attempt, name))),
  );
  if (manifestBody === undefined || summaryBody === undefined) return undefined;
  const manifest = Manifest.parse(JSON.parse(manifestBody.toString('utf8')));
  const validation = ValidationReport.parse(await readOfAttempts(lake, subject, 'validation_report.json'));
  return auditOfAttempt({
    manifest,
    summary: RunSummary.parse(JSON.parse(summaryBody.toString('utf8'))),
    validation,
    mart: await martOf(subject, manifest, lake),
    rawPaths: await rawPathsOf(manifest, ledger),
  });
}

/** The numbers that the attempt has published; an earlier attempt may have computed them. */
async function martOf(
  subject: Extract<DeliverySubject, { kind: 'run' }>,
  { bookId }: Manifest,
  lake: Lake,
): Promise<KpiMart | undefined> {
  if (bookId === undefined) return undefined;
  return KpiMart.parse(await readOfAttempts(lake, subject, 'kpis.json'));
}

async function rawPathsOf({ runId, book }: Manifest, ledger: RunLedger): Promise<ReadonlyMap<RunId, string>> {
  const runIds = new Set([runId, ...book.map((entry) => entry.runId)]);
  const runs = await Promise.all([...runIds].map((id) => ledger.find(id)));
  return new Map(
    runs.flatMap((run) => (run?.value.rawPath === undefined ? [] : [[run.value.runId, run.value.rawPath]])),
  );
}
