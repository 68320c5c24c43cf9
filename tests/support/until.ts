const DEADLINE_MS = 180_000;

/** Waits until something holds. The deadline is generous: it only ends a test that will never pass. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never held: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
