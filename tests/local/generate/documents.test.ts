import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ExpectedSums } from '../../../local/generate/expected-sums.ts';
import { generateBook } from '../../../local/generate/generate-book.ts';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { cents, heldFolder, money, readRecords, total } from './written-book.ts';

const folder = heldFolder();
let expected: ExpectedSums;
beforeAll(async () => {
  expected = await generateBook({ dir: await folder.open(), loans: 900, seed: 2 });
});
afterAll(folder.close);

const document = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder.dir(), path), 'utf8'));

const Analytics = z.looseObject({
  metadata: z.looseObject({ data_as_of: z.string(), currency: z.string() }),
  traction: z.looseObject({
    total_customers: z.number(),
    total_loans: z.number(),
    total_volume_usd: z.number(),
    monthly_active_clients_latest: z.number(),
    outstanding_balance_usd: z.number(),
    growth_metrics: z.record(z.string(), z.number().nullable()),
  }),
  delinquency: z.looseObject({ par90_latest: z.number(), portfolio_at_risk_30dpd: z.number() }),
  collections: z.looseObject({ total_payments_received_latest: z.number() }),
  financials: z.looseObject({
    balance_sheet: z.record(z.string(), z.number()),
    income_statement: z.record(z.string(), z.number()),
  }),
});

describe('the analytics of Cascade', () => {
  it('say what the book adds up to at its newest date', async () => {
    const analytics = Analytics.parse(await document('cascade/analytics.json'));
    const newest = expected.parDates.at(-1);
    const paid = (await readRecords(folder.dir(), 'looker/transactions.csv')).filter(
      (row) => row['transaction_type'] === 'PAYMENT' && row['date_paid']?.startsWith('2025-12'),
    );
    const received = ['principal', 'interest', 'fees'].reduce((sum, part) => sum + total(paid, part), 0n);

    expect(analytics.metadata).toMatchObject({ data_as_of: '2025-12-10', currency: 'USD' });
    expect(analytics.traction).toMatchObject({
      total_customers: Number(expected.loans?.customers),
      total_loans: 900,
      total_volume_usd: Number(expected.loans?.volume),
      monthly_active_clients_latest: Number(expected.newest?.activeClients),
      outstanding_balance_usd: Number(newest?.outstanding),
    });
    expect(analytics.delinquency.portfolio_at_risk_30dpd).toBe(Number(newest?.par30));
    expect(analytics.delinquency.par90_latest).toBeCloseTo(
      (100 * Number(newest?.par90)) / Number(newest?.outstanding),
      4,
    );
    expect(analytics.collections.total_payments_received_latest).toBe(Number(money(received)));
  });

  it('state growth against the month, the quarter and the year before, in points', async () => {
    const { growth_metrics: growth } = Analytics.parse(await document('cascade/analytics.json')).traction;
    const balances = expected.parDates.map(({ outstanding }) => Number(outstanding));
    const against = (months: number): number => {
      const base = balances.at(-1 - months) ?? 0;
      return (100 * ((balances.at(-1) ?? 0) - base)) / base;
    };

    expect(Object.keys(growth)).toHaveLength(9);
    expect(growth['balance_mom']).toBeCloseTo(against(1), 3);
    expect(growth['balance_qoq']).toBeCloseTo(against(3), 3);
    expect(growth['balance_yoy']).toBeCloseTo(against(12), 3);
  });

  it('have a balance sheet that balances', async () => {
    const { financials } = Analytics.parse(await document('cascade/analytics.json'));
    const cell = (name: string): bigint => cents(String(financials.balance_sheet[name]));

    expect(cell('total_assets_usd') - cell('total_liabilities_usd')).toBe(cell('equity_usd'));
    expect(cell('cash_balance_usd')).toBe(cents(expected.tape?.cashAvailable));
  });

  it('have every column that the contract reads', async () => {
    const names = flatNames(await document('cascade/analytics.json'));

    expect(contractMisses('cascade/analytics', names)).toEqual({ missing: [], missingOptional: [] });
  });
});

const Insights = z.array(
  z.looseObject({
    campaign_id: z.string(),
    campaign_name: z.string(),
    spend: z.string(),
    impressions: z.string(),
    clicks: z.string(),
    date_start: z.string(),
    actions: z.array(z.strictObject({ action_type: z.string(), value: z.string() })),
  }),
);

