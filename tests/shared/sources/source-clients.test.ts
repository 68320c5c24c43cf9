import { expect, it } from '@jest/globals';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { SourceName } from '../../../shared/ports/source-client.ts';
import { seal } from '../../../shared/privacy/sealed.ts';
import { sourceClients } from '../../../shared/sources/source-clients.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const COMPANIES = DatasetId.parse('hubspot/companies');

function clients({ pauses = [] as number[], reached = [] as (readonly string[])[] } = {}) {
  const at = new Date('2026-01-05T06:30:00.000Z');
  return sourceClients(
    {
      allowsLoopback: false,
      cascade: { baseUrl: 'https://c', portfolio: 'abaco', exportUrl: undefined, cookieName: undefined },
      hubspot: { baseUrl: 'https://h' },
      meta: { baseUrl: 'https://m', graphVersion: 'v24.0', account: '1' },
    },
    {
      circuits: { get: async () => undefined, save: async () => 'saved', all: async () => [] },
      clock: { now: () => at },
      secrets: { get: async () => seal('a key') },
      pause: async (ms) => void pauses.push(ms),
      egressTo: ({ hosts, allowsLoopback }) => {
        if (!allowsLoopback) reached.push(hosts);
        return {
          send: async ({ url }) => ({
            status: 200,
            headers: {},
            url,
            body: (async function* () {
              yield Buffer.from('{"total":1,"results":[]}');
            })(),
          }),
        };
      },
    },
  );
}

it('makes a client for each source, and each reaches its own hosts', () => {
  const reached: (readonly string[])[] = [];
  const client = clients({ reached });

  expect(SourceName.options.map((source) => client(source, log).source)).toEqual(SourceName.options);
  expect(reached).toEqual([
    ['app.cascadedebt.com', 'staging.cascadedebt.com'],
    ['api.hubapi.com'],
    ['graph.facebook.com'],
  ]);
});

it('takes what all pulls of a source ask from one budget, and tells each what it waited for', async () => {
  const pauses: number[] = [];
  const client = clients({ pauses });
  const [one, other] = [client('hubspot', log), client('hubspot', log)];

  await one.count?.(COMPANIES);
  await other.count?.(COMPANIES);

  // Four searches a second.
  expect(pauses).toEqual([250]);
  expect([one.cost, other.cost]).toEqual([
    { requests: 1, retries: 0, waitedMs: 0 },
    { requests: 1, retries: 0, waitedMs: 250 },
  ]);
});
