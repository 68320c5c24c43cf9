import { createHash } from 'node:crypto';
import { type DatasetId, RunId, type Sha256 } from './ids.ts';
import type { LocalDate } from './local-date.ts';

/**
 * The run that a file's content becomes: the same content under the same contract is the same run, and where the content
 * tells no day, for the same day.
 */
export function runIdOf(
  dataset: DatasetId,
  contract: string,
  contractVersion: number,
  sha256: Sha256,
  dayGiven?: LocalDate,
): RunId {
  const facts = [dataset, contract, contractVersion, sha256];
  const identity = JSON.stringify(dayGiven === undefined ? facts : [...facts, dayGiven]);
  return RunId.parse(`run_${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`);
}
