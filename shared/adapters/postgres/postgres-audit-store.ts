import type { Client } from 'pg';
import { z } from 'zod';
import type { AuditOutcome, AuditStore } from '../../ports/audit-store.ts';
import type { LoansOfDay } from '../../ports/loans-of-day.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { CredentialsRefused } from '../../resilience/service-errors.ts';
import type { AuditPayload } from '../../runs/audit-payload.ts';
import { type Migration, pendingOf, readMigrations } from './migrations.ts';
import { type ConnectionRule, inTransaction, withConnection } from './postgres-connection.ts';
import { writeAudit } from './write-audit.ts';

/** One migration after the other, whoever begins them. Any number that nobody else takes. */
const MIGRATION_LOCK = 6_150_427;

const AppliedRows = z.array(z.object({ name: z.string(), sha256: z.string() }));

type Deps = {
  readonly secrets: SecretStore;
  /** The folder that has the migrations; another one in tests. */
  readonly root?: string;
};

/** The audit tables in PostgreSQL, such as Supabase's. */
export class PostgresAuditStore implements AuditStore {
  readonly #rule: ConnectionRule;
  readonly #deps: Deps;

  constructor(rule: ConnectionRule, deps: Deps) {
    this.#rule = rule;
    this.#deps = deps;
  }

  async write(payload: AuditPayload, loans?: LoansOfDay): Promise<AuditOutcome> {
    return await this.#connected((client) => inTransaction(client, () => writeAudit(client, payload, loans)));
  }

  async pendingMigrations(): Promise<readonly string[]> {
    const migrations = await readMigrations(this.#deps.root);
    const pending = await this.#connected((client) => pendingIn(client, migrations));
    return pending.map(({ name }) => name);
  }

  async migrate(): Promise<readonly string[]> {
    const migrations = await readMigrations(this.#deps.root);
    const applied = await this.#connected((client) =>
      inTransaction(client, async () => {
        await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
        const pending = await pendingIn(client, migrations);
        if (pending.length === 0) return pending;
        await client.query(CREATE);
        for (const { name, sql, sha256 } of pending) {
          await client.query(sql);
          await client.query('INSERT INTO analytics.schema_migrations (name, sha256) VALUES ($1, $2)', [
            name,
            sha256,
          ]);
        }
        return pending;
      }),
    );
    return applied.map(({ name }) => name);
  }

  async #connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { secrets } = this.#deps;
    const url = await secrets.get('postgres-url');
    try {
      return await withConnection(url, this.#rule, work);
    } catch (error) {
      if (!(error instanceof CredentialsRefused)) throw error;
      // The secret may have been renewed since it was cached. Nothing was written.
      return await withConnection(await secrets.get('postgres-url', { renewed: true }), this.#rule, work);
    }
  }
}

const CREATE = `
  CREATE SCHEMA IF NOT EXISTS analytics;
  CREATE TABLE IF NOT EXISTS analytics.schema_migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

async function pendingIn(client: Client, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const found = await client.query("SELECT to_regclass('analytics.schema_migrations') IS NOT NULL AS there");
  const [first] = z.array(z.object({ there: z.boolean() })).parse(found.rows);
  if (first?.there !== true) return pendingOf(migrations, []);
  const { rows } = await client.query('SELECT name, sha256 FROM analytics.schema_migrations');
  return pendingOf(migrations, AppliedRows.parse(rows));
}
