import { createHash } from 'node:crypto';
import { type DatasetId, RunId, type Sha256 } from './ids.ts';

/** The run that a file's content becomes: the same content under the same contract is the same run. */
export function runIdOf(
  dataset: DatasetId,
  contract: string,
  contractVersion: number,
  sha256: Sha256,
): RunId {
  const identity = JSON.stringify([dataset, contract, contractVersion, sha256]);
  return RunId.parse(`run_${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`);
}
