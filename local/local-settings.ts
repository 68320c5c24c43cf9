import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from './pipeline-options.ts';

// Settings of a developer's machine, in the form of Core Tools.

export const USUAL_SETTINGS = 'local.settings.json';

const Settings = z.looseObject({ Values: z.record(z.string(), z.string()) });

/** Those of `file`, or of the usual one where there is one. Throws UsageError. */
export async function localSettings(file?: string): Promise<Record<string, string>> {
  const text = await readFile(file ?? USUAL_SETTINGS, 'utf8').catch((error: unknown) => {
    if (file === undefined && isMissing(error)) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file ?? USUAL_SETTINGS} cannot be read: ${reason}`);
  });
  if (text === undefined) return {};
  const settings = Settings.safeParse(parsedJson(text));
  if (!settings.success) throw new UsageError(`${file ?? USUAL_SETTINGS} has no settings in "Values"`);
  return settings.data.Values;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Said by whoever looks for the settings in it.
    return undefined;
  }
}
