/**
 * How many cases a test with a generator looks at: all of them, or fewer where somebody waits for each change
 * (`TEST_SIZES=small`, as in CI).
 */
export function howMany(full: number, small: number): number {
  return process.env['TEST_SIZES'] === 'small' ? small : full;
}

/** As many seeds, from 1 on. */
export function seeds(full: number, small: number): readonly number[] {
  return Array.from({ length: howMany(full, small) }, (_, index) => index + 1);
}
