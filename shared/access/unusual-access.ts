import { holderOf, type Person } from './persons-access.ts';

/** Fewer are nothing to look into, whatever was usual. */
const FEW = 20;
const TIMES = 3;
const MANY_REFUSED = 5;

type Months = {
  readonly own: readonly Person[];
  /** The months before, the newest first. */
  readonly earlier: readonly (readonly Person[])[];
};

/** What a reviewer would ask this person about, a sentence each. */
export function* whatIsUnusual(person: Person, { own, earlier }: Months): Iterable<string> {
  const before = earlier.map((month) => month.filter(isSame(person)));
  const known = earlier.some((month) => month.length > 0);
  const isNew = before.every((found) => found.length === 0);
  if (known && isNew) yield 'Not seen in the three months before.';
  if (!isNew) yield* farMore('looks', person, before);
  if (!isNew) yield* farMore('acts', person, before);
  if (person.refused >= MANY_REFUSED)
    yield `Requests that were answered with an error, as when somebody tries what there might be: ${person.refused}.`;
  if (person.withoutPurpose > 0) yield `Acts that name neither reason nor ticket: ${person.withoutPurpose}.`;
  if (person.withoutOutcome > 0) yield `Acts without an outcome on record: ${person.withoutOutcome}.`;
  const names = own
    .filter(({ key }) => key !== undefined && key === person.key)
    .map(({ person: name }) => name)
    .filter((name) => name !== person.person && name !== holderOf(person.key));
  // Who leaves the name out once is nobody else for that.
  if (names.length > 0 && person.person !== holderOf(person.key))
    yield `The same key was used by ${names.toSorted().join(', ')}.`;
}

function* farMore(
  what: 'looks' | 'acts',
  person: Person,
  before: readonly (readonly Person[])[],
): Iterable<string> {
  const now = person[what];
  const most = Math.max(...before.map((found) => found.reduce((sum, one) => sum + one[what], 0)));
  if (now >= FEW && now > TIMES * most)
    yield `${now} ${what}, where the busiest of the three months before had ${most}.`;
}

function isSame({ person, key }: Person): (other: Person) => boolean {
  return (other) => other.person === person && other.key === key;
}
