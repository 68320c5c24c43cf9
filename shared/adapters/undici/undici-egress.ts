import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { Agent, errors, request as undiciRequest } from 'undici';
import {
  AnswerTooLarge,
  type Egress,
  type EgressAnswer,
  EgressRefused,
  type EgressRequest,
} from '../../ports/egress.ts';
import { Sealed, unseal } from '../../privacy/sealed.ts';

// Requests to the outside. A host must be on the caller's list, be reached by HTTPS, and its name must not lead to an
// address of our own network: neither the metadata service nor anything private can be reached by a name that lies.

export type EgressRule = {
  /** Exact names. */
  readonly hosts: readonly string[];
  /** Lets a stand-in on this machine be reached, by plain HTTP as well. For development and tests only. */
  readonly allowsLoopback: boolean;
};

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function undiciEgress(rule: EgressRule): Egress {
  const agent = new Agent({ connect: { lookup: publicLookup }, keepAliveTimeout: 4_000 });
  return {
    async send(request) {
      let url = allowedUrl(request.url, rule);
      const signal = AbortSignal.timeout(request.timeoutMs);
      for (let redirects = 0; ; redirects += 1) {
        const answer = await sent(url, request, { agent, signal });
        const target = answer.headers['location'];
        const isRedirect = REDIRECTS.has(answer.statusCode) && typeof target === 'string';
        // A POST that is sent elsewhere is the caller's to decide about.
        if (!isRedirect || request.method !== 'GET') return answerOf(answer, url, request.mostBytes);
        const next = URL.parse(target, url.href);
        if (next?.origin !== url.origin || redirects >= MOST_REDIRECTS)
          return answerOf(answer, url, request.mostBytes);
        await answer.body.dump();
        url = allowedUrl(next.href, rule);
      }
    },
  };
}

async function sent(
  url: URL,
  request: EgressRequest,
  { agent, signal }: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<Answered> {
  try {
    return await undiciRequest(url, {
      dispatcher: agent,
      method: request.method,
      headers: headersOf(request),
      ...(request.json !== undefined && { body: JSON.stringify(request.json) }),
      signal,
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
    });
  } catch (error) {
    // Such as a header with a line break, which a secret that was pasted may end in.
    if (error instanceof errors.InvalidArgumentError)
      throw new EgressRefused(`the request cannot be sent: ${error.message}`);
    throw error;
  }
}

/** Throws EgressRefused. */
function allowedUrl(text: string, { hosts, allowsLoopback }: EgressRule): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new EgressRefused('the address is no URL');
  }
  if (url.username !== '' || url.password !== '') throw new EgressRefused('the address holds credentials');
  if (allowsLoopback && url.hostname === '127.0.0.1' && /^https?:$/.test(url.protocol)) return url;
  if (url.protocol !== 'https:') throw new EgressRefused(`${url.host} would be reached without encryption`);
  if (isIP(url.hostname.replaceAll(/^\[|\]$/g, '')) !== 0)
    throw new EgressRefused(`${url.hostname} is an address and not a name`);
  if (url.port !== '') throw new EgressRefused(`${url.host} is not on the usual port`);
  if (!hosts.includes(url.hostname))
    throw new EgressRefused(`${url.hostname} is not among the hosts that may be reached`);
  return url;
}

function headersOf({ headers = {}, json }: EgressRequest): Record<string, string> {
  const opened = Object.entries(headers).map(([name, value]) => [
    name,
    value instanceof Sealed ? unseal(value) : value,
  ]);
  return {
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...Object.fromEntries(opened),
  };
}

type Answered = Awaited<ReturnType<typeof undiciRequest>>;

function answerOf({ statusCode, headers, body }: Answered, url: URL, mostBytes: number): EgressAnswer {
  const plain = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    status: statusCode,
    headers: Object.fromEntries(plain),
    url: url.href,
    body: upTo(mostBytes, body),
  };
}

async function* upTo(mostBytes: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new AnswerTooLarge(mostBytes);
    yield chunk;
  }
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // The platform of Azure, reached from every machine in it.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv6');

/** Addresses of this machine, of private networks, and of services such as that of the cloud's metadata. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  return family === 0 || PRIVATE.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Resolves a name once; what is connected to is the address that was judged. */
function publicLookup(hostname: string, options: LookupOptions, done: LookupCallback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) done(error, []);
    else if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address)))
      done(new EgressRefused(`${hostname} leads to an address that is not public`), []);
    else if (options.all === true) done(null, addresses);
    else done(null, first.address, first.family);
  });
}
