import { type Contract, contractLabel } from '../contracts/contract.ts';
import { type HeaderMatch, listedNames, shownName } from '../contracts/match-header.ts';
import type { Problem } from '../domain/problem.ts';

// What a header can have wrong, in words for the person who dropped the file.

const OTHER_DELIMITERS = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
] as const;

/** Set when a header is one name that holds another usual delimiter. */
export function wrongDelimiter(header: readonly string[]): Problem | undefined {
  const [only = ''] = header;
  const found = header.length === 1 ? OTHER_DELIMITERS.find(([mark]) => only.includes(mark)) : undefined;
  if (found === undefined) return undefined;
  return {
    code: 'other-delimiter',
    severity: 'error',
    message: `The columns are separated by ${found[1]}, not by commas. Nothing was read. Export the file with commas and drop it again.`,
  };
}

export function headerProblems(contract: Contract, match: HeaderMatch): Problem[] {
  const label = contractLabel(contract);
  if (match.recognised === 0) return [noHeader(label)];
  const missing = match.missing.map(({ column, nearest }): Problem => {
    const near = nearest === undefined ? undefined : JSON.stringify(shownName(nearest));
    const hint = near === undefined ? '' : ` (the file has ${near})`;
    const rename = near === undefined ? 'Add the column' : `Rename ${near} to ${column.name}`;
    return {
      code: 'missing-column',
      severity: 'error',
      column: column.name,
      message: `Contract ${label}: column ${column.name} is missing${hint}. Nothing was promoted. ${rename} and drop the file again, or release a new version of the contract.`,
    };
  });
  const duplicated = listedNames([...new Set(match.duplicated.map(shownName))]).listed.map(
    (name): Problem => ({
      code: 'duplicate-column',
      severity: 'error',
      column: name,
      message: `Contract ${label}: column ${JSON.stringify(name)} is there twice, so it is unclear which one counts. Nothing was promoted. Remove one of them and drop the file again.`,
    }),
  );
  return [...missing, ...duplicated, ...unexpectedColumns(contract, match)];
}

/** Most likely the first row of the data: its cells may name people, so they are not repeated. */
function noHeader(label: string): Problem {
  return {
    code: 'missing-column',
    severity: 'error',
    message: `Contract ${label}: none of its columns is named in the first row, which does not look like a header. Nothing was promoted. Export the file with its header and drop it again.`,
  };
}

function unexpectedColumns(contract: Contract, match: HeaderMatch): Problem[] {
  if (match.unexpected.length === 0) return [];
  const { listed: names, more } = listedNames(match.unexpected);
  const quoted = names.map((name) => JSON.stringify(name)).join(', ');
  const listed = more === 0 ? quoted : `${quoted} and ${more} more`;
  const frozen = contract.mode === 'freeze';
  const consequence = frozen
    ? 'Nothing was promoted. Remove them or release a new version of the contract.'
    : 'They were ignored.';
  return [
    {
      code: 'unexpected-column',
      severity: frozen ? 'error' : 'notice',
      count: match.unexpected.length,
      message: `Contract ${contractLabel(contract)} does not know these columns: ${listed}. ${consequence}`,
    },
  ];
}
