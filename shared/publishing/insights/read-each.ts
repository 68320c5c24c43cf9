/** Stands where something has been read, so that nothing is read twice. */
export const BLOT = '\u2588';

/** What a pattern finds in a text, and the text with that blotted out. `read` may leave a find to others. */
export function readEach<T>(
  text: string,
  pattern: RegExp,
  read: (found: RegExpExecArray) => T | undefined,
): { readonly found: readonly T[]; readonly rest: string } {
  const found: T[] = [];
  let rest = text;
  for (const match of text.matchAll(pattern)) {
    const one = read(match);
    if (one === undefined) continue;
    found.push(one);
    const end = match.index + match[0].length;
    rest = rest.slice(0, match.index) + BLOT.repeat(match[0].length) + rest.slice(end);
  }
  return { found, rest };
}
