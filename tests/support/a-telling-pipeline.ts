import { buildApp, type Deps } from '../../shared/app.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { type Pipeline, TEST_PSEUDONYM_KEY } from './a-pipeline.ts';
import type { StubService } from './a-stub-service.ts';
import { parFile } from './small-files.ts';

// A pipeline whose results go to Slack and to a lineage endpoint: servers on this machine that answer as the real ones do.

export const PAR = 'looker/loan_par_balances';

/** The pipeline's own deps, with both destinations in use. */
export async function tellingDeps(
  pipeline: Pipeline,
  { slack, lineage }: { readonly slack: StubService; readonly lineage: StubService },
  secrets: Readonly<Record<string, string>>,
): Promise<Deps> {
  const app = await buildApp(
    {
      DataStorage: pipeline.storage,
      PII_KEY: TEST_PSEUDONYM_KEY,
      DESTINATIONS: 'lineage, slack',
      OPENLINEAGE_URL: `${lineage.url}/api/v1/lineage`,
      SLACK_BASE_URL: slack.url,
      PUBLIC_URL: 'https://abaco.example',
      ...secrets,
    },
    pipeline.deps.clock,
  );
  const { destinations } = app.depsFor(pipeline.deps.log);
  return { ...pipeline.deps, destinations };
}

let runs = 0;

/** A run from drop to end, which its destinations are to hear of. */
export async function aToldRun(pipeline: Pipeline, deps: Deps): Promise<RunRecord> {
  runs += 1;
  const path = `${PAR}/told ${runs}.csv`;
  await pipeline.drop(path, parFile(`TOLD${runs}`));
  const outcome = await pipeline.announce(path, deps);
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), deps);
  return await pipeline.runOf(outcome);
}
