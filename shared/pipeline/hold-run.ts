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
  /** A dry run: what would be copied, and where to. */
  | { readonly kind: 'planned'; readonly hold: Omit<Hold, 'heldAt'>; readonly path: string }
  | { readonly kind: 'unknown-run' }
  | { readonly kind: 'not-ended' };

type HoldInput = {
  readonly runId: RunId;
  readonly case: HoldCase;
  readonly by: string;
  /** What is copied is there for years, so that one may ask first. */
  readonly dryRun: boolean;
};
type Deps = { readonly lake: Lake; readonly ledger: RunLedger; readonly clock: Clock };

/** Copies what the newest attempt of a run has left. A second time it finds what was copied, and copies nothing. */
export async function holdRun({ dryRun, ...input }: HoldInput, deps: Deps): Promise<HoldOutcome> {
  const { lake, clock } = deps;
  const outcome = await verifyRun(input.runId, deps);
  if (outcome.kind !== 'verified') return outcome;
  const { attempt, isAsWritten, files: verified } = outcome.verdict;
  const folder = `holds/${input.case}/${input.runId}.${attempt}`;
  const path = `${folder}/hold.json`;
  const kept = await lake.read('audit', path);
  if (kept !== undefined) return { kind: 'held', hold: Hold.parse(JSON.parse(kept.toString('utf8'))), path };
  const summary = { container: 'runs', path: `${input.runId}/summary.json`, found: 'as-written' } as const;
  const all = [...verified, ...(verified.some((one) => one.path === summary.path) ? [] : [summary])];
  if (dryRun) {
    const files = all.map((file) => ({ ...file, ...(file.found !== 'missing' && placeOf(file, folder)) }));
    return { kind: 'planned', hold: { ...input, attempt, isAsWritten, files }, path };
  }
  const files: Hold['files'] = [];
  for (const file of all) files.push({ ...file, ...(await heldAs(file, folder, lake)) });
  const hold = Hold.parse({ ...input, attempt, heldAt: clock.now().toISOString(), isAsWritten, files });
  // Last: where it is, everything is.
  const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
  await lake.write('audit', path, JSON.stringify(hold, null, 2), options);
  return { kind: 'held', hold, path };
}

type Place = Pick<Hold['files'][number], 'heldAs'>;

/** None for a raw file, which stays where it is. */
function placeOf({ container, path }: VerifiedFile, folder: string): Place {
  return container === 'raw' ? {} : { heldAs: `${folder}/${container}/${path}` };
}

async function heldAs(file: VerifiedFile, folder: string, lake: Lake): Promise<Place> {
  const zone = ZONES.find((name) => name === file.container);
  const { heldAs: to } = placeOf(file, folder);
  if (zone === undefined || to === undefined) return {};
  // One that is there was copied by an attempt that came to no end, and need not be read again.
  if ((await lake.stat('audit', to)) !== undefined) return { heldAs: to };
  const opened = await lake.open(zone, file.path);
  if (opened === undefined) return {};
  await lake.writeStream('audit', to, opened.body, { onlyIf: 'absent' });
  return { heldAs: to };
}
