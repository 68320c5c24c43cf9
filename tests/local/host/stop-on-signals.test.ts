import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { type SignalSource, stopOnSignals } from '../../../local/host/stop-on-signals.ts';
import { until } from '../../support/until.ts';

function signalSource(): { emitter: EventEmitter; codes: number[]; source: SignalSource } {
  const emitter = new EventEmitter();
  const codes: number[] = [];
  const source: SignalSource = {
    once: (signal, listener) => emitter.once(signal, listener),
    exit: (code) => codes.push(code),
  };
  return { emitter, codes, source };
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'])('%s stops the host, then the rest, and ends the process', async (signal) => {
    const order: string[] = [];
    const { emitter, codes, source } = signalSource();
    const host = {
      stop: async (options?: { graceMs?: number }) => {
        order.push(`host ${options?.graceMs}`);
      },
    };
    const alsoStop = async (): Promise<void> => {
      order.push('storage');
    };

    stopOnSignals(host, { graceMs: 5, alsoStop }, source);
    emitter.emit(signal);
    await until(() => codes.length === 1);

    expect(order).toEqual(['host 5', 'storage']);
    expect(codes).toEqual([0]);
  });

  it('ends the process with an error when the host cannot stop', async () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { emitter, codes, source } = signalSource();

    stopOnSignals({ stop: async () => Promise.reject(new Error('stuck')) }, { graceMs: 5 }, source);
    emitter.emit('SIGINT');
    await until(() => codes.length === 1);

    expect(codes).toEqual([1]);
    expect(stderr).toHaveBeenCalledWith('the host did not stop cleanly: Error: stuck\n');
  });
});
