import { parseArgs } from 'node:util';
import { stopOnSignals } from './host/stop-on-signals.ts';
import { startLocalHost } from './local-host.ts';
import { runLines } from './run-lines.ts';
import { dropSampleBook, isEmpty } from './sample-book.ts';

// `npm start`: the product on this machine, with a sample book on the first start.

const HELP = `Starts Abaco Loans Analytics on this machine, bound to 127.0.0.1.

Usage: npm start [-- options]

  --empty     drop no sample book into an empty store
  --verbose   the whole log instead of a line for each run
  --help      this text

Settings from the environment:
  PORT        port of the dashboard and the HTTP interface (default 7071)
  DATA_DIR    folder that keeps storage and keys (default .abaco)
  STORAGE     connection string of a storage emulator that runs already (default: one is started)`;

/** Short, so that the work of a killed process comes back soon; in Azure it is ten minutes. */
const LEASE_SECONDS = 30;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { empty: { type: 'boolean' }, verbose: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const dataDir = process.env['DATA_DIR'] || '.abaco';
  const storage = process.env['STORAGE'];
  const local = await startLocalHost({
    dataDir,
    port: Number(process.env['PORT'] || 7071),
    leaseSeconds: LEASE_SECONDS,
    pollMs: 1_000,
    log: runLines((line) => console.log(line), values.verbose === true),
    ...(storage && { storage }),
  });
  stopOnSignals(local.host, { graceMs: 10_000, alsoStop: () => local.stop() });
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

main().catch((error: unknown) => {
  console.error(`Could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
