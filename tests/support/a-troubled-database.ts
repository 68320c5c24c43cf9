import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../local/generate/random.ts';
import { embeddedPostgres, HAS_POSTGRES, installedPostgres, type TestDatabase } from './a-postgres.ts';
import type { ServiceTrouble, Weather } from './service-trouble.ts';

// PostgreSQL behind a wire that is slow and breaks: before anything is said, in the midst of a transaction, or between
// its commit and the answer.

const KINDS = ['reset', 'cut', 'answer-lost'] as const;
type Break = (typeof KINDS)[number];

export class TroubledDatabase {
  readonly url: string;
  readonly #database: TestDatabase;
  readonly #close: () => Promise<void>;
  #weather:
    | { readonly random: Random; readonly weather: Weather; readonly trouble: ServiceTrouble }
    | undefined;

  private constructor(url: string, database: TestDatabase, close: () => Promise<void>) {
    this.url = url;
    this.#database = database;
    this.#close = close;
  }

  /** The machine's own PostgreSQL where it has one, since the embedded one lets a single connection in at a time. */
  static async open(): Promise<TroubledDatabase> {
    const database = HAS_POSTGRES ? await installedPostgres() : await embeddedPostgres();
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(Number(new URL(database.url).port), '127.0.0.1');
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => sockets.delete(socket));
      }
      troubled.#join(client, upstream);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = new URL(database.url);
    url.hostname = '127.0.0.1';
    url.port = typeof address === 'object' ? String(address?.port) : '';
    const troubled = new TroubledDatabase(url.href, database, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await database[Symbol.asyncDispose]();
    });
    return troubled;
  }

  /** Straight to the tables. */
  rows(sql: string): Promise<Record<string, unknown>[]> {
    return this.#database.rows(sql);
  }

  trouble(trouble: ServiceTrouble, weather: Weather): void {
    this.#weather = { random: seededRandom(weather.seed, 'postgres'), weather, trouble };
  }

  calm(): void {
    this.#weather = undefined;
  }

  close(): Promise<void> {
    return this.#close();
  }

  #join(client: Socket, upstream: Socket): void {
    const { kind, after } = this.#befalls();
    const latencyMs = this.#weather?.weather.latencyMs ?? 0;
    if (kind === 'reset') {
      upstream.destroy();
      client.resetAndDestroy();
      return;
    }
    const breakOff = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    let asked = 0;
    let isCommitting = false;
    let answered = Promise.resolve();
    client.on('data', (chunk) => {
      asked += 1;
      if (kind === 'cut' && asked > after) return breakOff();
      isCommitting ||= kind === 'answer-lost' && chunk.includes('COMMIT');
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isCommitting) return breakOff();
      answered = answered.then(async () => {
        if (latencyMs > 0) await sleep(latencyMs);
        client.write(chunk);
      });
    });
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => void answered.then(() => client.destroy()));
  }

  /** What will become of a connection; one that is cut off breaks after so many pieces of what is asked. */
  #befalls(): { readonly kind: Break | undefined; readonly after: number } {
    if (this.#weather === undefined) return { kind: undefined, after: 0 };
    const { random, weather, trouble } = this.#weather;
    trouble.requests += 1;
    if (!random.chance(weather.share)) return { kind: undefined, after: 0 };
    const kind = random.pick(KINDS);
    trouble.note('postgres', kind);
    return { kind, after: random.int(1, 12) };
  }
}
