import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { PostgresAuditStore } from '../../../../shared/adapters/postgres/postgres-audit-store.ts';
import { RunId } from '../../../../shared/domain/ids.ts';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import { seal } from '../../../../shared/privacy/sealed.ts';
import { aDaysLoans, aLoanFact, aToken } from '../../../support/a-days-loans.ts';
import { aKpiMart, aKpiResult, aRun } from '../../../support/a-kpi-mart.ts';
import {
  embeddedPostgres,
  HAS_POSTGRES,
  installedPostgres,
  type TestDatabase,
} from '../../../support/a-postgres.ts';
import { anAuditPayload } from '../../../support/an-audit-payload.ts';

// The loans of a day: those of the newest book, whole or not at all, under tokens alone. On the machine's own PostgreSQL
// where there is one, which takes less time than that in WebAssembly.

const ANOTHER_BOOK = { inputsHash: '2'.repeat(64) };
const MART = aKpiMart({ months: 1, kpis: [aKpiResult({})] });

let database: TestDatabase;
let store: PostgresAuditStore;
beforeAll(async () => {
  database = await (HAS_POSTGRES ? installedPostgres() : embeddedPostgres());
  const secrets = { get: () => Promise.resolve(seal(database.url)) };
  store = new PostgresAuditStore({ allowsLoopback: true }, { secrets });
  await store.migrate();
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await database.rows('TRUNCATE analytics.pipeline_runs CASCADE');
});

const payloadOf = (run: Parameters<typeof aRun>[0] = {}) => anAuditPayload({ run: aRun(run), mart: MART });
const another = payloadOf({ runId: RunId.parse('run_0123456789ab') });
const written = async (...[payload, loans]: Parameters<PostgresAuditStore['write']>) => {
  const outcome = await store.write(payload, loans);
  if (outcome.kind === 'overtaken') throw new Error('overtaken');
  return outcome.changes.filter(
    ({ table, written: rows, removed }) => table.startsWith('loan_') && rows + removed > 0,
  );
};
/** Each loan with the transaction that wrote it. */
const facts = () =>
  database.rows(
    "SELECT rtrim(loan_token, '_') AS loan, outstanding::text, xmin::text FROM analytics.loan_facts ORDER BY 1",
  );
const balances = async () =>
  (await facts()).map(({ loan, outstanding }) => `${String(loan)} ${String(outstanding)}`);

it('lie there with their day, to the last digit, and lead to the run that they belong to', async () => {
  const large = { outstanding: '12345678901234567890.01', interest_rate: '0.012345678901234567' };

  expect(
    await written(payloadOf(), aDaysLoans([aLoanFact('a', large), aLoanFact('b'), aLoanFact('c')])),
  ).toEqual([
    { table: 'loan_days', written: 1, removed: 0 },
    { table: 'loan_facts', written: 3, removed: 0 },
  ]);

  expect(
    await database.rows(`
      SELECT run_key, day.loans, day.outstanding::text, fact.outstanding::text AS of_loan, interest_rate::text,
        disburse_date::text, is_live, dpd, payer_token
      FROM analytics.loan_facts AS fact JOIN analytics.loan_days AS day USING (as_of)
      JOIN analytics.pipeline_runs USING (run_id) WHERE loan_token = '${aToken('a')}'`),
  ).toEqual([
    {
      run_key: 'run_4f1c29ab03de',
      loans: 3,
      outstanding: '12345678901234569890.01',
      of_loan: '12345678901234567890.01',
      interest_rate: '0.012345678901234567',
      disburse_date: '2025-11-03',
      is_live: true,
      dpd: 0,
      payer_token: null,
    },
  ]);
});

it('that are there already are not read again, whichever run of the day has them', async () => {
  const loans = aDaysLoans([aLoanFact('a')]);
  await written(payloadOf(), loans);
  const before = await facts();

  expect(await written(payloadOf(), loans)).toEqual([]);
  expect(await written(another, loans)).toEqual([]);

  expect(loans.opened).toBe(1);
  expect(await facts()).toEqual(before);
});

it('that several runs of a day bring at once are read once', async () => {
  const loans = aDaysLoans([aLoanFact('a'), aLoanFact('b'), aLoanFact('c')]);

  await Promise.all([payloadOf(), another, payloadOf()].map((payload) => store.write(payload, loans)));

  expect(loans.opened).toBe(1);
  expect(await balances()).toEqual(['v1:a 1000.00', 'v1:b 1000.00', 'v1:c 1000.00']);
});

