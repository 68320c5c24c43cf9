import type { Lake } from '../ports/lake.ts';
import { attemptPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

/** A JSON document that this attempt wrote or, when it began at a later stage, the newest one before it. */
export async function readOfAttempts(
  lake: Lake,
  run: Pick<RunRecord, 'runId' | 'attempt'>,
  name: string,
): Promise<unknown> {
  return (await newestOfAttempts(lake, run, name))?.document;
}

/** The same, with the attempt that wrote it. */
export async function newestOfAttempts(
  lake: Lake,
  run: Pick<RunRecord, 'runId' | 'attempt'>,
  name: string,
): Promise<{ readonly attempt: number; readonly document: unknown } | undefined> {
  for (let attempt = run.attempt; attempt >= 1; attempt -= 1) {
    const body = await lake.read('runs', attemptPath(run.runId, attempt, name));
    if (body !== undefined) return { attempt, document: JSON.parse(body.toString('utf8')) };
  }
  return undefined;
}
