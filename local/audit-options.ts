import { parseArgs } from 'node:util';
import type { Link } from '../shared/access/access-record.ts';
import { RunId, Sha256 } from '../shared/domain/ids.ts';
import { UsageError } from './pipeline-options.ts';

export const HELP = `The audit tables in PostgreSQL: what was computed, from which bytes, by which code and definitions.
The access record in container audit: who did what over HTTP, and who looked at rows of people.

Usage: npm run audit:dry-run -- --run RUN_ID   prints what would be written, as JSON, and writes nothing
       npm run audit:write -- --run RUN_ID     writes it, and says what that has changed
       npm run audit:migrate                   says which migrations the database still needs
       npm run audit:migrate -- --apply        applies them, all or none
       npm run audit:verify                    walks the access record and names every break
       npm run audit:verify -- --run RUN_ID    is all that the run left as it was written? By the hashes of its manifest

  --run RUN_ID     a run, as run_0123456789ab
  --attempt N      an earlier attempt of it (default: the newest)
  --recompute      verify: also computes the numbers of the run again from the same files, and says which differ
  --noted N:SHA256 a link of the access record as it was noted elsewhere, such as in the log
  --help           this text

Settings from the environment, as those of the app: DataStorage (npm start prints its own) or the endpoints of an account,
which is all that verify takes;
SUPABASE_DB_URL or DATABASE_URL, or KEY_VAULT_URI with the secret postgres-url. To write loans takes the app's PII_KEY as
well, since their ids become tokens (npm start keeps its own in keys.json).

Exit code: 0 done, 3 the access record is broken, or a run is not as it was written or gives other numbers, 2 the call or a setting is wrong or the database refused it, 1 the
machinery failed.`;

export type AuditCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'dry-run' | 'write'; readonly runId: RunId; readonly attempt: number | undefined }
  | { readonly kind: 'migrate'; readonly applies: boolean }
  | { readonly kind: 'verify'; readonly noted: Link | undefined }
  | { readonly kind: 'verify-run'; readonly runId: RunId; readonly recomputes: boolean };

/** Throws UsageError. */
export function auditCommand(args: readonly string[]): AuditCommand {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { kind: 'help' };
  const [kind, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`${others.join(' ')} is one word too many`);
  if (kind === 'verify') {
    if (values.attempt !== undefined || values.apply !== undefined)
      throw new UsageError('the newest attempt is verified, and nothing is applied to it');
    if (values.run === undefined && values.recompute === true)
      throw new UsageError('--recompute is of a run: --run RUN_ID');
    if (values.run === undefined) return { kind, noted: notedLink(values.noted) };
    if (values.noted !== undefined) throw new UsageError('--noted is of the access record, not of a run');
    return { kind: 'verify-run', runId: runOf(values.run), recomputes: values.recompute ?? false };
  }
  if (values.recompute === true) throw new UsageError('--recompute belongs to audit:verify');
  if (values.noted !== undefined) throw new UsageError('--noted belongs to audit:verify');
  if (kind === 'migrate') {
    if (values.run !== undefined || values.attempt !== undefined)
      throw new UsageError('migrations are of the database, not of a run');
    return { kind, applies: values.apply ?? false };
  }
  if (kind !== 'dry-run' && kind !== 'write')
    throw new UsageError('say what to do: dry-run, write, migrate or verify');
  if (values.apply === true) throw new UsageError('--apply belongs to audit:migrate');
  return { kind, runId: runOf(values.run), attempt: attemptOf(values.attempt) };
}

function runOf(text: string | undefined): RunId {
  if (text === undefined) throw new UsageError('no run was given: --run RUN_ID');
  const runId = RunId.safeParse(text);
  if (!runId.success)
    throw new UsageError(`--run ${JSON.stringify(text)} is no run; they look like run_0123456789ab`);
  return runId.data;
}

function attemptOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--attempt ${JSON.stringify(text)} is no attempt; the first is 1`);
  return Number(text);
}

function notedLink(text: string | undefined): Link | undefined {
  if (text === undefined) return undefined;
  const [, number, hash] = /^([1-9]\d{0,11}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined)
    throw new UsageError(
      `--noted ${JSON.stringify(text)} is no link; they look like 42:0123…, with 64 digits`,
    );
  return { number: Number(number), sha256: Sha256.parse(hash) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        run: { type: 'string' },
        attempt: { type: 'string' },
        apply: { type: 'boolean' },
        noted: { type: 'string' },
        recompute: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
