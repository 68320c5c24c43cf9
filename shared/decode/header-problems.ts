import { type Contract, contractLabel } from '../contracts/contract.ts';
import { type HeaderMatch, listedNames, namelessColumn, shownName } from '../contracts/match-header.ts';
import type { Problem } from '../domain/problem.ts';
import type { ReadOutcome } from '../ports/file-reader.ts';

// What a header can have wrong, in words for the person who dropped the file.

/** `below` is the line further down that looks like the header, where there is one. */
export function headerProblems(contract: Contract, match: HeaderMatch, below?: number): Problem[] {
  if (match.recognised === 0) return [noHeader(contractLabel(contract), below)];
  return [
    ...match.missing.map((missing) => missingColumn(contract, missing)),
    ...match.claimed.map((claim) => claimedTwice(contract, claim)),
    ...unexpectedColumns(contract, match),
    ...namelessColumns(contract, match),
  ];
}

/** The file cannot be read because of its header; undefined where it can. */
export function refusedHeader(
  problems: readonly Problem[],
  match: HeaderMatch,
): Extract<ReadOutcome, { kind: 'unreadable' }> | undefined {
  if (problems.every(({ severity }) => severity !== 'error')) return undefined;
  // The first row of data, most likely: its cells may name people.
  if (match.recognised === 0) return { kind: 'unreadable', problems };
  const { unexpected, missingOptional, aliases } = match;
  const missing = match.missing.map(({ column: { name }, nearest }) => ({
    column: name,
    ...(nearest !== undefined && { nearest: shownName(nearest) }),
  }));
  return { kind: 'unreadable', problems, columns: { unexpected, missing, missingOptional, aliases } };
}

/** The header is as it should be, and nothing follows it. */
export function headerOnly(contract: Contract): Problem {
  return {
    code: 'header-only',
    severity: 'error',
    message: `The file has the header of ${contractLabel(contract)} and no row. Nothing was promoted. Check the filter of the export and drop the file again.`,
  };
}

/** Most likely the first row of the data: its cells may name people, so they are not repeated. */
function noHeader(label: string, below: number | undefined): Problem {
  const mend =
    below === undefined
      ? 'Export the file with its header and drop it again.'
      : `Line ${below} does: remove what stands above it and drop the file again.`;
  return {
    code: 'missing-column',
    severity: 'error',
    message: `Contract ${label}: none of its columns is named in the first row, which does not look like a header. Nothing was promoted. ${mend}`,
  };
}

function missingColumn(contract: Contract, { column, nearest }: HeaderMatch['missing'][number]): Problem {
  const { needsOneOf = [] } = contract;
  // The first of them stands for all: see HeaderMatch.
  if (column.optional === true && needsOneOf.includes(column.name)) return noneOf(contract, column.name);
  const near = nearest === undefined ? undefined : JSON.stringify(shownName(nearest));
  const hint = near === undefined ? '' : ` (the file has ${near})`;
  const rename = near === undefined ? 'Add the column' : `Rename ${near} to ${column.name}`;
  return {
    code: 'missing-column',
    severity: 'error',
    column: column.name,
    message: `Contract ${contractLabel(contract)}: column ${column.name} is missing${hint}. Nothing was promoted. ${rename} and drop the file again, or release a new version of the contract.`,
  };
}

function noneOf(contract: Contract, column: string): Problem {
  const { needsOneOf = [] } = contract;
  return {
    code: 'missing-column',
    severity: 'error',
    column,
    message: `Contract ${contractLabel(contract)}: at least one of the columns ${inOneLine(needsOneOf)} has to be there, and none is. Nothing was promoted. Add one of them and drop the file again, or release a new version of the contract.`,
  };
}

function claimedTwice(contract: Contract, { column, names }: HeaderMatch['claimed'][number]): Problem {
  const distinct = [...new Set(names.map(shownName))];
  const claim =
    distinct.length === 1
      ? `the name ${quoted(distinct)} is in the header ${names.length} times and stands for column ${column}`
      : `the names ${quoted(distinct)} of the header all stand for column ${column}`;
  return {
    code: 'duplicate-column',
    severity: 'error',
    column,
    message: `Contract ${contractLabel(contract)}: ${claim}, so it is unclear which one counts. Nothing was promoted. Keep one of them and drop the file again.`,
  };
}

function unexpectedColumns(contract: Contract, { unexpected }: HeaderMatch): Problem[] {
  if (unexpected.length === 0) return [];
  const frozen = contract.mode === 'freeze';
  const consequence = frozen
    ? 'Nothing was promoted. Remove them or release a new version of the contract.'
    : 'They were ignored.';
  return [
    {
      code: 'unexpected-column',
      severity: frozen ? 'error' : 'notice',
      count: unexpected.length,
      message: `Contract ${contractLabel(contract)} does not know these columns: ${quoted(unexpected)}. ${consequence}`,
    },
  ];
}

/** A blank name is no column that somebody added: even a contract that knows all its columns lets it pass. */
function namelessColumns(contract: Contract, { nameless }: HeaderMatch): Problem[] {
  if (nameless.length === 0) return [];
  const [verb, pronoun] = nameless.length === 1 ? ['has', 'It was'] : ['have', 'They were'];
  return [
    {
      code: 'unexpected-column',
      severity: 'notice',
      count: nameless.length,
      message: `Contract ${contractLabel(contract)}: ${inOneLine(nameless.map(namelessColumn), (name) => name)} of the header ${verb} no name. ${pronoun} ignored.`,
    },
  ];
}

/** Names from a file, marked as such. */
function quoted(names: readonly string[]): string {
  return inOneLine(names, (name) => JSON.stringify(name));
}

function inOneLine(names: readonly string[], shown = (name: string): string => name): string {
  const { listed, more } = listedNames(names);
  const line = listed.map(shown).join(', ');
  return more === 0 ? line : `${line} and ${more} more`;
}
