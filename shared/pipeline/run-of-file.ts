import type { Contract } from '../contracts/contract.ts';
import { asOfInName } from '../decode/as-of-finder.ts';
import type { RunId } from '../domain/ids.ts';
import { type LocalDate, parseLocalDate } from '../domain/local-date.ts';
import { runIdOf } from '../domain/run-identity.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { shownName } from './drop-problems.ts';

// What a file is told by: its content, and where its rows tell no day, the day that it was given. A state that comes back
// after another one is the same content for another day, which is another file.

type Landed = Pick<RunRecord, 'drop'> & {
  readonly requestedAsOf?: LocalDate | undefined;
  readonly unreadAsOf?: string | undefined;
};

/** The run that a file becomes under a contract. */
export function runOfFile(
  { dataset, name, version, asOf }: Contract,
  file: Landed & Pick<RunRecord, 'sha256'>,
): RunId {
  return runIdOf(dataset, name, version, file.sha256, asOf.kind === 'given' ? dayGiven(file) : undefined);
}

/**
 * The day that is asked for with the drop, else the one in the file's name. Whoever asked for something that is no day
 * meant one, which need not be that of the name: then there is none.
 */
export function dayGiven({ requestedAsOf, unreadAsOf, drop }: Landed): LocalDate | undefined {
  if (requestedAsOf !== undefined) return requestedAsOf;
  return unreadAsOf === undefined ? dayInName(drop) : undefined;
}

export function dayInName({ path }: Pick<RunRecord['drop'], 'path'>): LocalDate | undefined {
  return asOfInName(path, parseLocalDate);
}

export type AskedDay = Pick<RunRecord, 'requestedAsOf' | 'unreadAsOf'>;

/** What a blob's metadata ask for: `asof`, or `as_of`, however their letters are written. */
export function dayAskedIn(metadata: Readonly<Record<string, string>>): AskedDay {
  const said = Object.entries(metadata).flatMap(([name, text]) =>
    /^as_?of$/i.test(name) ? [text.trim()] : [],
  );
  const [text, ...others] = new Set(said);
  if (text === undefined) return {};
  const day = others.length === 0 ? parseLocalDate(text) : undefined;
  return day === undefined
    ? { unreadAsOf: shownName([text, ...others].join(' and ').slice(0, 60)) }
    : { requestedAsOf: day };
}
