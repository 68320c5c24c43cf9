/**
 * The engine ran out of memory or disk. Not a fact about the book: the same statement may succeed on a quieter
 * or a larger machine, so it is thrown for a retry and never becomes a KPI's reason.
 */
export class SqlEngineExhausted extends Error {
  override readonly name = 'SqlEngineExhausted';
}
