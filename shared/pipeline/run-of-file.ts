import type { Contract } from '../contracts/contract.ts';
import { asOfInName } from '../decode/as-of-finder.ts';
import type { RunId } from '../domain/ids.ts';
import { type LocalDate, parseLocalDate } from '../domain/local-date.ts';
import { runIdOf } from '../domain/run-identity.ts';
import type { RunRecord } from '../runs/run-record.ts';

// What a file is told by: its content, and where its rows tell no day, the day that it was given. A state that comes back
// after another one is the same content for another day, which is another file.

type Landed = Pick<RunRecord, 'drop'> & { readonly requestedAsOf?: LocalDate | undefined };

/** The run that a file becomes under a contract. */
export function runOfFile(
  { dataset, name, version, asOf }: Contract,
  file: Landed & Pick<RunRecord, 'sha256'>,
): RunId {
  return runIdOf(dataset, name, version, file.sha256, asOf.kind === 'given' ? dayGiven(file) : undefined);
}

/** The day that is asked for with the drop, else the one in the file's name. */
export function dayGiven({ requestedAsOf, drop }: Landed): LocalDate | undefined {
  return requestedAsOf ?? asOfInName(drop.path, parseLocalDate);
}
