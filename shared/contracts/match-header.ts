import type { Column, Contract } from './contract.ts';

// Names of a header against the columns of a contract: case, surrounding blanks and known aliases do not
// matter; anything else is missing or unexpected, with the nearest name as a suggestion.

export type HeaderMatch = {
  /** Position in the file of each contract column that is there. */
  readonly positions: ReadonlyMap<string, number>;
  readonly missing: readonly { readonly column: Column; readonly nearest: string | undefined }[];
  readonly missingOptional: readonly string[];
  readonly duplicated: readonly string[];
  readonly unexpected: readonly string[];
  /** How many columns were found. */
  readonly recognised: number;
};

export function matchHeader(contract: Contract, header: readonly string[]): HeaderMatch {
  const columnOf = new Map<string, string>();
  for (const column of contract.columns) {
    for (const name of column.aliases ?? []) columnOf.set(normalise(name), column.name);
  }
  for (const column of contract.columns) columnOf.set(normalise(column.name), column.name);

  const positions = new Map<string, number>();
  const duplicated: string[] = [];
  const unexpected: string[] = [];
  for (const [position, name] of header.entries()) {
    const column = columnOf.get(normalise(name));
    if (column === undefined) unexpected.push(name);
    else if (positions.has(column)) duplicated.push(name);
    else positions.set(column, position);
  }
  const absent = contract.columns.filter((column) => !positions.has(column.name));
  return {
    positions,
    missing: absent
      .filter((column) => column.optional !== true)
      .map((column) => ({ column, nearest: nearestName(column.name, unexpected) })),
    missingOptional: absent.filter((column) => column.optional === true).map(({ name }) => name),
    duplicated,
    unexpected,
    recognised: positions.size,
  };
}

const LONGEST_NAME = 60;
const MOST_NAMES = 20;

/** Names from a file for people to read: each cut short, and a count in place of all beyond the first twenty. */
export function listedNames(names: readonly string[]): { listed: readonly string[]; more: number } {
  const listed = names.slice(0, MOST_NAMES).map(shownName);
  return { listed, more: names.length - listed.length };
}

/** A name of a header, cut short. */
export function shownName(name: string): string {
  const trimmed = name.trim();
  return trimmed.length > LONGEST_NAME ? `${trimmed.slice(0, LONGEST_NAME - 1)}…` : trimmed;
}

/** The name that is fewest edits away, when it is close enough to be a slip or a shortening. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 2));
  let nearest: { name: string; distance: number } | undefined;
  for (const candidate of candidates) {
    // The distance is no less than the difference in length: a name of a million characters is not measured.
    if (Math.abs(normalise(candidate).length - name.length) > limit) continue;
    const distance = editDistance(normalise(name), normalise(candidate));
    if (distance < (nearest?.distance ?? Infinity)) nearest = { name: candidate, distance };
  }
  return nearest !== undefined && nearest.distance <= limit ? nearest.name : undefined;
}

function normalise(name: string): string {
  return name.trim().toLowerCase();
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