describe('the insights of Meta', () => {
  it('are seven days of each campaign, with numbers as text and actions as a list', async () => {
    const insights = Insights.parse(await document('meta/insights.json'));
    const file = expected.files['meta/insights.json'];
    const keys = new Set(insights.map((row) => `${row.campaign_id}/${row.date_start}`));
    const sum = (cells: string[]): string => money(cells.reduce((all, cell) => all + cents(cell), 0n));

    expect(file?.rows).toBe(String(insights.length));
    expect(keys.size).toBe(insights.length);
    expect(new Set(insights.map((row) => row.date_start)).size).toBe(7);
    expect(file?.sums).toEqual({
      spend: sum(insights.map((row) => row.spend)),
      impressions: sum(insights.map((row) => row.impressions)),
      clicks: sum(insights.map((row) => row.clicks)),
    });
    for (const row of insights) {
      expect(Number(row.clicks)).toBeLessThanOrEqual(Number(row.impressions));
      expect(row.actions[0]).toEqual({ action_type: 'link_click', value: row.clicks });
    }
  });

  it('have the columns that the contract asks for', async () => {
    const [first] = Insights.parse(await document('meta/insights.json'));

    expect(contractMisses('meta/insights', Object.keys(first ?? {})).missing).toEqual([]);
  });
});

const Records = z.strictObject({ results: z.array(z.record(z.string(), z.unknown())) });

describe('the records of HubSpot', () => {
  it.each(['contacts', 'companies', 'deals', 'lists'])(
    '%s have ids of their own and the columns of the contract',
    async (name) => {
      const { results } = Records.parse(await document(`hubspot/${name}.json`));
      const names = new Set(results.flatMap((record) => flatNames(record)));

      expect(expected.files[`hubspot/${name}.json`]?.rows).toBe(String(results.length));
      expect(contractMisses(`hubspot/${name}`, [...names]).missing).toEqual([]);
      const id = name === 'lists' ? 'listId' : 'id';
      expect(new Set(results.map((record) => record[id])).size).toBe(results.length);
    },
  );

  it('sum the deals, and count today’s contacts in the list of them', async () => {
    const Deal = z.looseObject({ properties: z.looseObject({ amount: z.string() }) });
    const Contact = z.looseObject({ properties: z.looseObject({ createdate: z.string() }) });
    const List = z.looseObject({ additionalProperties: z.looseObject({ hs_list_size: z.string() }) });
    const deals = Records.parse(await document('hubspot/deals.json')).results.map((record) =>
      Deal.parse(record),
    );
    const contacts = Records.parse(await document('hubspot/contacts.json')).results.map((record) =>
      Contact.parse(record),
    );
    const [ofToday] = Records.parse(await document('hubspot/lists.json')).results.map((record) =>
      List.parse(record),
    );

    const amount = deals.reduce((sum, { properties }) => sum + cents(properties.amount), 0n);
    const today = contacts.filter(({ properties }) => properties.createdate.startsWith('2025-12-10'));

    expect(expected.files['hubspot/deals.json']?.sums).toEqual({ amount: money(amount) });
    expect(ofToday?.additionalProperties.hs_list_size).toBe(String(today.length));
  });

  it('name nobody: addresses are under a domain that cannot exist', async () => {
    const text = await readFile(join(folder.dir(), 'hubspot/contacts.json'), 'utf8');

    const addresses = text.match(/[\w.]+@[\w.]+/g) ?? [];

    expect(addresses.length).toBeGreaterThan(30);
    for (const address of addresses) expect(address).toMatch(/\.invalid$/);
  });
});

/** Names of the leaves of an object, with dots between the levels. Lists and empty objects are leaves. */
function flatNames(value: unknown, path = ''): string[] {
  const branch = z.record(z.string(), z.unknown()).safeParse(value);
  if (!branch.success || Array.isArray(value)) return [path];
  const own = path === '' ? [] : [path];
  return [
    ...own,
    ...Object.entries(branch.data).flatMap(([name, inner]) =>
      flatNames(inner, path ? `${path}.${name}` : name),
    ),
  ];
}

/** Columns of the dataset's contract that names do not cover. */
function contractMisses(dataset: string, names: readonly string[]) {
  const contract = CONTRACTS.find((candidate) => candidate.dataset === dataset);
  if (contract === undefined) throw new RangeError(`no contract for ${dataset}`);
  const { missing, missingOptional } = matchHeader(contract, names);
  return { missing: missing.map(({ column }) => column.name), missingOptional };
}
