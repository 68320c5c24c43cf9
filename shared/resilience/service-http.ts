import { buffer } from 'node:stream/consumers';
import { bulkhead, DelegateBackoff, handleType, type IPolicy, retry, wrap } from 'cockatiel';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import {
  AnswerTooLarge,
  type Egress,
  type EgressAnswer,
  EgressRefused,
  type EgressRequest,
} from '../ports/egress.ts';
import type { SecretName, SecretStore } from '../ports/secret-store.ts';
import { type Sealed, seal, unseal } from '../privacy/sealed.ts';
import { AnswerChanged, CredentialsRefused, RequestRefused, ServiceUnavailable } from './service-errors.ts';
import type { SharedCircuit } from './shared-circuit.ts';
import type { Budget } from './token-bucket.ts';

// How every service is asked: not too often, not too much at once, again when it stumbles, and not at all while it is
// known to be down.

export type CallRule = {
  /** Tries after the first. */
  readonly retries: number;
  readonly firstDelayMs: number;
  /** A service that asks for a longer rest than this is left for later. */
  readonly longestDelayMs: number;
  readonly timeoutMs: number;
  readonly mostBytes: number;
  /** Requests that run at the same time. */
  readonly atOnce: number;
};

export type ServiceHttpDeps = {
  readonly egress: Egress;
  readonly circuit: SharedCircuit;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  /** The secret that opens the service. */
  readonly secret: SecretName;
  /** The headers that carry it. */
  readonly authorise: (credential: Sealed<string>) => Readonly<Record<string, string | Sealed<string>>>;
  /**
   * What a refusal means where the status alone does not tell: `throttled`, a credential that has run out, or `refused`
   * where it looks like one that has and is not.
   */
  readonly meaningOf?: (status: number, body: string) => 'throttled' | 'credentials' | 'refused' | undefined;
  /** What a refusal says, of services whose sentences can quote nothing but what they were sent. */
  readonly sentenceIn?: (body: string) => string;
};

export type ServiceCall = {
  readonly method?: EgressRequest['method'];
  readonly url: string;
  readonly json?: unknown;
  /** The budget that the call is taken from. */
  readonly bucket: Budget;
  /** Differs from the rule's for what takes longer. */
  readonly timeoutMs?: number;
  readonly mostBytes?: number;
  /** Done twice it would be there twice: tried again only after an answer that says that nothing was done. */
  readonly once?: boolean;
};

/** The header that most services take their secret in. In an address it would stand in every log on the way. */
export function bearer(token: Sealed<string>): { readonly authorization: Sealed<string> } {
  return { authorization: seal(`Bearer ${unseal(token)}`) };
}

/** What a pull has cost so far. */
export type ServiceCost = { readonly requests: number; readonly retries: number; readonly waitedMs: number };

export class ServiceHttp {
  readonly #service: string;
  readonly #rule: CallRule;
  readonly #deps: ServiceHttpDeps;
  readonly #policy: IPolicy;
  readonly #oncePolicy: IPolicy;
  #cost = { requests: 0, retries: 0, waitedMs: 0 };

  constructor(service: string, rule: CallRule, deps: ServiceHttpDeps) {
    this.#service = service;
    this.#rule = rule;
    this.#deps = deps;
    const places = bulkhead(rule.atOnce, Number.POSITIVE_INFINITY);
    const policyFor = (isWorthIt: (error: ServiceUnavailable) => boolean): IPolicy => {
      const again = retry(handleType(ServiceUnavailable, isWorthIt), {
        maxAttempts: rule.retries,
        backoff: new DelegateBackoff((context) => delayOf(context, rule)),
      });
      again.onRetry(() => void (this.#cost.retries += 1));
      return wrap(again, places);
    };
    const isSoonOver = isWorthAnotherTry(rule);
    this.#policy = policyFor(isSoonOver);
    this.#oncePolicy = policyFor((error) => isThrottling(error) && isSoonOver(error));
  }

  get cost(): ServiceCost {
    return { ...this.#cost };
  }

  /** The answer as JSON of this shape. Throws what the other file names, or CircuitOpen. */
  async json<T>(call: ServiceCall, schema: z.ZodType<T>): Promise<T> {
    const text = await this.call(call, async ({ body, headers }) => {
      const bytes = await buffer(body);
      if (isHtml(headers, bytes))
        throw new AnswerChanged(`${this.#service} answered with a page instead of data`);
      return bytes.toString('utf8');
    });
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      // What the parser says quotes the text.
      throw new AnswerChanged(`${this.#service} answered with something that is not JSON`);
    }
    const parsed = schema.safeParse(document);
    if (parsed.success) return parsed.data;
    const places = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'the answer'} (${code})`);
    throw new AnswerChanged(
      `${this.#service} answers in another shape than before: ${places.slice(0, 3).join(', ')}`,
    );
  }

  /** One request with its retries. `read` gets each good answer and must read its body to the end. */
  async call<T>(call: ServiceCall, read: (answer: EgressAnswer) => Promise<T>): Promise<T> {
    const policy = call.once === true ? this.#oncePolicy : this.#policy;
    return await policy.execute(async () => {
      try {
        return await this.#attempt(call, read, false);
      } catch (error) {
        if (!(error instanceof CredentialsRefused)) throw error;
        // The secret may have been renewed since it was cached.
        return await this.#attempt(call, read, true);
      }
    });
  }

  async #attempt<T>(
    call: ServiceCall,
    read: (answer: EgressAnswer) => Promise<T>,
    renewed: boolean,
  ): Promise<T> {
    const { circuit, secrets, secret, authorise } = this.#deps;
    const headers = authorise(await secrets.get(secret, { renewed }));
    this.#cost.waitedMs += await call.bucket.take();
    const work = async (): Promise<T> => {
      const answer = await this.#send(requestOf(call, headers, this.#rule));
      await this.#refuse(answer, call.url);
      return await read(answer);
    };
    return await circuit.run(work, (error) => error instanceof ServiceUnavailable && !isThrottling(error));
  }

