import { parentPort, workerData } from 'node:worker_threads';
import { pseudonymiser, tokensOf } from '../../privacy/pseudonym.ts';
import type { SnapshotPart } from '../snapshot-part.ts';
import { claimed, isEnded, type WorkerAnswer, type WorkerOrders, type WorkerTask } from './csv-workers.ts';
import { partFinisher } from './finish-part.ts';

// A thread that decodes chunks of one file, or finishes parts that another one has decoded. Started and ended by
// CsvWorkers.

const orders: WorkerOrders = workerData;
const tokenOf = tokensOf(pseudonymiser(orders.pseudonymKey));
const finish = partFinisher(orders.contract, tokenOf);
// Not loaded for nothing: it knows all about contracts, and takes longer to load than all the rest.
const decode = orders.decodes ? (await import('./decode-chunk.ts')).chunkDecoder(orders, tokenOf) : undefined;

parentPort?.on('message', (task: WorkerTask) => {
  if (task.kind === 'end') {
    parentPort?.close();
  } else if (task.kind === 'rows') {
    if (isEnded(orders.begun)) return;
    const part = finish(task.part);
    answer({ kind: 'rows', part }, part);
  } else if (decode !== undefined && claimed(orders.begun, task.number)) {
    const decoded = decode(task.chunk);
    answer(
      { kind: 'chunk', number: task.number, decoded },
      decoded.kind === 'part' ? decoded.part : undefined,
    );
  }
});

function answer(message: WorkerAnswer, part: SnapshotPart | undefined): void {
  const bytes = part?.rowGroup?.bytes.buffer;
  parentPort?.postMessage(message, bytes === undefined ? [] : [bytes]);
}
