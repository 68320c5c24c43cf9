export const MOST_COLUMNS = 16_384;
export const MOST_ROWS = 1_048_576;

/** Index of the column in a reference such as `AB12`, from 0; -1 when it is no reference or lies outside of a sheet. */
export function columnOf(reference: string): number {
  let column = 0;
  let at = 0;
  for (; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
    if (column > MOST_COLUMNS) return -1;
  }
  return at === 0 || at === reference.length ? -1 : column - 1;
}

/** Row in a reference such as `AB12`, or -1 when there is none. */
export function rowOf(reference: string): number {
  let row = 0;
  let digits = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const digit = reference.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      row = row * 10 + digit;
      digits += 1;
    } else if (digits > 0) return -1;
  }
  return digits === 0 || row < 1 || row > MOST_ROWS ? -1 : row;
}
