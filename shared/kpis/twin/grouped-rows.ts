// Rows by group without an object for each: a counting sort, since groups are numbered from 0.

export type GroupedRows = {
  /** Numbers of the rows of a group, in the order in which they came. */
  rowsOf(group: number): Int32Array;
};

export function groupedRows(groupOfRow: Int32Array, groups: number): GroupedRows {
  const ends = new Int32Array(groups + 1);
  const rows = groupOfRow.length;
  for (let row = 0; row < rows; row += 1) increment(ends, at(groupOfRow, row) + 1);
  for (let group = 0; group < groups; group += 1) ends[group + 1] = at(ends, group + 1) + at(ends, group);
  const next = ends.slice();
  const order = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const group = at(groupOfRow, row);
    order[at(next, group)] = row;
    increment(next, group);
  }
  return { rowsOf: (group) => order.subarray(at(ends, group), at(ends, group + 1)) };
}

function increment(values: Int32Array, index: number): void {
  values[index] = at(values, index) + 1;
}

/** The element, which must be there. */
export function at(values: Int32Array | Float64Array | Uint8Array, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no element ${index} of ${values.length}`);
  return value;
}
