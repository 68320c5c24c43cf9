import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { az } from './az.ts';
import { ROOT } from './bundle.ts';
import { type ReleaseManifest, verifiedPackage } from './release-manifest.ts';
import { CallWrong, needed, runToExit } from './script-failed.ts';

// `npm run deploy`: a package to an app that is there, forwards or backwards. A rollback is the same with a package
// that was kept.

const HELP = `Puts a package into an app in Azure and waits until the app says that it runs it.

Usage: npm run deploy -- code --package FILE [--wait SECONDS]
       npm run deploy -- events

  code            the package, which must be what its manifest says
  events          infra/events.bicep: has dropped files announced; after the first package, and after a key was renewed
  --package FILE  ZIP of npm run package; its manifest lies beside it
  --wait SECONDS  how long the app may take to run it (default 240)
  --help          this text

Needs az, signed in. Settings from the environment, which are outputs of infra/main.bicep: AZURE_RESOURCE_GROUP,
FUNCTION_APP_NAME, FUNCTION_APP_URL; for events also DATA_ACCOUNT_NAME, NOTICE_GROUP_ID.
Exit code: 0 it runs, 1 it does not, 2 the call was wrong.`;

const POLL_MS = 1_000;

const Health = z.looseObject({ revision: z.string() });

await runToExit(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { package: { type: 'string' }, wait: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const startedAt = Date.now();
  const [what, ...others] = positionals;
  if (others.length > 0) throw new CallWrong('one of code and events, and nothing else.');
  if (what === 'events') await deployEvents();
  else if (what === 'code') await deployCode(values.package, waitMs(values.wait));
  else throw new CallWrong('say what to deploy: code or events.');
  console.log(`Done after ${Math.round((Date.now() - startedAt) / 1_000)} seconds.`);
  return 0;
});

function waitMs(text = '240'): number {
  if (!/^\d{1,4}$/.test(text))
    throw new CallWrong(`--wait takes a number of seconds, not ${JSON.stringify(text)}.`);
  return Number(text) * 1_000;
}

async function deployCode(zip: string | undefined, patienceMs: number): Promise<void> {
  if (zip === undefined) throw new CallWrong('which package: --package FILE.');
  const manifest = await verifiedPackage(zip);
  if (manifest.isDirty && process.env['PIPELINE_ENV'] === 'production')
    throw new Error(
      `${manifest.file} was packed from files that are in no commit, so that nobody can make it again. Production takes what a commit gives.`,
    );
  const url = needed('FUNCTION_APP_URL', 'it is asked whether it runs the package');
  console.log(`Deploying ${manifest.revision}, sha256 ${manifest.sha256}.`);
  await az(
    ...['functionapp', 'deployment', 'source', 'config-zip', '--src', zip],
    ...['--resource-group', needed('AZURE_RESOURCE_GROUP', 'the group of the app')],
    ...['--name', needed('FUNCTION_APP_NAME', 'the app')],
  );
  await untilItRuns(manifest, url, patienceMs);
  console.log(`${url} runs ${manifest.revision}.`);
}

/** Azure says that a package was taken before the last instance of the former one is gone. */
async function untilItRuns({ revision }: ReleaseManifest, url: string, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let found = 'no answer';
  for (;;) {
    found = await revisionAt(url).catch((error: unknown) => `no answer (${String(error)})`);
    if (found === revision) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${url}/api/health says ${found}, not ${revision}, after ${patienceMs / 1_000} seconds. ` +
          'Deploy the former package: docs/runbooks/rollback-deployment.md.',
      );
    }
    await sleep(Math.min(POLL_MS, patienceMs));
  }
}

async function revisionAt(url: string): Promise<string> {
  // An app that is ill says so with 503, and its revision all the same.
  const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) });
  return Health.parse(await answer.json()).revision;
}

async function deployEvents(): Promise<void> {
  await az(
    ...['deployment', 'group', 'create', '--name', `abaco-events-${Date.now()}`],
    ...['--resource-group', needed('AZURE_RESOURCE_GROUP', 'the group of the app')],
    ...['--template-file', join(ROOT, 'infra/events.bicep')],
    '--parameters',
    `functionAppName=${needed('FUNCTION_APP_NAME', 'the app')}`,
    `dataAccountName=${needed('DATA_ACCOUNT_NAME', 'the account where files are dropped')}`,
    `actionGroupId=${needed('NOTICE_GROUP_ID', 'who is told of events that could not be delivered')}`,
  );
  console.log('Dropped files are announced to the app.');
}
