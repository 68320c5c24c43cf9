import type { Client, ClientConfig } from 'pg';
import { type Sealed, unseal } from '../../privacy/sealed.ts';
import { CredentialsRefused } from '../../resilience/service-errors.ts';
import { meaningOf } from './postgres-errors.ts';

// One connection for each piece of work: a result that is delivered now and then needs no pool, and an instance that
// sleeps holds none open.

export type ConnectionRule = {
  /** A database on this machine may be reached without encryption. For development and tests only. */
  readonly allowsLoopback: boolean;
  /** The authority that signed the server's certificate, where it is not a public one. PEM. */
  readonly authority?: string | undefined;
  readonly connectMs?: number;
  readonly answerMs?: number;
};

const CONNECT_MS = 10_000;
/** For one statement. */
const ANSWER_MS = 60_000;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Throws what `meaningOf` makes of a failure, or what the work throws. */
export async function withConnection<T>(
  url: Sealed<string>,
  rule: ConnectionRule,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const config = connectionOf(unseal(url), rule);
  const { Client } = await import('pg');
  const client = new Client(config);
  // One that breaks between two statements is told by the next of them.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw meaningOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Commits what the work has done, all of it or nothing. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    // The server gives up on its own as well, so that no lock outlives us.
    await client.query(`SET LOCAL statement_timeout = ${ANSWER_MS}; SET LOCAL lock_timeout = ${CONNECT_MS}`);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What follows `?` in the address is not read: none of it may weaken the encryption. */
export function connectionOf(text: string, rule: ConnectionRule): ClientConfig {
  const { hostname, port, username, password, pathname } = addressIn(text);
  const isLocal = rule.allowsLoopback && LOOPBACK.includes(hostname);
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: isLocal
      ? false
      : { rejectUnauthorized: true, ...(rule.authority !== undefined && { ca: rule.authority }) },
    application_name: 'abaco-loans-analytics',
    connectionTimeoutMillis: rule.connectMs ?? CONNECT_MS,
    query_timeout: rule.answerMs ?? ANSWER_MS,
  };
}

/** The secret itself is never repeated. */
function addressIn(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isComplete =
    url !== undefined &&
    /^postgres(ql)?:$/.test(url.protocol) &&
    [url.hostname, url.username, url.pathname.slice(1)].every((part) => part !== '') &&
    [url.username, url.password, url.pathname].every((part) => /^(?:[^%]|%[0-9a-f]{2})*$/i.test(part));
  if (isComplete) return url;
  if (url !== undefined && /^https?:$/.test(url.protocol))
    throw new CredentialsRefused(
      'postgres-url',
      'The secret postgres-url is the address of a website or of a REST interface. What is needed is the connection string of the database, postgresql://user:password@host:5432/database; Supabase shows it under Connect',
    );
  throw new CredentialsRefused(
    'postgres-url',
    'The secret postgres-url is no address of the form postgresql://user:password@host:5432/database; characters such as @ / # : in the password are written as %40 %2F %23 %3A',
  );
}
