import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { ZONES } from '../topology.ts';
import { VerifiedFile, verifyRun } from './verify-run.ts';

// A legal hold: what a run has left is needed for a case, and must outlast the day on which it would be deleted. It is
// copied to container audit, where nothing can be changed or removed. The raw file stays where it is, which is for ever.

export type HoldCase = z.infer<typeof HoldCase>;
export const HoldCase = z.string().regex(/^[A-Z][A-Z0-9]{1,9}-\d{1,6}$/, 'must be a case, as in LEGAL-7');

export type Hold = z.infer<typeof Hold>;
export const Hold = z.object({
  case: HoldCase,
  runId: RunId,
  attempt: z.int().positive(),
  heldAt: z.iso.datetime(),
  by: z.string(),
  isAsWritten: z.boolean().describe('Everything still was what the manifest says when it was copied'),
  files: z.array(
    VerifiedFile.extend({
      heldAs: z.string().optional().describe('In container audit; raw files stay in raw'),
    }),
  ),
});

export type HoldOutcome =
  | { readonly kind: 'held'; readonly hold: Hold; readonly path: string }
  | { readonly kind: 'unknown-run' }
  | { readonly kind: 'not-ended' };

type HoldInput = { readonly runId: RunId; readonly case: HoldCase; readonly by: string };
type Deps = { readonly lake: Lake; readonly ledger: RunLedger; readonly clock: Clock };

/** Copies what the newest attempt of a run has left. A second time it finds what was copied, and copies nothing. */
export async function holdRun(input: HoldInput, deps: Deps): Promise<HoldOutcome> {
  const { lake, clock } = deps;
  const outcome = await verifyRun(input.runId, deps);
  if (outcome.kind !== 'verified') return outcome;
  const { attempt, isAsWritten, files } = outcome.verdict;
  const folder = `holds/${input.case}/${input.runId}.${attempt}`;
  const path = `${folder}/hold.json`;
  const kept = await lake.read('audit', path);
  if (kept !== undefined) return { kind: 'held', hold: Hold.parse(JSON.parse(kept.toString('utf8'))), path };
  const summary = { container: 'runs', path: `${input.runId}/summary.json`, found: 'as-written' } as const;
  const held: Hold['files'] = [];
  for (const file of [...files, ...(files.some((one) => one.path === summary.path) ? [] : [summary])])
    held.push({ ...file, ...(await heldAs(file, folder, lake)) });
  const heldAt = clock.now().toISOString();
  const hold = Hold.parse({ ...input, attempt, heldAt, isAsWritten, files: held });
  // Last: where it is, everything is.
  const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
  await lake.write('audit', path, JSON.stringify(hold, null, 2), options);
  return { kind: 'held', hold, path };
}

async function heldAs(
  { container, path }: VerifiedFile,
  folder: string,
  lake: Lake,
): Promise<Pick<Hold['files'][number], 'heldAs'>> {
  const zone = ZONES.find((name) => name === container);
  if (zone === undefined || zone === 'raw') return {};
  const opened = await lake.open(zone, path);
  if (opened === undefined) return {};
  const to = `${folder}/${container}/${path}`;
  // One that is there was copied by an attempt that came to no end.
  await lake.writeStream('audit', to, opened.body, { onlyIf: 'absent' });
  return { heldAs: to };
}
