import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AppClient, appAt } from './app-client.ts';
import { verifiedPackage } from './release-manifest.ts';
import { CallWrong, needed, runToExit } from './script-failed.ts';
import {
  alertCheck,
  type Check,
  healthCheck,
  healthOf,
  keyCheck,
  openTestAlert,
  persistedCheck,
  revisionCheck,
  runChecks,
} from './smoke-checks.ts';
import { dropped, newest, rerun, type TriedRun } from './smoke-run.ts';

// `npm run smoke`: does an app that was just deployed work? The five criteria of the first hour, and that nobody gets in
// without a key.

const HELP = `Tries an app that was just deployed, and says whether it may stay.

Usage: npm run smoke -- --url URL --key KEY [--drop | --rerun] [options]

  --url URL         where the app is (default: FUNCTION_APP_URL)
  --key KEY         a function key (default: FUNCTION_KEY, which no list of processes shows)
  --drop            drops a synthetic file of a day before the first loan, and follows it to its KPIs. No real number
                    changes; not for production all the same
  --rerun           has the newest good run computed again, which comes to the same numbers; for production
                    Without either: looks at the newest good run, and changes nothing
  --alert           opens an alert that is only a test, and looks whether it arrives; where no destination tells of
                    incidents that is said, and is no failure
  --package FILE    the package that should run; its revision is compared
  --revision TEXT   the same by its revision
  --wait SECONDS    how long the run may take (default 600)
  --markdown FILE   adds the verdict to FILE, such as $GITHUB_STEP_SUMMARY
  --json            one JSON document on stdout and nothing else there
  --help            this text

Exit code: 0 it works, 1 it does not, 2 the call was wrong.`;

const DELIVERY_PATIENCE_MS = 90_000;
/** It is looked for what is wrong every minute, and told in the next one at the latest. */
const ALERT_PATIENCE_MS = 240_000;
const POLL_MS = 2_000;

await runToExit(async () => {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      key: { type: 'string' },
      drop: { type: 'boolean', default: false },
      rerun: { type: 'boolean', default: false },
      alert: { type: 'boolean', default: false },
      package: { type: 'string' },
      revision: { type: 'string' },
      wait: { type: 'string', default: '600' },
      markdown: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  if (values.drop && values.rerun) throw new CallWrong('either --drop or --rerun.');
  if (!/^\d{1,5}$/.test(values.wait)) throw new CallWrong('--wait takes a number of seconds.');
  const url = values.url ?? needed('FUNCTION_APP_URL', 'where the app is, or --url URL');
  const app = appAt(url, values.key ?? needed('FUNCTION_KEY', 'a function key, or --key KEY'));
  const expected =
    values.package === undefined ? values.revision : (await verifiedPackage(values.package)).revision;
  const patienceMs = Number(values.wait) * 1_000;
  const tryRun = values.drop
    ? () => dropped(app, patienceMs)
    : values.rerun
      ? () => rerun(app, patienceMs)
      : () => newest(app);
  const checks = await allChecks(app, { expected, tryRun, triesAlert: values.alert });
  const works = checks.every(({ isMet }) => isMet);
  const lines = checks.map(({ name, isMet, detail }) => `${isMet ? '✓' : '✗'} ${name}: ${detail}`);
  const verdict = works
    ? `${app.url} works.`
    : `${app.url} does not work: docs/runbooks/rollback-deployment.md.`;
  if (values.json === true) console.log(JSON.stringify({ url: app.url, works, checks }));
  else for (const line of [...lines, verdict]) console.log(line);
  if (values.markdown !== undefined)
    await appendFile(
      values.markdown,
      ['### Smoke test', '', ...lines.map((line) => `- ${line}`), '', verdict, ''].join('\n'),
    );
  return works ? 0 : 1;
});

/** Each check, whatever became of the others: whoever has to decide wants all of it at once. */
async function allChecks(
  app: AppClient,
  {
    expected,
    tryRun,
    triesAlert,
  }: { expected: string | undefined; tryRun: () => Promise<TriedRun>; triesAlert: boolean },
): Promise<readonly Check[]> {
  const health = await checked('health', async () => {
    const found = await healthOf(app);
    return [healthCheck(found), revisionCheck(found, expected)];
  });
  const keys = await checked('no entry without a key', async () => [await keyCheck(app)]);
  const run = await checked('a run', async () => {
    const tried = await tryRun();
    return [...runChecks(tried), await untilSettled(() => persistedCheck(app, tried), DELIVERY_PATIENCE_MS)];
  });
  const alert = !triesAlert
    ? []
    : await checked('alerts arrive', async () => {
        const subject = await openTestAlert(app);
        return [await untilSettled(() => alertCheck(app, subject), ALERT_PATIENCE_MS)];
      });
  return [...health, ...keys, ...run, ...alert];
}

async function checked(name: string, check: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await check();
  } catch (error) {
    return [{ name, isMet: false, detail: error instanceof Error ? error.message : String(error) }];
  }
}

/** A run is over before the last destination has been told, and so is the request for an alert. */
async function untilSettled(look: () => Promise<Check>, patienceMs: number): Promise<Check> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const check = await look();
    if (check.isPending !== true || Date.now() > deadline) return check;
    await sleep(POLL_MS);
  }
}
