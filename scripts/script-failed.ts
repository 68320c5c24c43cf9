/** The call was wrong, or something that it needs is not there: told in a sentence, without a stack. */
export class CallWrong extends Error {
  override readonly name = 'CallWrong';
}

/** The value of an environment variable that a script cannot do without. Throws CallWrong. */
export function needed(name: string, meaning: string, env = process.env): string {
  const value = env[name];
  if (!value) throw new CallWrong(`${name} is not set: ${meaning}.`);
  return value;
}

/** Runs a script to its end: its exit code is what `main` gives, 2 for a wrong call, 1 for everything else. */
export async function runToExit(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    const isWrongCall = error instanceof CallWrong || isOptionError(error);
    console.error(error instanceof Error ? error.message : String(error));
    if (isWrongCall) console.error('See --help.');
    process.exitCode = isWrongCall ? 2 : 1;
  }
}

function isOptionError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
