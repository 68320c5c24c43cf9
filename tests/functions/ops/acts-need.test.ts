import { beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../shared/config.ts';
import { recordsIn } from '../../shared/access/a-chain.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';

// An environment in which nothing is changed without a reason and a ticket.

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  process.env['ACTS_NEED'] = 'reason, ticket';
});

const resume = async (headers: Record<string, string>) =>
  await call('resume-source', { params: { name: 'hubspot' }, query: { by: 'ana' }, headers });

describe('an act', () => {
  it.each([
    [{}, ['x-reason', 'x-ticket']],
    [{ 'x-reason': 'upkeep' }, ['x-ticket']],
    [{ 'x-ticket': 'RISK-12' }, ['x-reason']],
    [{ 'x-reason': ' ', 'x-ticket': 'RISK-12' }, ['x-reason']],
  ])('that lacks something says what, and is neither done nor recorded: %j', async (headers, lacking) => {
    const answer = await resume({ ...headers });

    expect(answer.status).toBe(400);
    expect(new Set(answer.text.match(/x-\w+/g))).toEqual(new Set(lacking));
    expect(await recordsIn(pipeline.deps.lake)).toEqual([]);
  });

  it('that says both is done, wherever the reason stands', async () => {
    const inHeader = await resume({ 'x-reason': 'upkeep', 'x-ticket': 'RISK-12' });
    const inQuery = await call('pause-source', {
      params: { name: 'hubspot' },
      query: { by: 'ana', until: '2999-01-01T00:00:00Z', reason: 'upkeep' },
      headers: { 'x-ticket': '#345' },
    });

    expect([inHeader.status, inQuery.status]).toEqual([200, 200]);
  });
});

it('a look needs neither', async () => {
  expect(
    (await call('artifact', { params: { runId: 'run_000000000000', name: 'summary.json' } })).status,
  ).toBe(404);
});

it('the setting is one of few words', () => {
  const needs = (ACTS_NEED: string) =>
    readConfig({ DataStorage: 'UseDevelopmentStorage=true', ACTS_NEED }).actsNeed;

  expect([needs(''), needs('ticket'), needs('ticket,reason')]).toEqual([
    [],
    ['ticket'],
    ['reason', 'ticket'],
  ]);
  expect(() => needs('all')).toThrow('ACTS_NEED');
});
