import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { Stage } from '../../pipeline/stages.ts';
import type { Lake } from '../../ports/lake.ts';
import { SecretMissing } from '../../ports/secret-store.ts';
import { type Sealed, seal, unseal } from '../../privacy/sealed.ts';
import { bearer, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { type BucketDeps, TokenBucket } from '../../resilience/token-bucket.ts';
import { lineageRunId } from '../../runs/lineage-events.ts';
import { attemptPath } from '../../runs/run-paths.ts';
import type { Content, Destination } from './destination.ts';

// OpenLineage events of each run, to an endpoint such as Marquez or OpenMetadata. The same events always lie with the
// run as lineage.jsonl; their run ids are the same each time, so that events which come twice are one.

const RULE = {
  retries: 3,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  timeoutMs: 10_000,
  mostBytes: 1_000_000,
  // Events of one run go one after the other; other runs need not wait for them.
  atOnce: 4,
};
const REQUESTS = { perMinute: 600, burst: 20 };

/** What all runs tell the endpoint, together. There is one for as long as the process lives. */
export const lineageBucket = (deps: BucketDeps): TokenBucket => new TokenBucket(REQUESTS, deps);

export type LineageSettings = { readonly url: string };
type Deps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly lake: Lake;
  readonly bucket: TokenBucket;
};

export function lineageDestination({ url }: LineageSettings, deps: Deps): Destination {
  const { bucket } = deps;
  const http = new ServiceHttp('The lineage endpoint', RULE, {
    ...deps,
    secret: KEY,
    secrets: { get: async (name, options) => await orNone(deps.secrets.get(name, options)) },
    authorise: (key) => (unseal(key) === '' ? {} : { ...bearer(key) }),
  });
  return {
    name: 'lineage',
    tells: 'run',
    async render(subject) {
      if (subject.kind !== 'run') return undefined;
      const events = await deps.lake.read(
        'runs',
        attemptPath(subject.runId, subject.attempt, 'lineage.jsonl'),
      );
      if (events === undefined) return undefined;
      // The document has the stages of earlier attempts too, which were told with these.
      const own = new Set(Stage.options.map((stage) => lineageRunId(subject.runId, subject.attempt, stage)));
      const lines = events
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      const told = lines.filter((line) => own.has(Event.parse(JSON.parse(line)).run.runId));
      return { body: told.map((line) => `${line}\n`).join(''), contentType: 'application/x-ndjson' };
    },
    async send({ body }: Content) {
      for (const line of body.split('\n').filter((text) => text !== ''))
        await http.call({ method: 'POST', url, json: Event.parse(JSON.parse(line)), bucket }, drained);
    },
  };
}

const KEY = 'openlineage-api-key';

/** Endpoints within a private network often ask for no key. */
async function orNone(secret: Promise<Sealed<string>>): Promise<Sealed<string>> {
  try {
    return await secret;
  } catch (error) {
    if (error instanceof SecretMissing) return seal('');
    throw error;
  }
}

const Event = z.looseObject({ eventType: z.string(), run: z.looseObject({ runId: z.string() }) });

async function drained({ body }: { readonly body: AsyncIterable<Uint8Array> }): Promise<void> {
  await buffer(body);
}
