import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from './host-log.ts';
import { parseTimeSpan } from './time-span.ts';

/** The part of host.json that this host follows, with the defaults of the real one. */
export type HostJson = z.infer<typeof HostJson>;

/** host.json cannot be used; the message says which value and why. */
export class HostJsonInvalid extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostJsonInvalid';
  }
}

const TimeSpan = z.string().transform((text, context) => {
  const ms = parseTimeSpan(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a time span (hh:mm:ss)` });
  return z.NEVER;
});

const Queues = z
  .looseObject({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxDequeueCount: z.int().min(1).default(5),
    visibilityTimeout: TimeSpan.default(0),
    maxPollingInterval: TimeSpan.default(60_000),
    messageEncoding: z.preprocess(lowerCased, z.enum(['base64', 'none'])).default('base64'),
  })
  .transform((queues) => ({
    ...queues,
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2) * availableParallelism(),
  }));

const Blobs = z.looseObject({
  maxDegreeOfParallelism: z
    .int()
    .min(1)
    .default(() => 8 * availableParallelism()),
  poisonBlobThreshold: z.int().min(1).default(5),
});

const Http = z.looseObject({ routePrefix: z.string().default('api') });

const HostJson = z.looseObject({
  version: z.literal('2.0', { error: 'must be "2.0"' }),
  extensions: z
    .looseObject({ queues: Queues.prefault({}), blobs: Blobs.prefault({}), http: Http.prefault({}) })
    .prefault({}),
});

const OVERRIDE = 'azurefunctionsjobhost__';

/** host.json of the app, with AzureFunctionsJobHost__a__b=value laid over it as the real host does. */
export async function readHostJson(appDir: string, env: NodeJS.ProcessEnv = process.env): Promise<HostJson> {
  const path = join(appDir, 'host.json');
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new HostJsonInvalid(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const parsed = HostJson.safeParse(withOverrides(content, env));
  if (!parsed.success) throw new HostJsonInvalid(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function withOverrides(content: unknown, env: NodeJS.ProcessEnv): unknown {
  let result = content;
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.toLowerCase().startsWith(OVERRIDE)) continue;
    result = laidOver(result, name.slice(OVERRIDE.length).split('__'), value);
  }
  return result;
}

function laidOver(target: unknown, path: readonly string[], value: string): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return numberOrText(value);
  const object = z.record(z.string(), z.unknown()).safeParse(target).data ?? {};
  // Settings are found whatever their case is: keep the spelling that is there already.
  const key = Object.keys(object).find((name) => name.toLowerCase() === head.toLowerCase()) ?? head;
  return { ...object, [key]: laidOver(object[key], rest, value) };
}

function numberOrText(value: string): unknown {
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

function lowerCased(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
