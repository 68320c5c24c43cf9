import { verifyChain } from '../shared/access/verify-chain.ts';
import { buildApp, type Deps } from '../shared/app.ts';
import { ConfigInvalid } from '../shared/config.ts';
import { type FoundAudit, findAudit } from '../shared/pipeline/audit-of-run.ts';
import { loansOfRun } from '../shared/pipeline/loans-of-run.ts';
import { reproduceNumbers } from '../shared/pipeline/reproduce-numbers.ts';
import { verifyRun } from '../shared/pipeline/verify-run.ts';
import { type AuditOutcome, MigrationRefused } from '../shared/ports/audit-store.ts';
import { SecretMissing } from '../shared/ports/secret-store.ts';
import {
  CredentialsRefused,
  RequestRefused,
  ServiceUnavailable,
} from '../shared/resilience/service-errors.ts';
import type { AuditPayload } from '../shared/runs/audit-payload.ts';
import { type AuditCommand, auditCommand, HELP } from './audit-options.ts';
import { reproductionLines, runVerdictLines, verdictLines } from './audit-verdict.ts';
import { exitWhenWritten } from './exit-when-written.ts';
import { UsageError } from './pipeline-options.ts';

// `npm run audit:dry-run`, `audit:write`, `audit:migrate`: the audit tables by hand. A run goes the way of the
// destination `postgres`. `npm run audit:verify`: is the access record as it was written, or what a run left?

const EXIT = { done: 0, machineryFailed: 1, refused: 2, broken: 3 } as const;

async function main(): Promise<number> {
  const command = auditCommand(process.argv.slice(2));
  if (command.kind === 'help') return told([HELP]);
  const nothing = (): void => undefined;
  const { depsFor } = await buildApp(process.env);
  const deps = depsFor({ debug: nothing, info: nothing, warn: nothing, error: nothing });
  if (command.kind === 'migrate') return told(await migrated(command.applies, deps));
  if (command.kind === 'verify') {
    const verdict = await verifyChain(command, deps);
    return told(verdictLines(verdict), verdict.breaks.length === 0 ? EXIT.done : EXIT.broken);
  }
  if (command.kind === 'verify-run') return await verifiedRun(command, deps);
  const { subject, payload } = await foundBy(command, deps);
  if (command.kind === 'dry-run') return told([JSON.stringify(payload, null, 2)]);
  const loans = await loansOfRun(subject, deps);
  return told(changeLines(payload, await deps.audit.write(payload, loans)));
}

async function verifiedRun(
  { runId, recomputes }: Extract<AuditCommand, { kind: 'verify-run' }>,
  deps: Deps,
): Promise<number> {
  const outcome = await verifyRun(runId, deps);
  if (outcome.kind === 'unknown-run') throw new UsageError(`there is no run ${runId} in this store`);
  if (outcome.kind === 'not-ended') throw new UsageError(`${runId} is at work`);
  const { verdict, manifest } = outcome;
  const numbers = recomputes ? await reproduceNumbers(manifest, deps) : undefined;
  const isGood = verdict.isAsWritten && (numbers === undefined || numbers.kind === 'same');
  return told(
    [...runVerdictLines(verdict), ...(numbers === undefined ? [] : reproductionLines(numbers))],
    isGood ? EXIT.done : EXIT.broken,
  );
}

function told(lines: readonly string[], code: number = EXIT.done): number {
  for (const line of lines) console.log(line);
  return code;
}

async function foundBy(
  { runId, attempt }: Extract<AuditCommand, { kind: 'dry-run' | 'write' }>,
  deps: Deps,
): Promise<Extract<FoundAudit, { kind: 'found' }>> {
  const found = await findAudit({ runId, attempt }, deps);
  switch (found.kind) {
    case 'found':
      return found;
    case 'unknown-run':
      throw new UsageError(`there is no run ${runId} in this store`);
    case 'no-such-attempt':
      throw new UsageError(`${runId} has ${found.attempts} attempts so far`);
    case 'not-ended':
      throw new UsageError(`attempt ${found.attempt} of ${runId} has not come to an end`);
  }
}

function changeLines({ pipeline_runs: [run] }: AuditPayload, outcome: AuditOutcome): string[] {
  const name = `${run.run_key}, attempt ${run.attempt}`;
  if (outcome.kind === 'overtaken')
    return [`${name}: nothing was written, attempt ${outcome.byAttempt} is there already.`];
  const changed = outcome.changes.filter(({ written, removed }) => written + removed > 0);
  if (changed.length === 0) return [`${name}: all of it was there already, nothing was changed.`];
  return [
    `${name} as ${run.run_id}`,
    ...changed.map(({ table, written, removed }) => {
      const gone = removed === 0 ? '' : `, ${removed} of an earlier attempt or book removed`;
      return `  ${table}: ${written} written${gone}`;
    }),
  ];
}

async function migrated(applies: boolean, { audit }: Deps): Promise<string[]> {
  const names = applies ? await audit.migrate() : await audit.pendingMigrations();
  if (names.length === 0) return ['The database has all migrations.'];
  return [
    applies ? 'Applied:' : 'Would be applied:',
    ...names.map((name) => `  ${name}`),
    ...(applies ? [] : ['Nothing was written. To apply them: npm run audit:migrate -- --apply']),
  ];
}

/** Somebody has to do something else than to try again. */
const REFUSALS = [ConfigInvalid, SecretMissing, CredentialsRefused, RequestRefused, MigrationRefused];

main().then(
  (code) => exitWhenWritten(code),
  (error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message}. See --help.`);
    else if (error instanceof ServiceUnavailable) console.error(`${error.message}. Try again later.`);
    else if (REFUSALS.some((kind) => error instanceof kind)) console.error(String(error));
    else console.error(error);
    const isRefused = error instanceof UsageError || REFUSALS.some((kind) => error instanceof kind);
    return exitWhenWritten(isRefused ? EXIT.refused : EXIT.machineryFailed);
  },
);
