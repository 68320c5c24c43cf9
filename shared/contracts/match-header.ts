import { withoutPersonalData } from '../privacy/shown-name.ts';
import type { Column, Contract } from './contract.ts';

// Names of a header against the columns of a contract: case, accents, punctuation and known aliases do not
// matter; anything else is missing or unexpected, with the nearest name as a suggestion. Names match as a whole,
// never in part: `total` is in the name of every total.

export type HeaderMatch = {
  /** Position in the file of each contract column that is there. */
  readonly positions: ReadonlyMap<string, number>;
  readonly missing: readonly { readonly column: Column; readonly nearest: string | undefined }[];
  readonly missingOptional: readonly string[];
  /** Columns that the header calls by another of their names, with that name as it is compared. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Names that came after another one for the same column. */
  readonly duplicated: readonly string[];
  /** Columns that more than one name of the header stands for, with all of those names as the file has them. */
  readonly claimed: readonly { readonly column: string; readonly names: readonly string[] }[];
  readonly unexpected: readonly string[];
  /** Positions of blank names: the column at the margin of a sheet, or a delimiter too many at the end of a line. */
  readonly nameless: readonly number[];
  /** How many columns were found. */
  readonly recognised: number;
};

/** Where the columns stand, without suggestions: enough to tell which contract is meant. */
export type Placement = Omit<HeaderMatch, 'missing'> & { readonly missing: readonly Column[] };

export function matchHeader(contract: Contract, header: readonly string[]): HeaderMatch {
  const placement = placeColumns(contract, foldHeader(header));
  const { missing, unexpected } = placement;
  return {
    ...placement,
    missing: missing.map((column) => ({ column, nearest: nearestName(column.name, unexpected) })),
  };
}

/** The names of a header, each as the file has it and as it is compared. */
export type FoldedHeader = readonly { readonly name: string; readonly folded: string }[];

export function foldHeader(header: readonly string[]): FoldedHeader {
  return header.map((name) => ({ name, folded: foldName(name) }));
}

export function placeColumns(contract: Contract, header: FoldedHeader): Placement {
  const columnOf = columnsByFoldedName(contract);
  const positions = new Map<string, number>();
  const aliases: Record<string, string> = {};
  const claims = new Map<string, string[]>();
  const duplicated: string[] = [];
  const unexpected: string[] = [];
  const nameless: number[] = [];
  for (const [position, { name, folded }] of header.entries()) {
    const column = columnOf.get(folded);
    if (column === undefined) {
      if (name.trim() === '') nameless.push(position);
      else unexpected.push(name);
      continue;
    }
    if (positions.has(column)) duplicated.push(name);
    else {
      positions.set(column, position);
      if (folded !== foldName(column)) aliases[column] = folded;
    }
    const names = claims.get(column);
    if (names === undefined) claims.set(column, [name]);
    else names.push(name);
  }
  const absent = contract.columns.filter((column) => !positions.has(column.name));
  const isMissing = missingRule(contract, positions);
  return {
    positions,
    missing: absent.filter(isMissing),
    missingOptional: absent.filter((column) => !isMissing(column)).map(({ name }) => name),
    aliases,
    duplicated,
    claimed: [...claims]
      .filter(([, names]) => names.length > 1)
      .map(([column, names]) => ({ column, names })),
    unexpected,
    nameless,
    recognised: positions.size,
  };
}

/**
 * How many columns the contract that knows most of these names has among them. Looks each name up once, however many
 * contracts there are: rows are asked one by one whether they are the header.
 */
