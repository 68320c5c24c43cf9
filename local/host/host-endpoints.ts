import { z } from 'zod';
import type { BlobListener } from './blob-listener.ts';
import { type RegisteredFunction, triggerOf } from './core-contract.ts';
import { answerEventGrid, BLOB_WEBHOOK_PATH } from './event-grid-webhook.ts';
import type { Invoke } from './function-runner.ts';
import type { HostEndpoint } from './http-server.ts';
import { manualQueueCall } from './queue-trigger.ts';
import { timerCall } from './timer-listener.ts';

const ManualRun = z.object({ input: z.string().optional() });

/** The host's own paths: the webhook of blob events, and runs by hand. */
export function hostEndpoints(
  functions: readonly RegisteredFunction[],
  invokerOf: (fn: RegisteredFunction) => Invoke,
  blobs: () => BlobListener | undefined,
): HostEndpoint[] {
  const webhook: HostEndpoint = {
    method: 'POST',
    pattern: new RegExp(`^${BLOB_WEBHOOK_PATH}/?$`, 'i'),
    level: 'system',
    answer: async (_match, url, body) => {
      const listener = blobs();
      return listener === undefined
        ? { status: 404 }
        : answerEventGrid(url.searchParams.get('functionName'), body, listener);
    },
  };
  const manualRun: HostEndpoint = {
    method: 'POST',
    pattern: /^\/admin\/functions\/([^/]+)\/?$/i,
    level: 'admin',
    answer: async (match, _url, body) => {
      const fn = functions.find(({ name }) => name.toLowerCase() === match[1]?.toLowerCase());
      if (fn === undefined) return { status: 404 };
      const run = parsedRun(body);
      if (run === undefined) return { status: 400, json: 'the body must be {"input": "<text>"}' };
      switch (triggerOf(fn).type) {
        case 'timerTrigger':
          void invokerOf(fn)(timerCall('by hand', false, undefined));
          return { status: 202 };
        case 'queueTrigger':
          void invokerOf(fn)(manualQueueCall(run.input ?? ''));
          return { status: 202 };
        default:
          return { status: 400, json: 'only timer and queue functions can be run by hand here' };
      }
    },
  };
  return [webhook, manualRun];
}

function parsedRun(body: string): z.infer<typeof ManualRun> | undefined {
  try {
    return ManualRun.safeParse(JSON.parse(body === '' ? '{}' : body)).data;
  } catch {
    return undefined;
  }
}
