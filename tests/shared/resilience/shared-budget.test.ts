import { TableClient } from '@azure/data-tables';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../local/provision.ts';
import { TableBudgets } from '../../../shared/adapters/azure/table-budgets.ts';
import { SharedBudget } from '../../../shared/resilience/shared-budget.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

const START = Date.parse('2026-01-05T06:00:00Z');
const RULE = { perMinute: 6, burst: 2, perDay: 24, longestWaitMs: 30_000 };
const TOO_SOON = { name: 'ServiceUnavailable' };

let budgets: TableBudgets;
let broken: TableBudgets;
let now = START;
let name: string;
let made = 0;

beforeAll(async () => {
  const at = (storage: string): TableBudgets =>
    new TableBudgets(
      TableClient.fromConnectionString(storage, 'breakers', { allowInsecureConnection: true }),
    );
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  budgets = at(storage);
  broken = at(await takeStorageAccount());
});
beforeEach(() => {
  now = START;
  made += 1;
  name = `service-${made}`;
});

/** A process that has just started: it knows nothing but what the table says. */
function anInstance(rule: Partial<typeof RULE> = {}, of = budgets): SharedBudget {
  const clock = { now: () => new Date(now) };
  return new SharedBudget({ ...RULE, ...rule, name }, { budgets: of, clock, pause: async () => undefined });
}
const take = async (rule?: Partial<typeof RULE>): Promise<number> => await anInstance(rule).take();

describe('instances that share a budget', () => {
  it('have its burst at once, and the rest at its rate, together', async () => {
    expect([await take(), await take(), await take(), await take()]).toEqual([0, 0, 10_000, 20_000]);
  });

  it('leave for later what would have to wait for too long, and take nothing of it', async () => {
    for (let taken = 0; taken < 5; taken += 1) await take();

    await expect(take()).rejects.toMatchObject({
      ...TOO_SOON,
      message: `${name} may be asked 6 times a minute and 24 times a day: again at 2026-01-05T06:00:40.000Z`,
      retryAfterMs: 40_000,
    });
    now += 10_000;
    expect(await take()).toBe(30_000);
  });

  it('have all of the burst again after a rest, and no more', async () => {
    await take();
    await take();
    now += 3_600_000;

    expect([await take(), await take(), await take()]).toEqual([0, 0, 10_000]);
  });

  it('give each token to one of them, whoever comes at the same time', async () => {
    const waited = await Promise.all(Array.from({ length: 5 }, () => take()));

    expect(waited.toSorted((a, b) => a - b)).toEqual([0, 0, 10_000, 20_000, 30_000]);
    expect((await budgets.get(name))?.value.taken).toBe(5);
  });

  it('have so many a day, and as many on the next', async () => {
    const rule = { perDay: 3, perMinute: 600 };
    now = Date.parse('2026-01-05T23:00:00Z');
    for (let taken = 0; taken < 3; taken += 1) await take(rule);

    expect(await anInstance(rule).isSpent()).toBe(true);
    await expect(take(rule)).rejects.toMatchObject({ ...TOO_SOON, retryAfterMs: 3_600_000 });

    now = Date.parse('2026-01-06T00:00:00Z');
    expect(await anInstance(rule).isSpent()).toBe(false);
    expect(await take(rule)).toBe(0);
  });

  it('are not kept waiting by one whose clock was an hour ahead', async () => {
    now += 3_600_000;
    for (let taken = 0; taken < 5; taken += 1) await take();
    now -= 3_600_000;

    expect([await take(), await take()]).toEqual([10_000, 20_000]);
  });
});

it('gives nothing while the table is not there', async () => {
  await expect(anInstance({}, broken).take()).rejects.toMatchObject({ name: 'RestError' });
});
