/** Memory or disk ran out: no fault of the statement or of a file. */
const OUT_OF_RESOURCES = /^Out of Memory Error|No space left on device/;

export function isOutOfResources(message: string): boolean {
  return OUT_OF_RESOURCES.test(message);
}

/** Not by instanceof: the native library's errors may come from another realm. */
export function messageOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause);
}
