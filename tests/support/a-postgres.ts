import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { until } from './until.ts';

// Databases for tests: PostgreSQL compiled to WebAssembly, behind a socket so that the real client is used, and the
// machine's own where it has one.

export type TestDatabase = AsyncDisposable & {
  readonly url: string;
  /** Of a database that can encrypt. */
  readonly authority?: string;
  /** Straight to the tables. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
};

export async function embeddedPostgres(): Promise<TestDatabase> {
  const db = await PGlite.create();
  let before = Promise.resolve();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    before = serve(socket, db, before);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `postgresql://postgres:secret@127.0.0.1:${port}/postgres`,
    rows: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await before;
      await db.close();
    },
  };
}

const SSL_REQUEST = 80_877_103;
const TERMINATE = 0x58;

/**
 * Protocol messages one by one: a length, and before it a type except in those that open a connection. It has a single
 * session: connections take turns, and what one of them leaves open when it breaks off is rolled back. Resolves when the
 * connection is over.
 */
async function serve(socket: Socket, db: PGlite, turn: Promise<void>): Promise<void> {
  let waiting = Buffer.alloc(0);
  let isOpen = false;
  let work = turn;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const before = isOpen ? 1 : 0;
      if (waiting.length < before + 4) return;
      const bytes = before + waiting.readInt32BE(before);
      if (waiting.length < bytes) return;
      const message = waiting.subarray(0, bytes);
      waiting = waiting.subarray(bytes);
      if (!isOpen && message.readInt32BE(4) === SSL_REQUEST) {
        socket.write('N');
        continue;
      }
      isOpen = true;
      work = work.then(async () => {
        if (message[0] === TERMINATE) socket.end();
        else if (!socket.destroyed) socket.write(await db.execProtocolRaw(message));
      });
    }
  });
  await closed;
  await turn;
  await work;
  if (isOpen && !db.closed) await db.exec('ROLLBACK');
}

const HOME = '/usr/lib/postgresql';
const NEWEST = existsSync(HOME)
  ? readdirSync(HOME)
      .toSorted((a, b) => Number(a) - Number(b))
      .at(-1)
  : undefined;
const BIN = NEWEST === undefined ? undefined : join(HOME, NEWEST, 'bin');
export const HAS_POSTGRES = BIN !== undefined && existsSync(join(BIN, 'initdb'));
/** For the title of what is left out. */
export const NO_POSTGRES = `needs PostgreSQL below ${HOME}: apt-get install postgresql`;

const PASSWORD = 'pass/word@#';

/** A server of its own, with nothing in it; gone with its folder afterwards. */
export async function installedPostgres(): Promise<TestDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'abaco-postgres-'));
  // PostgreSQL does not run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const own = (path: string): void => {
    if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  };
  own(dir);
  const write = (name: string, body: string): string => {
    const path = join(dir, name);
    writeFileSync(path, body, { mode: 0o600 });
    own(path);
    return path;
  };
  const data = join(dir, 'data');
  const password = write('password', PASSWORD);
  const init = ['-D', data, '-U', 'abaco', '-A', 'scram-sha-256', '--pwfile', password, '--no-sync'];
  execFileSync(join(BIN ?? '', 'initdb'), [...init, '-E', 'UTF8', '--locale', 'C'], {
    ...user,
    stdio: 'pipe',
  });
  const { key, certificate } = aCertificate(dir);
  own(key);
  own(certificate);
  const port = await freePort();
  const options = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: dir,
    fsync: 'off',
    ssl: 'on',
    ssl_key_file: key,
    ssl_cert_file: certificate,
  };
  const server = spawn(
    join(BIN ?? '', 'postgres'),
    ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...user, stdio: 'ignore' },
  );
  const url = `postgresql://abaco:${encodeURIComponent(PASSWORD)}@localhost:${port}/postgres`;
  const database: TestDatabase = {
    url,
    authority: readFileSync(certificate, 'utf8'),
    async rows(sql) {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await stopped(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await until(async () => (await database.rows('SELECT 1').catch(() => [])).length === 1);
  return database;
}

/** Ends it at once; what it holds is not needed any more. */
async function stopped(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGQUIT');
  await gone;
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}

/** It vouches for itself, so that it is its own authority. */
function aCertificate(dir: string): { readonly key: string; readonly certificate: string } {
  const key = join(dir, 'server.key');
  const certificate = join(dir, 'server.crt');
  const made = ['-keyout', key, '-out', certificate, '-days', '2', '-nodes'];
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...made, ...named], { stdio: 'pipe' });
  return { key, certificate };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