export function mostRecognised(contracts: readonly Contract[]): (header: readonly string[]) => number {
  const known = new Map<string, string[]>();
  for (const [index, contract] of contracts.entries()) {
    for (const [folded, column] of columnsByFoldedName(contract)) {
      const columns = known.get(folded);
      if (columns === undefined) known.set(folded, [`${index} ${column}`]);
      else columns.push(`${index} ${column}`);
    }
  }
  return (header) => {
    const found = new Set(header.flatMap((name) => known.get(foldName(name)) ?? []));
    const counts = new Uint32Array(contracts.length);
    for (const column of found) {
      const index = Number.parseInt(column, 10);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return Math.max(0, ...counts);
  };
}

/** The contract's column that goes by this name, if there is one. */
export function columnNamed(contract: Contract, name: string): string | undefined {
  return columnsByFoldedName(contract).get(foldName(name));
}

/** Where a file has columns that stand for none of the contract, with or without a name. */
export function otherColumns(
  header: readonly string[],
  positions: ReadonlyMap<string, number>,
): { readonly name: string; readonly position: number }[] {
  const known = new Set(positions.values());
  return header.flatMap((name, position) =>
    known.has(position) ? [] : [{ name: name.trim() === '' ? namelessColumn(position) : name, position }],
  );
}

/** What people call a column whose name is blank. */
export function namelessColumn(position: number): string {
  return `column ${position + 1}`;
}

/**
 * A name for comparison: lower case, without accents, every run of other signs than letters and digits as one `_`.
 * `Loan ID`, `loan-id` and ` LOAN_ID ` are `loan_id`; `Código` is `codigo`.
 */
export function foldName(name: string): string {
  const trimmed = name.trim();
  // No column has a name of that length, and folding is not free.
  if (trimmed.length > LONGEST_FOLDED) return trimmed;
  // Most names need no unfolding, which takes most of the time.
  const plain = ASCII.test(trimmed) ? trimmed : trimmed.normalize('NFKD').replaceAll(/\p{M}+/gu, '');
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');
}

const ASCII = /^[ -~]*$/;

/** Contracts never change, and a header without a folder is held against all of them. */
const foldedNames = new WeakMap<Contract, ReadonlyMap<string, string>>();

function columnsByFoldedName(contract: Contract): ReadonlyMap<string, string> {
  const known = foldedNames.get(contract);
  if (known !== undefined) return known;
  const columnOf = new Map<string, string>();
  const { columns } = contract;
  for (const column of columns) {
    for (const name of column.aliases ?? []) columnOf.set(foldName(name), column.name);
  }
  for (const column of columns) columnOf.set(foldName(column.name), column.name);
  foldedNames.set(contract, columnOf);
  return columnOf;
}

/** Of columns of which one is enough, the first stands for all of them when none is there. */
function missingRule(
  { needsOneOf = [] }: Contract,
  positions: ReadonlyMap<string, number>,
): (column: Column) => boolean {
  const wanted = needsOneOf.some((name) => positions.has(name)) ? undefined : needsOneOf[0];
  return ({ name, optional }) => optional !== true || name === wanted;
}

const LONGEST_FOLDED = 1_000;

const LONGEST_NAME = 60;
const MOST_NAMES = 20;
/** A header with more unknown names than that has another trouble than a slip of the pen. */
const MOST_CANDIDATES = 1_000;

/** Names from a file for people to read: each cut short, and a count in place of all beyond the first twenty. */
export function listedNames(names: readonly string[]): { listed: readonly string[]; more: number } {
  const listed = names.slice(0, MOST_NAMES).map(shownName);
  return { listed, more: names.length - listed.length };
}

/** A name of a header, cut short, or what stands for one that names a person. */
export function shownName(name: string): string {
  const trimmed = withoutPersonalData(name.trim());
  return trimmed.length > LONGEST_NAME ? `${trimmed.slice(0, LONGEST_NAME - 1)}…` : trimmed;
}

/** The name that is fewest edits away, when it is close enough to be a slip or a shortening. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = foldName(name);
  const limit = Math.max(2, Math.floor(wanted.length / 2));
  let nearest: { name: string; distance: number } | undefined;
  for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
    const folded = foldName(candidate);
    // The distance is no less than the difference in length: a name of a million characters is not measured.
    if (Math.abs(folded.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, folded);
    if (distance < (nearest?.distance ?? Infinity)) nearest = { name: candidate, distance };
  }
  return nearest !== undefined && nearest.distance <= limit ? nearest.name : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substituted, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
