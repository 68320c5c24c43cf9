import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SnapshotPart } from '../snapshot-part.ts';
import type { ChunkToDecode, DecodedChunk, DecodingOrders } from './decode-chunk.ts';
import { buffersOf, type UnfinishedPart } from './finish-part.ts';
import type { ChunkDecoders } from './read-in-parallel.ts';

/** What a worker is told at its start. */
export type WorkerOrders = DecodingOrders & {
  readonly pseudonymKey: string;
  /** Is it to decode chunks, or only to finish parts? */
  readonly decodes: boolean;
  /** How many of the offered chunks somebody has begun with; all threads see it. */
  readonly begun: Begun;
};

/** The first chunk that is offered has number 0. */
export type WorkerTask =
  | { readonly kind: 'chunk'; readonly number: number; readonly chunk: ChunkToDecode }
  | { readonly kind: 'rows'; readonly part: UnfinishedPart }
  | { readonly kind: 'end' };

export type WorkerAnswer =
  | { readonly kind: 'chunk'; readonly number: number; readonly decoded: DecodedChunk }
  | { readonly kind: 'rows'; readonly part: SnapshotPart };

type Begun = Int32Array<SharedArrayBuffer>;

/**
 * Chunks are begun in their order, each by whoever asks first: no thread has a queue of its own, so none of them waits
 * while another one has more than it can do.
 */
export function claimed(begun: Begun, number: number): boolean {
  return Atomics.compareExchange(begun, 0, number, number + 1) === number;
}

/** In place of the number of chunks: nothing is wanted any more. */
const ENDED = -1;

export function isEnded(begun: Begun): boolean {
  return Atomics.load(begun, 0) === ENDED;
}

type Waiting<Answer> = {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};

/** Threads that decode chunks or finish parts of one file. One that dies fails all that is still wanted. */
export class CsvWorkers implements ChunkDecoders {
  readonly threads: number;
  readonly #begun: Begun = new Int32Array(new SharedArrayBuffer(4));
  readonly #workers: readonly FinishingWorker[];
  readonly #decodeHere: (chunk: ChunkToDecode) => DecodedChunk;
  readonly #chunks = new Map<number, Waiting<DecodedChunk> & { readonly chunk: ChunkToDecode }>();
  #offered = 0;
  #failure: Error | undefined;

  /** `decodeHere` is for chunks that no thread has begun with; without it there are only parts to be finished. */
  constructor(
    threads: number,
    { contract, layout, setAside, partRecords, mostChunkBytes }: DecodingOrders,
    pseudonymKey: string,
    decodeHere?: (chunk: ChunkToDecode) => DecodedChunk,
  ) {
    const decodes = decodeHere !== undefined;
    const orders: WorkerOrders = {
      ...{ contract, layout, setAside, partRecords, mostChunkBytes },
      ...{ pseudonymKey, decodes, begun: this.#begun },
    };
    this.threads = threads;
    this.#decodeHere = decodeHere ?? (() => ({ kind: 'fault' }));
    this.#workers = Array.from({ length: threads }, () => this.#start(orders));
  }

  get notBegun(): number {
    return this.#offered - Atomics.load(this.#begun, 0);
  }

  offer(chunk: ChunkToDecode): Promise<DecodedChunk> {
    const number = this.#offered;
    this.#offered += 1;
    for (const { worker } of this.#workers) post(worker, { kind: 'chunk', number, chunk });
    return this.#answer((waiting) => this.#chunks.set(number, { ...waiting, chunk }));
  }

  help(): boolean {
    for (let number = Math.max(0, Atomics.load(this.#begun, 0)); number < this.#offered; number += 1) {
      if (!claimed(this.#begun, number)) continue;
      const waiting = this.#chunks.get(number);
      this.#chunks.delete(number);
      waiting?.resolve(this.#decodeHere(waiting.chunk));
      return true;
    }
    return false;
  }

  finish(part: UnfinishedPart): Promise<SnapshotPart> {
    const idlest = this.#workers.reduce((a, b) => (b.parts.length < a.parts.length ? b : a));
    post(idlest.worker, { kind: 'rows', part }, buffersOf(part));
    return this.#answer((waiting) => idlest.parts.push(waiting));
  }

  /**
   * Lets the threads end what they have begun. To terminate one while it makes a zstd stream ends the whole process: Node
   * 24 asserts that each stream that it closes has been set up ("close before init").
   */
  async close(): Promise<void> {
    Atomics.store(this.#begun, 0, ENDED);
    for (const { worker } of this.#workers) post(worker, { kind: 'end' });
    await Promise.all(this.#workers.map(({ exited }) => exited));
  }

  #answer<Answer>(wait: (waiting: Waiting<Answer>) => void): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      if (this.#failure === undefined) wait({ resolve, reject });
      else reject(this.#failure);
    });
    // It may fail while nobody waits for it yet, or not be waited for at all.
    answer.catch(() => undefined);
    return answer;
  }

  #start(orders: WorkerOrders): FinishingWorker {
    // Sources in development, a bundle beside this one when deployed.
    const script = new URL(`./csv-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(script, { workerData: orders });
    const parts: Waiting<SnapshotPart>[] = [];
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'rows') {
        parts.shift()?.resolve(answer.part);
        return;
      }
      this.#chunks.get(answer.number)?.resolve(answer.decoded);
      this.#chunks.delete(answer.number);
    });
    worker.on('error', (cause) => this.#fail(new Error('a thread that decodes CSV failed', { cause })));
    const exited = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        this.#fail(new Error(`a thread that decodes CSV ended with code ${code}`));
        resolve();
      });
    });
    return { worker, parts, exited };
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    const parts = this.#workers.flatMap((each) => each.parts.splice(0));
    for (const { reject } of [...this.#chunks.values(), ...parts]) reject(this.#failure);
    this.#chunks.clear();
  }
}

/** A thread answers for parts in the order in which it was asked. */
type FinishingWorker = {
  readonly worker: Worker;
  readonly parts: Waiting<SnapshotPart>[];
  readonly exited: Promise<void>;
};

function post(worker: Worker, task: WorkerTask, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(task, transfer);
}
