import type { Health } from '../pipeline/health.ts';
import type { Duty } from './daily-duties.ts';

/** What health says, in a sentence, with every check that is not in order. */
export function healthDuty({ status, checks, ...health }: Health): Duty {
  const { last_run, last_error, dataQuality, sources, secrets } = health;
  const all = Object.entries(checks);
  const bad = all.filter(([, { ok }]) => !ok);
  const details = [
    ...bad.map(([name, { detail = 'not in order' }]) => `${name}: ${detail}.`),
    ...(status !== 'healthy' && last_error !== null ? [`Last error: ${last_error}.`] : []),
    ...dataQuality.map(({ dataset, since }) => `${dataset} is stopped since ${since}.`),
    ...sources.map(({ dataset, secret }) => `${dataset} is paused: secret ${secret} is missing or refused.`),
    ...secrets.map(({ secret, expiresAt }) => `Secret ${secret} runs out on ${expiresAt.slice(0, 10)}.`),
  ];
  const run =
    last_run === null ? 'no run yet' : `last run ${last_run.run_id}, ${last_run.status}, ${last_run.at}`;
  return {
    duty: 'health',
    verdict: details.length === 0 && status === 'healthy' ? 'fine' : 'look',
    sentence: `${status[0]?.toUpperCase()}${status.slice(1)}: ${all.length - bad.length} of ${all.length} checks in order; ${run}.`,
    details,
  };
}