  async #send(request: EgressRequest): Promise<EgressAnswer> {
    this.#cost.requests += 1;
    try {
      const answer = await this.#deps.egress.send(request);
      return { ...answer, body: this.#wholeOf(answer.body) };
    } catch (error) {
      throw brokenOff(this.#service, error);
    }
  }

  async *#wholeOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw brokenOff(this.#service, error);
    }
  }

  /** Throws for every status that is not a good one, and for a page to log in at. */
  async #refuse({ status, headers, url, body }: EgressAnswer, asked: string): Promise<void> {
    const isRedirect = status >= 300 && status < 400;
    // Within the host it has been followed.
    const place = URL.parse(isRedirect ? (headers['location'] ?? '') : url, url);
    const isLogin = place !== null && place.href !== new URL(asked).href && leadsToLogin(place);
    if (status >= 200 && status < 300 && !isLogin) return;
    const { secret, meaningOf, sentenceIn = reasonIn, clock } = this.#deps;
    const start = (await startOf(body)).toString('utf8');
    if (isLogin)
      throw new CredentialsRefused(
        secret,
        `The session at ${this.#service} has expired: it leads to its login page`,
      );
    const meaning = meaningOf?.(status, start);
    if (meaning === 'refused') throw new RequestRefused(this.#service, status, sentenceIn(start));
    if (status === 401 || status === 403 || meaning === 'credentials')
      throw new CredentialsRefused(secret, `${this.#service} refused the credential with status ${status}`);
    if (isRedirect)
      throw new AnswerChanged(`${this.#service} leads from ${new URL(url).pathname} to another place`);
    if (status === 429 || status >= 500 || meaning === 'throttled') {
      const retryAfterMs = retryAfterOf(headers['retry-after'], clock.now());
      const cause = status === 429 || meaning === 'throttled' ? THROTTLED : status;
      throw new ServiceUnavailable(`${this.#service} answered with status ${status}`, {
        retryAfterMs,
        cause,
      });
    }
    throw new RequestRefused(this.#service, status, sentenceIn(start));
  }
}

function requestOf(
  { method = 'GET', url, json, timeoutMs, mostBytes }: ServiceCall,
  headers: EgressRequest['headers'],
  rule: CallRule,
): EgressRequest {
  return {
    method,
    url,
    ...(headers && { headers }),
    ...(json !== undefined && { json }),
    timeoutMs: timeoutMs ?? rule.timeoutMs,
    mostBytes: mostBytes ?? rule.mostBytes,
  };
}

const MOST_OF_A_REFUSAL = 4_096;

async function startOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= MOST_OF_A_REFUSAL) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks);
}

/** By where it is, not by what is asked for there. */
function leadsToLogin({ hostname, pathname }: URL): boolean {
  return /log[-_]?in|sign[-_]?in|auth|session/i.test(hostname + pathname);
}

/** The services' own codes for what is wrong: never their sentences, which may quote values. */
function reasonIn(text: string): string {
  const codes = [
    ...text.matchAll(/"(?:category|code|subCategory|type|error_subcode)"\s*:\s*"?([\w.-]{1,60})/g),
  ];
  return codes.map(([, code]) => code).join(' ');
}

export function isHtml(headers: Readonly<Record<string, string>>, start: Uint8Array): boolean {
  if (/text\/html/i.test(headers['content-type'] ?? '')) return true;
  return /^\uFEFF?\s*<(!doctype html|html|head|body)/i.test(
    Buffer.from(start.subarray(0, 512)).toString('utf8'),
  );
}

/** Whatever breaks a connection, time-outs included. */
function brokenOff(source: string, cause: unknown): unknown {
  if (cause instanceof EgressRefused || cause instanceof AnswerTooLarge) return cause;
  const { code, name } = Broken.parse(cause);
  return new ServiceUnavailable(`${source} could not be reached, or broke off (${code ?? name})`, { cause });
}

/** Time-outs have a number for a code, which says nothing. */
const Broken = z
  .object({ code: z.string().optional().catch(undefined), name: z.string() })
  .catch({ name: 'error' });

const THROTTLED = 'throttled';

/** To be asked to slow down is not to be broken. */
function isThrottling({ cause }: ServiceUnavailable): boolean {
  return cause === THROTTLED;
}

function isWorthAnotherTry({ longestDelayMs }: CallRule): (error: ServiceUnavailable) => boolean {
  return ({ retryAfterMs = 0 }) => retryAfterMs <= longestDelayMs;
}

/** Twice as long each time, give or take a fifth, so that instances do not come back together. */
function delayOf(
  { attempt, result }: { readonly attempt: number; readonly result: object },
  { firstDelayMs, longestDelayMs }: CallRule,
): number {
  const error = 'error' in result ? result.error : undefined;
  const asked = error instanceof ServiceUnavailable ? error.retryAfterMs : undefined;
  const usual = firstDelayMs * 2 ** (attempt - 1) * (0.8 + Math.random() * 0.4);
  return Math.min(longestDelayMs, Math.max(asked ?? 0, usual));
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterOf(header: string | undefined, now: Date): number | undefined {
  if (header === undefined || header === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
