import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DatasetId } from '../../../../shared/domain/ids.ts';
import { recordsOf, SourceStubs } from '../../../support/source-stubs.ts';
import { aShareOf, instead } from '../../../support/stub-server.ts';

const DEALS = 'hubspot/deals';
const MOMENT = Date.parse('2026-01-05T06:30:00.123Z');
const since = (ms: number) => ({ since: new Date(ms).toISOString() });

let stubs: SourceStubs;
beforeAll(async () => {
  stubs = await SourceStubs.open();
});
afterAll(() => stubs.close());
beforeEach(() => {
  stubs.reset();
  for (const records of Object.values(stubs.hubspot.objects)) records.length = 0;
  stubs.hubspot.lists.length = 0;
});

const client = () => stubs.client('hubspot');

function putDeals(count: number, modifiedOf: (index: number) => number): void {
  const { deals } = stubs.hubspot.objects;
  for (let index = 0; index < count; index += 1)
    deals.push({
      id: 7 + index,
      created: MOMENT,
      modified: modifiedOf(index),
      properties: { amount: `${index}.00` },
    });
}

const idsOf = (records: readonly { readonly [name: string]: unknown }[]): number[] =>
  records.map(({ id }) => Number(id));

it('lists all of an object, page by page', async () => {
  putDeals(250, () => MOMENT);

  const records = await recordsOf(client(), DEALS);

  expect(records).toHaveLength(250);
  expect(records[0]).toEqual({
    id: '7',
    properties: { dealname: null, dealstage: null, amount: '0.00', closedate: null, kpi_impact: null },
  });
  expect(stubs.hubspot.server.requests.map(({ query }) => query.get('after'))).toEqual([null, '106', '206']);
});

it('leaves a property out that HubSpot no longer has, so that the contract can tell', async () => {
  putDeals(1, () => MOMENT);
  stubs.hubspot.server.fault = (answer) => ({
    ...answer,
    body: { results: [{ id: '7', properties: { amount: '0.00' } }] },
  });

  expect(await recordsOf(client(), DEALS)).toEqual([{ id: '7', properties: { amount: '0.00' } }]);
});

it('finds what was modified since, to the millisecond', async () => {
  putDeals(10, (index) => MOMENT + index);

  expect(idsOf(await recordsOf(client(), DEALS, since(MOMENT + 4)))).toEqual([11, 12, 13, 14, 15, 16]);
  expect(await recordsOf(client(), DEALS, since(MOMENT + 10))).toEqual([]);
});

it.each([
  ['over time', (index: number) => MOMENT + index * 1_000],
  ['in one millisecond', () => MOMENT],
])('finds more than 10,000 changes %s, each once', async (_when, modifiedOf) => {
  putDeals(10_500, modifiedOf);

  const ids = idsOf(await recordsOf(client(), DEALS, since(MOMENT)));

  expect(ids).toHaveLength(10_500);
  expect(new Set(ids).size).toBe(10_500);
});

it('finds a record that was modified once more while it searched', async () => {
  putDeals(300, () => MOMENT);
  let asked = 0;
  stubs.hubspot.server.fault = (answer) => {
    asked += 1;
    const last = stubs.hubspot.objects.deals.at(-1);
    if (asked === 1 && last) stubs.hubspot.put('deals', { ...last, modified: Date.now() + 60_000 });
    return answer;
  };

  expect(await recordsOf(client(), DEALS, since(MOMENT))).toHaveLength(300);
});

it('finds all of them although a fifth of the answers fail', async () => {
  putDeals(950, () => MOMENT);
  stubs.hubspot.server.fault = aShareOf(0.2, 11, instead({ status: 502 }));
  const bad = client();

  expect(new Set(idsOf(await recordsOf(bad, DEALS, since(MOMENT)))).size).toBe(950);
  expect(bad.cost.retries).toBeGreaterThan(0);
  expect(bad.cost.requests).toBe(stubs.hubspot.server.requests.length);
});

it('counts all of an object, and no lists', async () => {
  putDeals(12, () => MOMENT);

  expect(await client().count?.(DatasetId.parse(DEALS))).toBe(12);
  expect(await client().count?.(DatasetId.parse('hubspot/lists'))).toBeUndefined();
});

describe('lists', () => {
  it('brings all of them with their sizes, and who was created today', async () => {
    for (let list = 1; list <= 230; list += 1)
      stubs.hubspot.lists.push({
        listId: `${list}`,
        name: `List ${list}`,
        processingType: 'MANUAL',
        size: list,
      });
    const startOfDay = Date.parse(`${new Date().toISOString().slice(0, 10)}T00:00:00Z`);
    const created = [startOfDay - 1, startOfDay, startOfDay + 1];
    stubs.hubspot.objects.contacts.push(
      ...created.map((moment, id) => ({ id, created: moment, modified: moment, properties: {} })),
    );

    const lists = await recordsOf(client(), 'hubspot/lists');

    expect(lists).toHaveLength(231);
    expect(lists[229]).toMatchObject({ listId: '230', additionalProperties: { hs_list_size: '230' } });
    expect(lists[230]).toMatchObject({
      listId: 'created-today',
      name: expect.stringMatching(/^Fecha de creación = Hoy \(\d{4}-\d\d-\d\d\)$/),
      additionalProperties: { hs_list_size: '2' },
    });
  });
});
