import { type Contract, contractLabel } from '../contracts/contract.ts';
import { shownName } from '../contracts/match-header.ts';
import type { SuspectColumn } from '../decode/snapshot-part.ts';
import type { Problem } from '../domain/problem.ts';
import { namesPerson, type PersonalKind, verdictOf } from '../privacy/personal-data.ts';

// Personal data where nobody declared any. The file is refused: a column that the contract does not know is not
// masked anywhere, and whoever sends it should know that it is not wanted.

const IN_WORDS: Readonly<Record<PersonalKind, string>> = {
  email: 'e-mail addresses',
  dui: 'identity numbers (DUI)',
  nit: 'tax numbers (NIT)',
  card: 'card numbers',
  phone: 'telephone numbers',
};

export function undeclaredPersonalData(
  contract: Contract,
  unexpected: readonly string[],
  suspects: readonly SuspectColumn[],
): Problem | undefined {
  const byName = unexpected.flatMap((name) => {
    const word = namesPerson(name);
    return word === undefined ? [] : [{ name, why: `its name says so (${word})` }];
  });
  const byValue = suspects.flatMap(({ column, counts }) => {
    const verdict = verdictOf(counts);
    return verdict === undefined ? [] : [{ name: column, why: `it holds ${IN_WORDS[verdict.kind]}` }];
  });
  const named = new Set(byName.map(({ name }) => name));
  const found = [...byName, ...byValue.filter(({ name }) => !named.has(name))];
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` The same goes for ${others.length} more.`;
  return {
    code: 'undeclared-personal-data',
    severity: 'error',
    column: shownName(first.name),
    count: found.length,
    message: `Column ${JSON.stringify(shownName(first.name))} seems to hold personal data (${first.why}), which contract ${contractLabel(contract)} does not declare.${more} Nothing was promoted. Remove the column from the export and drop the file again, or have the contract declare and mask it.`,
  };
}