it('of a newer book replace those that differ, remove those that are gone, and touch no other', async () => {
  await written(payloadOf(), aDaysLoans([aLoanFact('a'), aLoanFact('b'), aLoanFact('gone')]));
  const [before] = await facts();
  const newer = [aLoanFact('a'), aLoanFact('b', { outstanding: '900.00' }), aLoanFact('new')];

  const changes = await written(another, aDaysLoans(newer, ANOTHER_BOOK));

  expect(changes).toEqual([
    { table: 'loan_days', written: 1, removed: 0 },
    { table: 'loan_facts', written: 2, removed: 1 },
  ]);
  expect(await balances()).toEqual(['v1:a 1000.00', 'v1:b 900.00', 'v1:new 1000.00']);
  expect((await facts())[0]).toEqual(before);
});

it('of a book that is no longer that of the day stay away, however late they come', async () => {
  await written(another, aDaysLoans([aLoanFact('new')], ANOTHER_BOOK));

  const late = aDaysLoans([aLoanFact('old')], { isCurrent: () => Promise.resolve(false) });

  expect(await written(payloadOf(), late)).toEqual([]);
  expect(late.opened).toBe(0);
  expect(await balances()).toEqual(['v1:new 1000.00']);
});

it('are made anew under another key, since tokens of two keys never join', async () => {
  await written(payloadOf(), aDaysLoans([aLoanFact('a')]));
  const fact = aLoanFact('a', { loan_token: aToken('a').replace('v1', 'v2') });

  await written(payloadOf(), aDaysLoans([fact], { keyMark: aToken('key').replace('v1', 'v2') }));

  expect(await balances()).toEqual(['v2:a 1000.00']);
});

it('are not written under another key of the same version: nobody could tell its tokens from the others', async () => {
  await written(payloadOf(), aDaysLoans([aLoanFact('a')]));
  const asOf = LocalDate.parse('2026-01-31');

  await expect(
    store.write(another, aDaysLoans([aLoanFact('b')], { asOf, keyMark: aToken('another') })),
  ).rejects.toMatchObject({
    name: 'CredentialsRefused',
    secret: 'pseudonym-key',
    message: expect.stringContaining('both are version 1. Nothing was written.'),
  });

  expect(await balances()).toEqual(['v1:a 1000.00']);
});

it.each(['rejected', 'canceled'] as const)(
  'stand while the machinery fails, move with the day of their file, and go when it is %s',
  async (status) => {
    const turnedDown = anAuditPayload({ run: aRun({ attempt: 4, status }), mart: undefined });
    await written(payloadOf(), aDaysLoans([aLoanFact('a')]));

    await written(
      anAuditPayload({ run: aRun({ attempt: 2, status: 'failed' }), mart: undefined }),
      undefined,
    );
    expect(await balances()).toEqual(['v1:a 1000.00']);
    const asOf = LocalDate.parse('2025-11-30');
    await written(payloadOf({ attempt: 3 }), aDaysLoans([aLoanFact('a')], { asOf }));
    expect(await database.rows('SELECT DISTINCT as_of::text FROM analytics.loan_facts')).toEqual([
      { as_of: '2025-11-30' },
    ]);

    expect(await written(turnedDown, undefined)).toEqual([
      { table: 'loan_days', written: 0, removed: 1 },
      { table: 'loan_facts', written: 0, removed: 1 },
    ]);
    expect(await facts()).toEqual([]);
  },
);

it.each([
  [
    'ids that are no tokens',
    [aLoanFact('a'), aLoanFact('b'), aLoanFact('c', { loan_token: 'ABT - 0001' })],
    {},
  ],
  ['two loans with one token, far apart', [aLoanFact('a'), aLoanFact('b'), aLoanFact('a')], {}],
  ['fewer loans than the book has', [aLoanFact('a')], { totals: { loans: 2 } }],
  ['a cent less than the book has', [aLoanFact('a')], { totals: { outstanding: '1000.01' } }],
])('with %s are refused, and nothing of the run stays', async (_what, loans, more) => {
  const refusal: unknown = await store
    .write(payloadOf(), aDaysLoans(loans, more))
    .catch((error: unknown) => error);

  expect(refusal).toMatchObject({ name: expect.stringMatching(/^(RequestRefused|LoansDiffer)$/) });
  expect(JSON.stringify(refusal) + String(refusal)).not.toContain('ABT - 0001');
  expect(
    await database.rows(
      'SELECT (SELECT count(*)::int FROM analytics.pipeline_runs) AS runs, (SELECT count(*)::int FROM analytics.loan_facts) AS loans',
    ),
  ).toEqual([{ runs: 0, loans: 0 }]);
});
