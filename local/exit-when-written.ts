/** Ends the process although the emulator and DuckDB keep handles that would hold it for some seconds. */
export async function exitWhenWritten(code: number): Promise<never> {
  // A pipe takes 64 KB at a time: what is still on its way would be cut off.
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit(code);
}
