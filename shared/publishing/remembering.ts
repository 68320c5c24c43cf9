/**
 * Makes each value once and keeps the ones that were used last. Only for what follows from its key alone: nothing is
 * ever made anew. What could not be made is not kept.
 */
export function remembering<T>(most: number): (key: string, make: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return async (key, make) => {
    const known = kept.get(key);
    const value = known ?? make();
    // Last in the order of the map is last used.
    kept.delete(key);
    kept.set(key, value);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    try {
      return await value;
    } catch (error) {
      if (kept.get(key) === value) kept.delete(key);
      throw error;
    }
  };
}
