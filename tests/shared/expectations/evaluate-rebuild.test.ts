import { describe, expect, it } from '@jest/globals';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { evaluateRebuild } from '../../../shared/expectations/evaluate-rebuild.ts';
import { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import { type ItemOf, suiteOf } from '../../../shared/expectations/suite.ts';
import {
  aBalance,
  aLoan,
  aWriteOff,
  DAY,
  type SmallBook,
  withScratch,
  writeBook,
} from '../kpis/small-book.ts';

const LOANS = ['A', 'B', 'C'];
const NOVEMBER = { reporting_date: '2025-11-30', dpd_date: '2025-11-20' };
const DECEMBER = { reporting_date: '2025-12-31', dpd_date: '2025-11-20' };
const EVENTS = {
  looker_loans: LOANS.map((loan) =>
    aLoan(loan, 'CLI1', { disburse_date: '2025-11-01', disburse_principal: '100' }),
  ),
  looker_schedules: LOANS.map((loan) => ({ loan_id: loan, date_due: '2025-11-20', principal: 100 })),
  looker_transactions: [{ loan_id: 'C', date_paid: '2025-12-01', principal: 100 }],
} satisfies SmallBook;
const RIGHT = [
  ...LOANS.map((loan) => aBalance(loan, '100', 10, NOVEMBER)),
  aBalance('A', '100', 20, DECEMBER),
  aBalance('B', '100', 20, DECEMBER),
];

type Given = { readonly asOf?: LocalDate | undefined; readonly days?: Readonly<Record<string, string>> };

async function evaluated(
  par: SmallBook['looker_loan_par_balances'],
  others: SmallBook,
  given: Given = { asOf: DAY },
) {
  const item = suiteOf(loanParBalancesV1).find(
    (each): each is ItemOf<'rebuilds'> => each.kind === 'rebuilds',
  );
  if (item === undefined) throw new Error('the contract does not ask for it');
  return await withScratch(async (dir, sql) => {
    const files = await writeBook(dir, sql, { ...others, looker_loan_par_balances: par ?? [] });
    for (const [relation, file] of files) {
      const name = relation === loanParBalancesV1.relation ? 'staged' : relation;
      await sql.run(`CREATE TEMP VIEW ${name} AS SELECT * FROM read_parquet('${file}')`);
    }
    await sql.run(`CREATE TEMP VIEW ${loanParBalancesV1.relation} AS SELECT * FROM staged`);
    const book = Object.keys(others).map((relation) => ({
      relation,
      asOf: relation === 'looker_schedules' ? undefined : LocalDate.parse(given.days?.[relation] ?? DAY),
    }));
    const { relation } = loanParBalancesV1;
    const result = await evaluateRebuild(item, { sql, book, relation, asOf: given.asOf });
    const left = await sql.rows(`SELECT table_name FROM duckdb_tables() WHERE temporary`);
    return { ...ExpectationResult.parse(result), left };
  });
}

describe('a PAR file against what its loans were lent, owed and paid', () => {
  it('passes when each row is what they give, and leaves no table behind', async () => {
    expect(await evaluated(RIGHT, EVENTS)).toMatchObject({
      id: 'rebuilt-from-events',
      severity: 'warn',
      status: 'passed',
      observed: '5 rows agree',
      failing: 0,
      left: [],
    });
  });

  it('counts the rows that differ, adds up by how much, and names the first of them', async () => {
    // A has another balance, B is left out, and C was repaid.
    const wrong = [
      ...RIGHT.slice(0, 3),
      aBalance('A', '90', 20, DECEMBER),
      aWriteOff('C', '40', { ...DECEMBER, dpd: 190 }),
    ];

    expect(await evaluated(wrong, EVENTS)).toMatchObject({
      status: 'failed',
      observed: '3 differences in 5 rows, by 150.00 in all',
      failing: 3,
      firstRecords: [4, 5],
      code: 'not-reconciled',
    });
  });

  it('compares the dates of which both know the same true day', async () => {
    const wrongInDecember = [...RIGHT.slice(0, 3), aBalance('A', '90', 20, DECEMBER)];

    // The loans are of the day before, so that December cannot be worked out for the day of the file.
    expect(
      await evaluated(wrongInDecember, EVENTS, { asOf: DAY, days: { looker_loans: '2025-12-09' } }),
    ).toMatchObject({
      status: 'passed',
      observed: '3 rows agree',
    });
  });

  it.each<[string, SmallBook, Given, RegExp]>([
    [
      'a file that is missing',
      { looker_loans: EVENTS.looker_loans },
      { asOf: DAY },
      /looker\/schedules is in the book/,
    ],
    [
      'payments that end before',
      EVENTS,
      { asOf: DAY, days: { looker_transactions: '2025-11-30' } },
      /different days: .*looker\/transactions as of 2025-11-30/,
    ],
    ['no day', EVENTS, {}, /stands for no day/],
    [
      'no common date',
      { ...EVENTS, looker_loans: [] },
      { asOf: DAY, days: { looker_loans: '2025-12-09' } },
      /^No date/,
    ],
  ])('is not judged with %s', async (_, others, given, reason) => {
    const { status, reason: why, code } = await evaluated([aBalance('A', '1', 0, DECEMBER)], others, given);

    expect([status, code]).toEqual(['not-evaluated', undefined]);
    expect(why).toMatch(reason);
  });
});
