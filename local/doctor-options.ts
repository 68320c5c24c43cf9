import { parseArgs } from 'node:util';
import { UsageError } from './pipeline-options.ts';

export const HELP = `Looks at all that the product needs, and says what is wrong and what to do: settings, connections, roles on each
container, queue and table, secrets and their age, sources, destinations, the clock. Changes nothing.

Usage: npm run doctor [-- options]

  --settings FILE   settings in the form of local.settings.json (default: local.settings.json, where there is one);
                    variables of the environment come first
  --url URL         asks an app that runs, such as one in Azure: with its identity, not with yours
  --key KEY         its function key (default: FUNCTION_KEY, which no list of processes shows)
  --json            one JSON document on stdout and nothing else there
  --help            this text

Exit code: 0 nothing is wrong, 1 something is, 2 the call was wrong.`;

export type DoctorOptions = {
  readonly settings: string | undefined;
  readonly app: { readonly url: string; readonly key: string } | undefined;
  readonly json: boolean;
};

/** Throws UsageError. */
export function doctorOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DoctorOptions | 'help' {
  const { settings, url, key = env['FUNCTION_KEY'], json = false, help = false } = parsed(args);
  if (help) return 'help';
  if (url === undefined) return { settings, app: undefined, json };
  if (settings !== undefined)
    throw new UsageError('an app that runs has its own settings: --settings or --url');
  if (!key) throw new UsageError('an app is asked with its key: --key KEY, or FUNCTION_KEY');
  if (!URL.canParse(url)) throw new UsageError(`--url ${JSON.stringify(url)} is no address`);
  return { settings, app: { url: url.replace(/\/+$/, ''), key }, json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        settings: { type: 'string' },
        url: { type: 'string' },
        key: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
