import { z } from 'zod';
import { type Given, text } from '../../setting-kinds.ts';

export type PostgresSettings = {
  /** The authority behind the database's certificate, as PEM; undefined for a public one. */
  readonly authority: string | undefined;
};

export const POSTGRES_ENVIRONMENT = {
  SUPABASE_DB_URL: text(
    'Address of the PostgreSQL database for the audit tables, with user and password; outside dev it comes from the vault',
  ),
  DATABASE_URL: text('The same under the name that other databases have for it'),
  POSTGRES_CA: z
    .string()
    .regex(
      /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----(?:\\n|\s)*$/,
      'it must be a certificate as PEM, with \\n or line breaks between its lines',
    )
    .optional()
    .describe('Authority that signed the certificate of that database, where it is not a public one'),
};
type PostgresGiven = Given<typeof POSTGRES_ENVIRONMENT>;

/** How the database is trusted; its address is a secret. */
export function postgresSettings({ POSTGRES_CA }: PostgresGiven): PostgresSettings {
  // Settings hold a text of several lines on one.
  return { authority: POSTGRES_CA?.replaceAll('\\n', '\n') };
}

/**
 * Names that open Supabase's REST interface, which other programs of the lender may have set. They are no settings of ours:
 * a run is written to PostgreSQL whole or not at all, and REST ends its transaction with each request
 * (docs/decisions/postgres.md).
 */
const OF_REST = ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE', 'SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_KEY'];

const WHERE = 'the connection string of the project (in Supabase: Connect, Session pooler)';

type Use = {
  /** Are results to be written to PostgreSQL? */
  readonly isInUse: boolean;
  /** The vault may have the database's address. */
  readonly hasVault: boolean;
};

/** What to tell of such names: a problem where somebody counts on them, else a warning. Values are never repeated. */
export function judgeSupabaseNames(
  given: PostgresGiven,
  env: Readonly<Record<string, string | undefined>>,
  { isInUse, hasVault }: Use,
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const names = OF_REST.filter((name) => env[name]);
  if (names.length === 0) return { problems: [], warnings: [] };
  const listed = names.join(', ');
  if (!isInUse)
    return {
      problems: [],
      warnings: [
        `${listed}: not used. Results go to Supabase with postgres in DESTINATIONS and SUPABASE_DB_URL, ${WHERE}.`,
      ],
    };
  if (hasVault || (given.SUPABASE_DB_URL ?? given.DATABASE_URL) !== undefined)
    return {
      problems: [],
      warnings: [`${listed}: not used. Supabase is reached as PostgreSQL, by its address. Remove them here.`],
    };
  return {
    problems: [
      `SUPABASE_DB_URL is not set: DESTINATIONS has runs written to PostgreSQL, and ${listed} cannot stand in, since over REST a run would not be written whole or not at all. Set it to ${WHERE}.`,
    ],
    warnings: [],
  };
}
