import { parentPort, workerData } from 'node:worker_threads';
import { pseudonymiser, tokensOf } from '../../privacy/pseudonym.ts';
import type { WorkerOrders } from './csv-workers.ts';
import { type ChunkToDecode, chunkDecoder } from './decode-chunk.ts';

// A thread that decodes chunks of one file. Started and ended by CsvWorkers.

const orders: WorkerOrders = workerData;
const decode = chunkDecoder(orders, tokensOf(pseudonymiser(orders.pseudonymKey)));

parentPort?.on('message', (chunk: ChunkToDecode) => {
  const decoded = decode(chunk);
  const bytes = decoded.kind === 'part' ? decoded.part.rowGroup?.bytes.buffer : undefined;
  parentPort?.postMessage(decoded, bytes === undefined ? [] : [bytes]);
});
