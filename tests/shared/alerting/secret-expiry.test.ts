import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findConditions } from '../../../shared/alerting/find-conditions.ts';
import { COOLDOWN_MS, keepIncidents } from '../../../shared/alerting/keep-incidents.ts';
import { conditionOfExpiry, expiringSecrets, SECRET_USES } from '../../../shared/alerting/secret-expiry.ts';
import { watch } from '../../../shared/alerting/watch.ts';
import type { Deps } from '../../../shared/app.ts';
import { checkHealth } from '../../../shared/pipeline/health.ts';
import type { DestinationName } from '../../../shared/ports/deliveries.ts';
import { SECRET_NAMES, type SecretName } from '../../../shared/ports/secret-store.ts';
import { Pipeline } from '../../support/a-pipeline.ts';

// Somebody hears that a secret runs out before anything stops because of it.

const NOW = new Date('2026-11-28T06:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** As the vault tells of them, with the destinations that are in use. */
function holding(
  secrets: Partial<Record<SecretName, Date>>,
  ...inUse: DestinationName[]
): Parameters<typeof expiringSecrets>[0] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Object.entries forgets
  const expiries = new Map(Object.entries(secrets) as [SecretName, Date][]);
  return {
    secrets: { expiries: () => Promise.resolve(expiries) },
    destinations: inUse.map((name) => ({ name })),
    clock: { now: () => NOW },
  };
}

const inMs = (ms: number): Date => new Date(NOW.getTime() + ms);

describe('a secret', () => {
  it.each([
    ['14 days and a moment', 14 * DAY + 1, undefined],
    ['14 days', 14 * DAY, 'secret-expiry-warning'],
    ['3 days and a moment', 3 * DAY + 1, 'secret-expiry-warning'],
    ['3 days', 3 * DAY, 'secret-expiry-critical'],
    ['a moment', 1, 'secret-expiry-critical'],
    ['nothing', 0, 'secret-expiry-critical'],
    ['less than nothing', -100 * DAY, 'secret-expiry-critical'],
  ])('that has %s to go is told as it should be', async (_, leftMs, kind) => {
    const found = await expiringSecrets(holding({ 'hubspot-api-key': inMs(leftMs) }));

    expect(found.map((secret) => conditionOfExpiry(secret, NOW).kind)).toEqual(
      kind === undefined ? [] : [kind],
    );
  });

  it.each([
    [9.5 * DAY, 'Secret hubspot-api-key runs out in 9 days, on 2026-12-07.'],
    [DAY, 'Secret hubspot-api-key runs out in 1 day, on 2026-11-29.'],
    [DAY - 1, 'Secret hubspot-api-key runs out in less than a day, on 2026-11-29.'],
    [-DAY, 'Secret hubspot-api-key ran out on 2026-11-27.'],
  ])('says when, to whoever is woken (%d ms)', async (leftMs, title) => {
    const [secret] = await expiringSecrets(holding({ 'hubspot-api-key': inMs(leftMs) }));

    expect(secret && conditionOfExpiry(secret, NOW)).toMatchObject({
      of: 'hubspot-api-key',
      title,
      facts: {
        'needed by': 'source hubspot',
        'to do': expect.stringMatching(/^Rotate the token .* as a new version of hubspot-api-key, /),
      },
    });
  });

  it('is told for those that are in use: a key that nothing needs wakes nobody', async () => {
    const all = { 'slack-bot-token': inMs(DAY), 'pagerduty-routing-key': inMs(DAY) };

    expect(await expiringSecrets(holding(all))).toEqual([]);
    expect(await expiringSecrets(holding(all, 'slack', 'alerts', 'email'))).toEqual([
      {
        secret: 'slack-bot-token',
        expiresAt: '2026-11-29T06:00:00.000Z',
        state: 'runs-out-soon',
        neededBy: ['destination slack', 'destination alerts'],
      },
    ]);
  });
});

it('the runbook says of each secret what needs it', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/runbooks/secret-expiry.md'), 'utf8');
  const rows = new Map(
    [...page.matchAll(/^ *\| `([a-z-]+)` \| ([^|]+) \|/gm)].map(([, name, needs]) => [name, needs ?? '']),
  );

  expect(new Set(rows.keys())).toEqual(new Set(SECRET_NAMES));
  const untold = SECRET_NAMES.flatMap((name) => {
    const { source, destinations = [] } = SECRET_USES[name];
    const needs = [...(source === undefined ? [] : [source]), ...destinations];
    return needs.filter((need) => !rows.get(name)?.includes(need)).map((need) => `${name}: ${need}`);
  });
  expect(untold).toEqual([]);
});

describe('over days', () => {
  let pipeline: Pipeline;
  let expiresAt: Date | undefined;
  let deps: Deps;
  beforeAll(async () => {
    pipeline = await Pipeline.open();
  });
  beforeEach(async () => {
    await pipeline.forget();
    expiresAt = new Date(pipeline.deps.clock.now().getTime() + 10 * DAY);
    deps = {
      ...pipeline.deps,
      secrets: {
        get: (name, options) => pipeline.deps.secrets.get(name, options),
        expiries: () =>
          Promise.resolve(new Map(expiresAt && [['cascade-session-cookie', expiresAt] as const])),
      },
    };
  });

  const incidents = async (): Promise<string[]> =>
    (await deps.incidents.all()).map(
      ({ id, severity, status, news }) => `${id} ${severity} ${status} ${news}`,
    );

  it('is one incident, which grows worse with its last days and is over once it is renewed', async () => {
    await watch(deps);
    expect(await incidents()).toEqual(['secret-expiry.cascade-session-cookie P3 open opened']);

    pipeline.advanceClock(8 * DAY);
    await watch(deps);
    expect(await incidents()).toEqual(['secret-expiry.cascade-session-cookie P2 open worse']);

    expiresAt = undefined;
    await watch(deps);
    pipeline.advanceClock(COOLDOWN_MS + MINUTE);
    expect(await incidents()).toEqual(['secret-expiry.cascade-session-cookie P2 resolved resolved']);
  });

  it('a vault that does not tell is itself told, and no incident is over because of it', async () => {
    await watch(deps);
    const refused: Deps = {
      ...deps,
      secrets: { ...deps.secrets, expiries: () => Promise.reject(new Error('Forbidden')) },
    };

    const { conditions, blind } = await findConditions(refused);
    await keepIncidents(conditions, refused, blind);

    expect(await incidents()).toEqual([
      'run.watch.secrets P1 open opened',
      'secret-expiry.cascade-session-cookie P3 open opened',
    ]);
  });

  it('health lists it, and is degraded where the vault does not tell', async () => {
    const health = async (of: Deps) =>
      (await checkHealth([], { ...of, revision: 'abc1234', nextRun: null })).health;

    expect(await health(deps)).toMatchObject({
      status: 'healthy',
      secrets: [
        {
          secret: 'cascade-session-cookie',
          expiresAt: expiresAt?.toISOString(),
          state: 'runs-out',
          neededBy: ['source cascade'],
        },
      ],
    });
    const refused = { ...deps.secrets, expiries: () => Promise.reject(new Error('Forbidden')) };
    expect(await health({ ...deps, secrets: refused })).toMatchObject({
      status: 'degraded',
      last_error: 'secret expiries: Error',
      secrets: [],
      checks: { 'secret expiries': { ok: false, detail: 'Error' } },
    });
  });
});
