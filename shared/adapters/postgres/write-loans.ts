import type { Client } from 'pg';
import { z } from 'zod';
import { type AuditChange, LoansDiffer } from '../../ports/audit-store.ts';
import {
  LOAN_FACT_COLUMNS,
  type LoanFact,
  type LoansOfDay,
  type LoanTotals,
} from '../../ports/loans-of-day.ts';
import { CredentialsRefused } from '../../resilience/service-errors.ts';
import type { AuditRun } from '../../runs/audit-payload.ts';

// The loans of a day into their tables, within the transaction of a run that has them. A day has the loans of one book,
// the newest: several runs of a day share a book, and the first of them that comes writes it.

/** What a run whose data is decided on has to tell of loans replaces what it told before. */
export async function writeLoans(
  client: Client,
  run: AuditRun,
  loans: LoansOfDay | undefined,
): Promise<AuditChange[]> {
  const withdrawn = await withdraw(client, run.run_id, loans?.asOf);
  if (loans === undefined) return withdrawn;
  // One after the other, until the end of the transaction: see LoansOfDay.isCurrent.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended('loans of ' || $1, 0))", [loans.asOf]);
  await refuseOtherKey(client, loans);
  if ((await isThere(client, loans)) || !(await loans.isCurrent())) return withdrawn;
  await using opened = await loans.open();
  const { totals } = opened;
  const day = await writeDay(client, run, loans, totals);
  await client.query('CREATE TEMP TABLE loans_seen (loan_token text PRIMARY KEY) ON COMMIT DROP');
  let written = 0;
  for await (const batch of opened.batches()) written += await writeBatch(client, loans.asOf, batch);
  const { rowCount } = await client.query(
    `DELETE FROM analytics.loan_facts AS fact WHERE as_of = $1 AND NOT EXISTS
      (SELECT FROM loans_seen AS seen WHERE seen.loan_token = fact.loan_token)`,
    [loans.asOf],
  );
  await prove(client, loans.asOf, totals);
  return [...withdrawn, day, { table: 'loan_facts', written, removed: rowCount ?? 0 }];
}

/** Days that the run wrote and no longer has: its file is of another day now, or says nothing of loans any more. */
async function withdraw(client: Client, runId: string, kept: string | undefined): Promise<AuditChange[]> {
  const { rows } = await client.query(
    `WITH gone AS (
      DELETE FROM analytics.loan_days WHERE run_id = $1 AND as_of IS DISTINCT FROM $2::date RETURNING loans
    )
    SELECT count(*)::int AS days, coalesce(sum(loans), 0)::int AS loans FROM gone`,
    [runId, kept ?? null],
  );
  return z
    .array(z.object({ days: z.int(), loans: z.int() }))
    .parse(rows)
    .flatMap(({ days, loans }) => [
      { table: 'loan_days', written: 0, removed: days },
      { table: 'loan_facts', written: 0, removed: loans },
    ]);
}

/** Two keys that call themselves the same version would give each loan two tokens, and nobody could tell them apart. */
async function refuseOtherKey(client: Client, { keyMark }: LoansOfDay): Promise<void> {
  const version = keyMark.slice(0, keyMark.indexOf(':') + 1);
  const { rows } = await client.query(
    'SELECT FROM analytics.loan_days WHERE starts_with(key_mark, $1) AND key_mark <> $2 LIMIT 1',
    [version, keyMark],
  );
  if (rows.length === 0) return;
  throw new CredentialsRefused(
    'pseudonym-key',
    `The loans in PostgreSQL have tokens of another key than this one, and both are version ${version.slice(1, -1)}. Nothing was written. Give back the former key, or call the new one version 2 as "2:<key>"`,
  );
}

/** Whether the day has exactly these, since it has the whole of a book or nothing. */
async function isThere(
  client: Client,
  { asOf, inputsHash, configVersion, keyMark }: LoansOfDay,
): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM analytics.loan_days
    WHERE as_of = $1 AND inputs_hash = $2 AND config_version = $3 AND key_mark = $4`,
    [asOf, inputsHash, configVersion, keyMark],
  );
  return rows.length > 0;
}

async function writeDay(
  client: Client,
  { run_id }: AuditRun,
  { asOf, inputsHash, configVersion, keyMark }: LoansOfDay,
  { reportingDate, balancesAsOf, loans, outstanding, writtenOff }: LoanTotals,
): Promise<AuditChange> {
  const { rowCount } = await client.query(
    `INSERT INTO analytics.loan_days (
      as_of, run_id, inputs_hash, config_version, key_mark, reporting_date, balances_as_of, loans, outstanding, written_off
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (as_of) DO UPDATE SET (
      run_id, inputs_hash, config_version, key_mark, reporting_date, balances_as_of, loans, outstanding, written_off
    ) = ROW (
      excluded.run_id, excluded.inputs_hash, excluded.config_version, excluded.key_mark, excluded.reporting_date,
      excluded.balances_as_of, excluded.loans, excluded.outstanding, excluded.written_off
    )`,
    [
      asOf,
      run_id,
      inputsHash,
      configVersion,
      keyMark,
      reportingDate,
      balancesAsOf,
      loans,
      outstanding,
      writtenOff,
    ],
  );
  return { table: 'loan_days', written: rowCount ?? 0, removed: 0 };
}

const listed = (of = ''): string => LOAN_FACT_COLUMNS.map((column) => `${of}${column}`).join(', ');

/**
 * Two loans with one token are refused by the key of `loans_seen`, also when they are far apart. The rows come as JSON:
 * PostgreSQL reads numbers as exactly as they are written.
 */
const UPSERT = `
  WITH batch AS (SELECT * FROM json_populate_recordset(NULL::analytics.loan_facts, $2::json)),
  seen AS (INSERT INTO loans_seen SELECT loan_token FROM batch)
  INSERT INTO analytics.loan_facts AS old (as_of, ${listed()})
  SELECT $1::date, ${listed()} FROM batch
  ON CONFLICT (as_of, loan_token) DO UPDATE SET (${listed()}) = ROW (${listed('excluded.')})
  WHERE (${listed('old.')}) IS DISTINCT FROM (${listed('excluded.')})`;

async function writeBatch(client: Client, asOf: string, batch: readonly LoanFact[]): Promise<number> {
  const { rowCount } = await client.query(UPSERT, [asOf, JSON.stringify(batch)]);
  return rowCount ?? 0;
}

/** What lies there adds up to what the book has, to the cent, or none of it stays. */
async function prove(client: Client, asOf: string, totals: LoanTotals): Promise<void> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS loans,
      count(*) = $2 AND coalesce(sum(outstanding), 0) = $3 AND coalesce(sum(written_off), 0) = $4 AS agrees
    FROM analytics.loan_facts WHERE as_of = $1`,
    [asOf, totals.loans, totals.outstanding, totals.writtenOff],
  );
  const [found] = z.array(z.object({ loans: z.int(), agrees: z.boolean() })).parse(rows);
  if (found?.agrees === true) return;
  throw new LoansDiffer(
    `the loans of ${asOf} would be ${found?.loans ?? 0} in the database and are ${totals.loans} in the book, or do not add up to the same; none of them was written`,
  );
}
