// Names that open Supabase's REST interface, which other programs of the lender may have set. They are no settings of ours:
// a run is written to PostgreSQL whole or not at all, and REST ends its transaction with each request
// (docs/decisions/postgres.md).

const OF_REST = ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE', 'SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_KEY'];

const WHERE = 'the connection string of the project (in Supabase: Connect, Session pooler)';

type Use = {
  /** Are results to be written to PostgreSQL? */
  readonly isDestination: boolean;
  /** Is the database's address there, or a vault that is to have it? */
  readonly hasAddress: boolean;
};

/** What to tell of such names: a problem where somebody counts on them, else a warning. Values are never repeated. */
export function judgeSupabaseNames(
  env: Readonly<Record<string, string | undefined>>,
  { isDestination, hasAddress }: Use,
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const names = OF_REST.filter((name) => env[name]);
  if (names.length === 0) return { problems: [], warnings: [] };
  const listed = names.join(', ');
  if (!isDestination)
    return {
      problems: [],
      warnings: [
        `${listed}: not used. Results go to Supabase with postgres in DESTINATIONS and SUPABASE_DB_URL, ${WHERE}.`,
      ],
    };
  if (hasAddress)
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
