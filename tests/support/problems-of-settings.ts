import { ConfigInvalid, readConfig } from '../../shared/config.ts';

/** What is wrong with settings, one sentence each. */
export function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
}
