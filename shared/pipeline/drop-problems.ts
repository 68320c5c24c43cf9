import { contractLabel } from '../contracts/contract.ts';
import { shownName as shownColumn } from '../contracts/match-header.ts';
import type { Identification } from '../contracts/registry.ts';
import { showHiddenCharacters } from '../domain/hidden-characters.ts';
import type { Problem } from '../domain/problem.ts';
import type { RunRecord } from '../runs/run-record.ts';

// What can be wrong with a drop before any row is read, in words for whoever dropped it.

export function notIdentified(path: string, found: Exclude<Identification, { kind: 'found' }>): Problem {
  if (found.kind === 'ambiguous') {
    const names = found.candidates.map((contract) => contractLabel(contract)).join(' and ');
    return {
      code: 'ambiguous-dataset',
      severity: 'error',
      message: `The columns of ${shownName(path)} fit contracts ${names} alike. No row was read. Drop the file below the folder of its dataset, for example landing/${found.candidates[0]?.dataset}/, without the columns of the other.`,
    };
  }
  const [nearest] = found.nearest;
  if (nearest === undefined) {
    return {
      code: 'unknown-dataset',
      severity: 'error',
      message: `${shownName(path)} is below no known dataset, and its columns are those of none. No row was read. Drop the file below landing/<source>/<dataset>/.`,
    };
  }
  const { contract, missing, alike = {} } = nearest;
  const near = `${shownName(path)} is below no known dataset. Its columns are nearest to ${contractLabel(contract)} (${contract.dataset}), but`;
  const there = `drop the file below landing/${contract.dataset}/`;
  if (missing.length === 0) {
    return {
      code: 'unknown-dataset',
      severity: 'error',
      message: `${near} too many others are there to tell. No row was read. If it is such a file, ${there}.`,
    };
  }
  const named = missing.slice(0, 5).map((name) => {
    const found = alike[name];
    return found === undefined ? name : `${name} (the file has ${JSON.stringify(shownColumn(found))})`;
  });
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
  const are = missing.length === 1 ? 'is' : 'are';
  return {
    code: 'unknown-dataset',
    severity: 'error',
    message: `${near} ${named.join(', ')}${more} ${are} missing. No row was read. Add or rename what is missing and ${there}.`,
  };
}

/** A name from outside, as it may be shown: quoted, cut short, and with nothing that acts without being seen. */
export function shownName(path: string): string {
  return JSON.stringify(showHiddenCharacters(path.slice(0, 200)));
}

export function unsafeName(path: string, why: string): Problem {
  return {
    code: 'unsafe-name',
    severity: 'error',
    message: `The name ${shownName(path)} is not accepted: ${why}. The file was not read. Rename it and drop it again.`,
  };
}

export function sourceGone(path: string): Problem {
  return {
    code: 'source-gone',
    severity: 'error',
    message: `The file ${shownName(path)} was deleted or replaced before it could be read. Nothing was computed. If it was meant to be loaded, drop it again.`,
  };
}

export const EMPTY_FILE: Problem = {
  code: 'empty-file',
  severity: 'error',
  message: 'The file has no bytes. Nothing was read. Export it again and drop the new file.',
};

type Repeated = Pick<RunRecord, 'requestedAsOf' | 'unreadAsOf'>;

/** Whoever drops something again should hear what was said of it the first time, and what is not taken up now. */
export function verdictBefore(run: RunRecord, { requestedAsOf, unreadAsOf }: Repeated): string {
  const same = `The same content as ${shownName(run.drop.path)} (run ${run.runId})`;
  if (run.rolledBack !== undefined)
    return `${same}, which ${run.rolledBack.by} has rolled back: ${run.rolledBack.reason}`;
  if (run.status === 'rejected')
    return `${same}, which was rejected: ${run.problems[0]?.message ?? 'see its validation report'}`;
  const asked = requestedAsOf ?? unreadAsOf;
  if (run.asOf === undefined || asked === undefined || asked === run.asOf)
    return `${same}; nothing was computed again.`;
  return `${same}, which stands for ${run.asOf}; nothing was computed again, and the asof=${asked} of this drop counts for nothing.`;
}

/** Said before a byte of it is read. */
export function fileTooLarge(bytes: number, limit: number): Problem {
  const gigabytes = (count: number): string => `${(count / 1024 ** 3).toFixed(1)} GB`;
  return {
    code: 'file-too-large',
    severity: 'error',
    message: `The file has ${gigabytes(bytes)}; files up to ${gigabytes(limit)} are read. Nothing was read or kept. Leave out the columns and dates that nobody needs, or export it as Parquet, and drop that.`,
  };
}
