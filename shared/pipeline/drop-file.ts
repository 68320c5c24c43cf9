import type { Lake, LakeFile } from '../ports/lake.ts';
import type { LogLevel } from '../ports/log.ts';
import { type Origin, originMetadata } from '../runs/origin.ts';
import { parseLandingPath } from './landing-path.ts';

// A file handed over by an operator instead of a storage client.

export type DropFileOutcome =
  | { readonly kind: 'dropped' | 'already-there'; readonly file: LakeFile }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'missing' };

/**
 * Writes `body` to landing at `path`, or, without a body, finds the file that is there already. The path is
 * relative to landing and must stay inside it.
 */
export async function dropFile(
  input: {
    path: string;
    body: Uint8Array | undefined;
    traceparent?: string | undefined;
    logLevel?: LogLevel | undefined;
    /** Who hands it over, and what for. */
    origin?: Origin | undefined;
  },
  { lake }: { lake: Lake },
): Promise<DropFileOutcome> {
  const path = input.path.replace(/^landing\//, '');
  const location = parseLandingPath(path);
  if (location.kind === 'unsafe') return { kind: 'refused', why: location.why };
  const { body, traceparent, logLevel, origin } = input;
  // With the blob, since its event may be heard before whoever asked for this is.
  const metadata = {
    ...originMetadata(origin),
    ...(traceparent && { traceparent }),
    ...(logLevel && { loglevel: logLevel }),
  };
  if (body !== undefined) await lake.write('landing', path, body, { metadata });
  const file = await lake.stat('landing', path);
  if (file === undefined) return { kind: 'missing' };
  return { kind: input.body === undefined ? 'already-there' : 'dropped', file };
}
