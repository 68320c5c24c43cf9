import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { temporaryFolders } from '../../../shared/adapters/environment/temporary-folders.ts';
import { BookId, DatasetId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import type { BookEntry } from '../../../shared/kpis/kpi-result.ts';
import { createModelViews } from '../../../shared/kpis/model-views.ts';
import { resolveModels, withWhatTheyRead } from '../../../shared/kpis/resolved-models.ts';
import { loansOfRun } from '../../../shared/pipeline/loans-of-run.ts';
import type { LoanFact, LoansOfDay } from '../../../shared/ports/loans-of-day.ts';
import type { Snapshot } from '../../../shared/ports/snapshot-registry.ts';
import type { SqlRow } from '../../../shared/ports/sql-engine.ts';
import { pseudonymiser } from '../../../shared/privacy/pseudonym.ts';
import { seal } from '../../../shared/privacy/sealed.ts';
import type { Manifest } from '../../../shared/runs/documents.ts';
import { TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { aRunId, aSnapshot } from '../../support/a-snapshot.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';

// The loans behind the numbers of a run, over a generated book.

const DAY = LocalDate.parse('2025-12-10');
const LOANS = 'looker_loans';
const PAR = 'looker_loan_par_balances';
const FILES = [
  ...['loans', 'schedules', 'transactions', 'loan_par_balances', 'historic_real_payments', 'customer_data'],
  '../manual/marketing_spend',
];

let staged: GeneratedBook;
let entries: readonly BookEntry[];
beforeAll(async () => {
  staged = await stagedBook({ loans: 150, seed: 11, files: FILES });
  // As if all of them had been exported on one day.
  entries = staged.book.map((entry, index) => ({
    ...entry,
    asOf: DAY,
    runId: aRunId(index + 1),
    stagingPath: `${entry.relation}.parquet`,
  }));
});
afterAll(async () => staged[Symbol.asyncDispose]());

type Asked = {
  /** Relations that are in the book; all unless said. */
  readonly isIn?: (relation: string) => boolean;
  /** Whose run it is. */
  readonly own?: string;
  readonly manifest?: Partial<Manifest>;
  /** What stands in the registry; the book unless said. */
  readonly snapshots?: (book: readonly Snapshot[]) => readonly Snapshot[];
};

async function loansOf({
  isIn = () => true,
  own = LOANS,
  manifest = {},
  snapshots = (book) => book,
}: Asked = {}): Promise<LoansOfDay | undefined> {
  const book = entries.filter(({ relation }) => isIn(relation));
  const runId = entryOf(own).runId;
  const document: Manifest = {
    ...{ runId, attempt: 1, dataset: DatasetId.parse('looker/loans'), contract: 'loans', contractVersion: 1 },
    ...{
      asOf: DAY,
      bookId: BookId.parse('book_0123456789ab'),
      book: [...book],
      revision: 'a1b2c3d',
      files: [],
    },
    ...manifest,
  };
  const standing = book.map((entry) => ({ ...entry, landedAt: '2025-12-11T06:00:00.000Z', attempt: 1 }));
  return await loansOfRun(
    { kind: 'run', runId, attempt: 1 },
    {
      lake: {
        read: () => Promise.resolve(Buffer.from(JSON.stringify(document))),
        download: async (_zone, path, to) => await copyFile(localPathOf(path), to),
      },
      registry: { all: () => Promise.resolve(snapshots(standing)) },
      scratch: temporaryFolders,
      sql: duckDbSqlEngine,
      secrets: { get: () => Promise.resolve(seal(TEST_PSEUDONYM_KEY)) },
      catalog: loadCatalog,
    },
  );
}

function entryOf(relation: string): BookEntry {
  const found = entries.find((entry) => entry.relation === relation);
  if (found === undefined) throw new Error(`${relation} is not in the book`);
  return found;
}

function localPathOf(stagingPath: string): string {
  return staged.files.get(stagingPath.replace('.parquet', '')) ?? '';
}

async function factsOf(loans: LoansOfDay | undefined) {
  if (loans === undefined) throw new Error('there are no loans to tell');
  await using opened = await loans.open();
  const facts: LoanFact[] = [];
  for await (const batch of opened.batches()) facts.push(...batch);
  return { facts, totals: opened.totals };
}

/** What the models that the KPIs are measured on say of the same book. */
async function fromModels(query: string, isIn: (relation: string) => boolean): Promise<readonly SqlRow[]> {
  const book = entries.filter(({ relation }) => isIn(relation));
  const { models } = await loadCatalog();
  const { ready } = resolveModels(models, new Set(book.map(({ relation }) => relation)));
  const needed = withWhatTheyRead(['table_ageing', 'mart_portfolio', 'int_balance_dates'], ready);
  await using sql = await duckDbSqlEngine.open(staged.dir);
  await createModelViews(
    sql,
    { entries: book, files: staged.files, asOf: DAY, grain: 'month' },
    { models: needed },
  );
  return await sql.rows(query);
}

const cents = (amount: unknown): bigint => BigInt(String(amount).replace('.', ''));

/** `Current: 3 loans, 120050 cents`, of facts or of rows of a model. */
function summed(rows: readonly (readonly [part: unknown, loans: unknown, amount: unknown])[]): string[] {
  const parts = new Map<string, { loans: number; sum: bigint }>();
  for (const [part, loans, amount] of rows) {
    const { loans: before, sum } = parts.get(String(part)) ?? { loans: 0, sum: 0n };
    parts.set(String(part), { loans: before + Number(loans), sum: sum + cents(amount) });
  }
  return [...parts].map(([part, { loans, sum }]) => `${part}: ${loans} loans, ${sum} cents`).toSorted();
}

describe.each([
  ['the PAR file and events', () => true],
  ['events alone', (relation: string) => relation !== PAR],
])('over a book with %s', (_what, isIn) => {
  it('each loan is there once, and they add up to what they are said to', async () => {
    const { facts, totals } = await factsOf(await loansOf({ isIn }));

    expect(facts.length).toBeGreaterThan(10);
    expect(new Set(facts.map(({ loan_token }) => loan_token)).size).toBe(facts.length);
    expect(totals).toMatchObject({
      loans: facts.length,
      reportingDate: expect.stringMatching(/^2025-1[012]-/),
    });
    const sum = (column: string) => facts.reduce((total, fact) => total + cents(fact[column]), 0n);
    expect([sum('outstanding'), sum('written_off')]).toEqual([
      cents(totals.outstanding),
      cents(totals.writtenOff),
    ]);
  });

  it('buckets are those of the ageing table, and the status that of the portfolio', async () => {
    const { facts } = await factsOf(await loansOf({ isIn }));
    const ageing = await fromModels(
      "SELECT bucket, loans, balance FROM table_ageing WHERE dimension = 'all'",
      isIn,
    );
    const portfolio = await fromModels(
      'SELECT status, outstanding FROM mart_portfolio JOIN int_balance_dates USING (reporting_date) WHERE is_newest',
      isIn,
    );
    const owed = facts.filter(({ outstanding, written_off }) => cents(outstanding) + cents(written_off) > 0n);
    const balance = ({ outstanding, written_off }: LoanFact) =>
      String(cents(outstanding) + cents(written_off));

    expect(summed(owed.map((fact) => [fact['bucket'], 1, balance(fact)]))).toEqual(
      summed(ageing.map((row) => [row['bucket'], row['loans'], row['balance']])),
    );
    expect(summed(facts.map((fact) => [fact['status'], 1, fact['outstanding']]))).toEqual(
      summed(portfolio.map((row) => [row['status'], 1, row['outstanding']])),
    );
  });

  it('ids of loans, customers and payers are tokens, and no other', async () => {
    const { facts } = await factsOf(await loansOf({ isIn }));
    const ids = facts.flatMap(({ loan_token, customer_token, payer_token }) =>
      [loan_token, customer_token, payer_token].filter((id) => id !== null),
    );

    expect(ids.length).toBeGreaterThan(2 * facts.length);
    expect(ids.filter((id) => !/^v1:[\w-]{22}$/.test(String(id)))).toEqual([]);
    expect(JSON.stringify(facts)).not.toMatch(/AB[FT] - |CLI\d/);
  });
});

it('are not there where a run has no numbers, no balances, or no word on loans', async () => {
  expect(await loansOf({ manifest: { bookId: undefined } })).toBeUndefined();
  expect(await loansOf({ isIn: (relation) => relation === LOANS })).toBeUndefined();
  expect(await loansOf({ own: 'manual_marketing_spend' })).toBeUndefined();
  expect(await loansOf()).toBeDefined();
});

it('name their files, models and key, so that the same is known as the same', async () => {
  const [one, same, other] = await Promise.all([
    loansOf(),
    loansOf({ own: PAR, isIn: (relation) => relation !== 'manual_marketing_spend' }),
    loansOf({ isIn: (relation) => relation !== 'looker_customer_data' }),
  ]);

  expect(one?.inputsHash).toBe(same?.inputsHash);
  expect(one?.inputsHash).not.toBe(other?.inputsHash);
  expect(one?.keyMark).toBe(pseudonymiser(TEST_PSEUDONYM_KEY)('key', 'mark'));
});

describe('a book is that of the day', () => {
  const next = (overrides: Parameters<typeof aSnapshot>[0]) =>
    aSnapshot({ runId: aRunId(99), landedAt: '2025-12-12T06:00:00.000Z', asOf: DAY, ...overrides });

  it.each<[string, boolean, (book: readonly Snapshot[]) => readonly Snapshot[]]>([
    ['as long as nothing came', true, (book) => book],
    ['when a later day came', true, (book) => [...book, next({ asOf: '2025-12-11' })]],
    [
      'when a file came that says nothing of loans',
      true,
      (book) => [...book, next({ relation: 'meta_insights' })],
    ],
    ['no longer when the file came again', false, (book) => [...book, next({})]],
    ['no longer when another file of loans came for it', false, (book) => [...book, next({ relation: PAR })]],
    [
      'no longer when its file was taken out',
      false,
      (book) => book.filter(({ relation }) => relation !== LOANS),
    ],
  ])('%s: %s', async (_when, expected, snapshots) => {
    const loans = await loansOf({ snapshots });

    expect(await loans?.isCurrent()).toBe(expected);
  });
});
