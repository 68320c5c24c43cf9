/** A blob path such as `landing/{source}/{name}.{ext}`. */
export type PathPattern = {
  container: string;
  /** What every matching name starts with: narrows the listing. */
  prefix: string;
  /** Values of the expressions for a blob that matches, else undefined. */
  match(blobName: string): Record<string, string> | undefined;
};

const EXPRESSION = /\{([^{}]+)\}/g;

export function parsePathPattern(path: string): PathPattern {
  const slash = path.indexOf('/');
  const container = slash < 0 ? path : path.slice(0, slash);
  if (container === '' || container.includes('{')) {
    throw new Error(`blob path "${path}": the container must be a plain name, followed by /{name}`);
  }
  // A path that is only a container fires for every blob in it.
  const pattern = slash < 0 ? '{name}' : path.slice(slash + 1);
  const names = [...pattern.matchAll(EXPRESSION)].map((match) => String(match[1]));
  // As the real host does it: case-sensitive and greedy, slashes included.
  const source = pattern
    .split(EXPRESSION)
    .map((part, index) => (index % 2 === 1 ? '(.*)' : escapeRegExp(part)))
    .join('');
  const regex = new RegExp(`^${source}$`, 's');
  return {
    container,
    prefix: pattern.split('{', 1)[0] ?? '',
    match(blobName) {
      const found = regex.exec(blobName);
      if (found === null) return undefined;
      return Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
    },
  };
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
