import { needed, runToExit } from './script-failed.ts';

// Tells the channel of a deployment, from a workflow. Without a webhook nobody is told, which the log says; a channel that
// cannot be reached stops no deployment. From the environment: PIPELINE_ENV, STATE, and SLACK_WEBHOOK, REASON where there
// are any; besides what GitHub sets in every run.

const PATIENCE_MS = 10_000;

await runToExit(async () => {
  const webhook = process.env['SLACK_WEBHOOK'];
  if (!webhook) {
    console.log('No webhook of a channel is set: nobody is told.');
    return 0;
  }
  const text = announcement();
  try {
    const answer = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    console.log(text);
  } catch (error) {
    // The address is a secret, and an error may repeat it.
    const why = error instanceof Error ? error.message.replaceAll(webhook, '…') : 'unknown';
    console.log(`::warning::The channel was not told "${text}": ${why}`);
  }
  return 0;
});

function announcement(): string {
  const environment = needed('PIPELINE_ENV', 'where is deployed');
  const state = needed('STATE', 'what is told');
  const reason = process.env['REASON'];
  const { GITHUB_SHA = '', GITHUB_SERVER_URL = '', GITHUB_REPOSITORY = '', GITHUB_RUN_ID = '' } = process.env;
  const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  // What people type must not call anybody: Slack reads <!channel> and the like.
  const why = reason
    ? ` Reason: ${reason.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}.`
    : '';
  return `Deployment to ${environment}, ${GITHUB_SHA.slice(0, 12)}: ${state}.${why} ${run}`;
}
