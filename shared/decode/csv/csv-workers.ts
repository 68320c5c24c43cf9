import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChunkToDecode, DecodedChunk, DecodingOrders } from './decode-chunk.ts';

/** What a worker is told at its start. */
export type WorkerOrders = DecodingOrders & {
  readonly pseudonymKey: string;
};

/** Threads that decode chunks. A thread that dies fails every chunk that is still wanted. */
export class CsvWorkers {
  readonly count: number;
  readonly #threads: readonly Thread[];

  constructor(
    count: number,
    { contract, layout, setAside, partRecords }: DecodingOrders,
    pseudonymKey: string,
  ) {
    const orders: WorkerOrders = { contract, layout, setAside, partRecords, pseudonymKey };
    this.count = count;
    this.#threads = Array.from({ length: count }, () => new Thread(orders));
  }

  decode(chunk: ChunkToDecode): Promise<DecodedChunk> {
    const idlest = this.#threads.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    const decoded = idlest.decode(chunk);
    // It may fail while nobody waits for it yet, or not be waited for at all.
    decoded.catch(() => undefined);
    return decoded;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

type Waiting = { resolve(decoded: DecodedChunk): void; reject(error: unknown): void };

class Thread {
  readonly #worker: Worker;
  /** A thread answers in the order in which it was asked. */
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(orders: WorkerOrders) {
    // Sources in development, a bundle beside this one when deployed.
    const script = new URL(`./csv-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(script, { workerData: orders });
    this.#worker.on('message', (decoded: DecodedChunk) => this.#waiting.shift()?.resolve(decoded));
    this.#worker.on('error', (error) =>
      this.#fail(new Error('a thread that decodes CSV failed', { cause: error })),
    );
    this.#worker.on('exit', (code) =>
      this.#fail(new Error(`a thread that decodes CSV ended with code ${code}`)),
    );
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  decode(chunk: ChunkToDecode): Promise<DecodedChunk> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(chunk, [chunk.bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const chunk of this.#waiting.splice(0)) chunk.reject(this.#failure);
  }
}
