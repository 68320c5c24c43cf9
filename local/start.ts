import { parseArgs } from 'node:util';
import { stopOnSignals } from './host/stop-on-signals.ts';
import { startLocalHost } from './local-host.ts';
import { localSettings, USUAL_SETTINGS } from './local-settings.ts';
import { UsageError } from './pipeline-options.ts';
import { runLines } from './run-lines.ts';
import { dropSampleBook, isEmpty } from './sample-book.ts';

// `npm start`: the product on this machine, with a sample book on the first start.

const HELP = `Starts Abaco Loans Analytics on this machine, bound to 127.0.0.1.

Usage: npm start [-- options]

  --empty     drop no sample book into an empty store
  --verbose   the whole log instead of a line for each run
  --help      this text

Settings of the app from the environment, then from ${USUAL_SETTINGS} where there is one; but storage and the key of the
pseudonyms are those of DATA_DIR, whatever that file says. Of this host, from the environment:
  PORT           port of the dashboard and the HTTP interface (default 7071; 0: any free one)
  DATA_DIR       folder that keeps storage and keys (default .abaco)
  STORAGE        connection string of a storage emulator that runs already (default: one is started)
  LEASE_SECONDS  how long the work of a killed process stays hidden (default 30; in Azure 600)
  POLL_MS        longest pause between two looks at an empty queue (default 1000)
  SCAN_MS        pause between two looks for dropped files (default 1000)
  GRACE_MS       how long a stop waits for work in flight before it goes back to its queue (default 10000)`;

async function main(): Promise<void> {
  const values = optionsOf(process.argv.slice(2));
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  await takeLocalSettings();
  const dataDir = process.env['DATA_DIR'] || '.abaco';
  const storage = process.env['STORAGE'];
  const graceMs = wholeNumber('GRACE_MS', 10_000);
  const local = await startLocalHost({
    dataDir,
    port: wholeNumber('PORT', 7071),
    leaseSeconds: wholeNumber('LEASE_SECONDS', 30),
    pollMs: wholeNumber('POLL_MS', 1_000),
    scanMs: wholeNumber('SCAN_MS', 1_000),
    log: runLines((line) => console.log(line), values.verbose === true),
    ...(storage && { storage }),
  });
  stopOnSignals(local.host, { graceMs, alsoStop: () => local.stop() });
  const { url } = local.host;
  console.log(`Abaco Loans Analytics is up; everything is kept in ${dataDir}.

  Dashboard  ${url}/api/dashboard?code=${local.functionKey}
  Health     ${url}/api/health
  Drop files into container landing, for example landing/looker/loans/loans.csv, with any storage client:
             ${local.storage}
  or with    curl -X POST --data-binary @loans.csv -H 'x-functions-key: ${local.functionKey}' \\
                  '${url}/api/pipeline/trigger?input_file=looker/loans/loans.csv'

Ctrl-C stops it; work in flight is finished or goes back to its queue.
`);
  if (values.empty !== true && (await isEmpty(local.storage))) {
    const { paths, asOf } = await dropSampleBook(local.storage);
    console.log(`The store was empty: dropped a synthetic sample book as of ${asOf}.`);
    for (const path of paths) console.log(`           landing/${path}`);
  }
}

function optionsOf(args: string[]) {
  const options = {
    empty: { type: 'boolean' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** With another key, tokens would join with nothing that the store has. */
const OF_DATA_DIR =
  /^(AzureWebJobsStorage|AZURE_STORAGE_CONNECTION_STRING|DataStorage(__\w+)?|PII_KEY|PSEUDONYM_KEY)$/;

async function takeLocalSettings(): Promise<void> {
  for (const [name, value] of Object.entries(await localSettings()))
    if (value !== '' && !OF_DATA_DIR.test(name)) process.env[name] ??= value;
}

function wholeNumber(setting: string, standard: number): number {
  const text = process.env[setting] || String(standard);
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${setting} takes a whole number, not "${text}"`);
  return Number(text);
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  console.error(`Could not start: ${error instanceof Error ? error.message : String(error)}`);
  if (isUsage) console.error('See: npm start -- --help');
  // Clients and the emulator keep handles that would hold a process with nothing to do.
  process.exit(isUsage ? 2 : 1);
});
