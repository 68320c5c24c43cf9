import { z } from 'zod';
import { CredentialsRefused, RequestRefused, ServiceUnavailable } from '../../resilience/service-errors.ts';

// What a failure of the database means: whether it passes, who must act, or that it is for good. PostgreSQL's own
// sentences quote values, so that only codes and names of what is defined are repeated.

/** By the first characters of SQLSTATE (PostgreSQL documentation, appendix A). */
const PASSING = [
  '08', // connection
  '25006', // read only, as a standby is
  '40', // serialization, deadlock
  '53', // out of connections, memory or disk
  '55', // locked
  '57', // shutting down, starting up, time-out of a statement
  '58', // system
  'XX', // internal
];
/** Login, database and rights. */
const OF_CREDENTIALS = ['28', '3D000', '42501'];
/** Tables, columns or the schema are not there. */
const OF_MIGRATIONS = ['3F000', '42P01', '42703', '42P10'];

/** What the client throws has no class that could be asked for. */
const Failure = z.looseObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  severity: z.string().optional(),
  table: z.string().optional(),
  column: z.string().optional(),
  constraint: z.string().optional(),
});
type Failure = z.infer<typeof Failure>;

export function meaningOf(error: unknown): unknown {
  const { data: failure } = Failure.safeParse(error);
  if (failure === undefined) return error;
  const { name, message, code = '', severity } = failure;
  if (severity !== undefined) return meaningOfState(code, failure);
  const isOfTheWire =
    /^(E[A-Z]+|EAI_\w+|CERT_\w+|ERR_(?:TLS|SSL)_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/.test(
      code,
    ) ||
    // The client's own, which have no code and name no values.
    (name === 'Error' && /timeout|terminated|SSL connection/i.test(message));
  if (!isOfTheWire) return error;
  return new ServiceUnavailable(`PostgreSQL could not be reached, or broke off (${code || message})`, {
    cause: error,
  });
}

function meaningOfState(code: string, failure: Failure): Error {
  const is = (starts: readonly string[]) => starts.some((start) => code.startsWith(start));
  if (is(OF_CREDENTIALS))
    return new CredentialsRefused('postgres-url', `PostgreSQL refused the login or its rights (${code})`);
  if (is(OF_MIGRATIONS))
    return new ServiceUnavailable(
      `The tables in PostgreSQL are not those of this code (${code}): npm run audit:migrate says which are missing`,
    );
  if (is(PASSING)) return new ServiceUnavailable(`PostgreSQL cannot do it now (${code})`);
  const places = (['table', 'column', 'constraint'] as const).flatMap((part) =>
    failure[part] === undefined ? [] : [`${part} ${failure[part]}`],
  );
  return new RequestRefused('PostgreSQL', code, places.join(', '));
}
